package dev.fen.cli.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fen.cli.exec.ProcessTable.Entry;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The watchdog's script in every shell of this machine, and with both ways to list processes. */
@EnabledOnOs(OS.LINUX)
@Tag("jdk-independent")
class WatchdogScriptTest {
  private static final String MARK = "FEN_EXEC_" + ProcessHandle.current().pid() + "_script";

  @TempDir private Path folder;
  private final List<Process> started = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({
    "dash,proc",
    "dash,ps",
    "bash,proc",
    "bash,ps",
    "bash --posix,proc",
    "busybox sh,proc",
    "busybox sh,ps",
    "mksh,proc",
    "yash,proc"
  })
  void endsTheCommandItsTreeAndItsDaemons(String shell, String kind) throws Exception {
    Process watchdog = watchdog(shell, kind, 5);
    Path log = folder.resolve("log");
    // Ignores SIGTERM, wipes its environment; its daemon bears the mark, its child does not.
    Process command =
        start(
            "env",
            "-i",
            "LOG=" + log,
            "sh",
            "-c",
            "trap 'echo TERM >>$LOG' TERM; env -i sleep 301 & echo $! >>$LOG; "
                + MARK
                + "=1 setsid sleep 302 & echo $! >>$LOG; while :; do sleep 0.05 & wait $!; done");
    FenProcess.until("two pids", () -> lines(log).size() == 2);
    ProcessTable table = kind.equals("proc") ? procFs() : new PsTable("Linux");
    Entry entry =
        table.list(MARK).stream().filter(e -> e.pid() == command.pid()).findAny().orElseThrow();
    say(watchdog, "command " + command.pid() + " " + entry.birth());
    watchdog.getOutputStream().close();
    FenProcess.untilEnded(watchdog.pid());
    assertThat(watchdog.waitFor()).isZero();
    assertThat(FenProcess.alive(command.pid())).isFalse();
    List<String> lines = lines(log);
    assertThat(lines).contains("TERM");
    assertThat(FenProcess.alive(Long.parseLong(lines.get(0)))).isFalse();
    assertThat(FenProcess.alive(Long.parseLong(lines.get(1)))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"dash,proc", "bash,proc", "busybox sh,proc", "dash,ps"})
  void anotherProcessWithTheCommandsPidIsLeftAlone(String shell, String kind) throws Exception {
    Process watchdog = watchdog(shell, kind, 0);
    Process other = start("sleep", "303");
    say(watchdog, "command " + other.pid() + " 1");
    watchdog.getOutputStream().close();
    assertThat(watchdog.waitFor()).isZero();
    assertThat(FenProcess.alive(other.pid())).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"dash,proc", "bash,proc", "busybox sh,proc"})
  void endsByItselfWhenAllIsDone(String shell, String kind) throws Exception {
    Process watchdog = watchdog(shell, kind, 0);
    Process marked = start("env", MARK + "=1", "sleep", "304");
    say(watchdog, "done");
    assertThat(watchdog.waitFor()).isZero();
    assertThat(FenProcess.alive(marked.pid())).isTrue();
  }

  @AfterEach
  void endAll() {
    started.forEach(Process::destroyForcibly);
  }

  private Process watchdog(String shell, String kind, int graceTenths) throws IOException {
    List<String> command = new ArrayList<>(List.of(shell.split(" ", -1)));
    assumeTrue(onPath(command.get(0)), command.get(0) + " is not installed");
    command.addAll(List.of("-c", "eval \"$FEN_WATCHDOG\"", "fen-watchdog"));
    command.addAll(List.of(MARK, Integer.toString(graceTenths), kind));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("FEN_WATCHDOG", script());
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private Process start(String... command) throws IOException {
    Process process = new ProcessBuilder(command).start();
    started.add(process);
    return process;
  }

  private static void say(Process watchdog, String line) throws IOException {
    watchdog.getOutputStream().write((line + "\n").getBytes(UTF_8));
    watchdog.getOutputStream().flush();
  }

  private static ProcFs procFs() {
    return Objects.requireNonNull(ProcFs.at(Path.of("/proc"), ProcessHandle.current().pid()));
  }

  private static boolean onPath(String program) {
    return Arrays.stream(System.getenv("PATH").split(Pattern.quote(File.pathSeparator), -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String script() throws IOException {
    try (InputStream in = WatchdogScriptTest.class.getResourceAsStream("watchdog.sh")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
    }
  }
}
