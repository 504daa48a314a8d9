package dev.fen.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fen.cli.e2e.Fen.Ended;
import dev.fen.cli.e2e.Fen.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a person at a terminal sees. */
@EnabledOnOs(OS.LINUX)
final class TerminalTest {
  private static final String OVERWRITE = "\r\u001b[K";
  private static final String STILL_WAITING = OVERWRITE + "fen: still waiting for lock \"demo\": ";

  @TempDir Path folder;

  @BeforeEach
  void aTerminalToBeHad() {
    assumeTrue(Users.hasScript());
  }

  private Fen fen() {
    return Fen.in(folder);
  }

  /** A script that runs a line on a terminal of its own. */
  private static String onTerminal(String line) {
    return "exec script -qec \"" + line + "\" /dev/null";
  }

  @Test
  void oneLineIsKeptUpToDateAndGoneAtTheEnd() {
    try (Running holder = fen().hold("demo");
        Running waiting = fen().startShell(onTerminal("$FEN exec --lock demo -- echo my turn"))) {
      // Which second it is told depends on the machine.
      Fen.until(
          "the line to change",
          () -> waiting.out().split(Pattern.quote(STILL_WAITING), -1).length > 2);
      holder.letGo();
      Ended ended = waiting.end();

      assertThat(ended.code()).isZero();
      // A slow start is part of the wait.
      assertThat(ended.out()).matches("fen: waiting up to [56]\\d s for lock \"demo\" in (?s:.*)");
      String line = ended.out().substring(ended.out().indexOf('\n') + 1);
      assertThat(line).startsWith(STILL_WAITING);
      assertThat(line.split(Pattern.quote(STILL_WAITING)))
          .filteredOn(state -> !state.isEmpty())
          .doesNotHaveDuplicates()
          .hasSizeGreaterThan(1)
          .allMatch(
              state -> state.matches("\\d+ s of 60 s; [^;\r]+@[^;\r]+ \\(\\d+ m?s\\)(?s:.*)"));
      assertThat(line).endsWith(OVERWRITE + "my turn\r\n");
      assertThat(line.chars().filter(c -> c == '\n')).hasSize(1);
    }
  }

  @Test
  void aLogGetsNoLineThatOverwrites() {
    try (Running holder = fen().hold("demo");
        Running waiting = fen().start("exec", "--lock", "demo", "--wait", "3", "--", "true")) {
      Ended ended = waiting.end();

      assertThat(ended.code()).isEqualTo(75);
      assertThat(ended.err()).doesNotContain("\r", "\u001b");
      holder.letGo();
    }
  }

  @Test
  void theCommandOwnsTheTerminal() {
    Ended ended =
        fen()
            .shell(
                onTerminal(
                    "stty rows 33 cols 77; $FEN exec --lock demo -- sh -c 'tty; stty size; test -t 0 && test -t 1 && test -t 2 && echo all'"));

    assertThat(ended.code()).isZero();
    assertThat(ended.out()).contains("/dev/pts/", "33 77", "all");
  }

  /** Starts lines of a shell on a terminal that keys can be pressed on. */
  private Running onTerminalOfItsOwn(String... lines) throws IOException {
    Files.write(folder.resolve("lines"), List.of(lines));
    return fen().with("TERM", "xterm").startShell(onTerminal("sh lines"));
  }

  @Test
  void anEditorWorksAndTheTerminalIsAsBefore() throws IOException {
    assumeTrue(Users.has("vi"));
    try (Running running =
        onTerminalOfItsOwn(
            "stty rows 30 cols 90; stty -a > before",
            "$FEN exec --lock demo -- vi -u NONE file; echo code $?",
            "stty -a > after")) {
      running.awaitOut("file\"");
      running.press("ihello\u001b:wq\r");
      Ended ended = running.end();

      assertThat(ended.out()).contains("code 0");
      assertThat(folder.resolve("file")).hasContent("hello\n");
      assertThat(Files.readString(folder.resolve("after")))
          .isEqualTo(Files.readString(folder.resolve("before")))
          .contains("rows 30; columns 90");
    }
  }

  @Test
  void aMonitorRunsUntilItsKeyIsPressed() throws IOException {
    assumeTrue(Users.has("top"));
    try (Running running =
        onTerminalOfItsOwn("stty rows 30 cols 90", "$FEN exec --lock demo -- top; echo code $?")) {
      running.awaitOut("load average");
      running.press("q");

      assertThat(running.end().out()).contains("code 0");
    }
  }

  @Test
  void singleKeysAndANewWindowSizeReachTheCommand() throws IOException {
    Files.write(
        folder.resolve("raw"),
        List.of(
            "trap 'echo size $(stty size)' WINCH; stty rows 44 cols 99",
            "stty raw -echo; echo ready; key=$(dd bs=1 count=1 2> /dev/null); stty sane",
            "echo pressed $key"));
    try (Running running = onTerminalOfItsOwn("$FEN exec --lock demo -- sh raw")) {
      running.awaitOut("ready");
      running.press("x");
      Ended ended = running.end();

      assertThat(ended.code()).isZero();
      assertThat(ended.out()).contains("size 44 99", "pressed x");
    }
  }

  @Test
  void ctrlZStopsAndFgGoesOn() throws IOException {
    Files.write(folder.resolve("job"), List.of("echo up", "read line", "echo got $line"));
    try (Running running = fen().startShell(onTerminal("sh -i"))) {
      running.press("$FEN exec --lock demo -- sh job; echo code $?\r");
      running.awaitOut("up\r\n");
      running.press("\u001a");
      running.awaitOut("Stopped");
      running.press("fg\r");
      running.press("hello\r");
      running.awaitOut("got hello");
      running.press("exit\r");

      assertThat(running.end().code()).isZero();
    }
  }
}
