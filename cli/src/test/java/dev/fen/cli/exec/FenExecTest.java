package dev.fen.cli.exec;

import static dev.fen.cli.exec.Commands.RECORDER;
import static dev.fen.cli.exec.Commands.shell;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real commands under a real Fen process, with real signals. */
@EnabledOnOs(OS.LINUX)
class FenExecTest {
  /** Longer than any test waits: what ends within the bound did not wait for the grace. */
  private static final Duration ENDLESS = FenProcess.BOUND.multipliedBy(10);

  @TempDir private Path folder;

  // The command and its surroundings.

  @ParameterizedTest
  @CsvSource({"exit 0,0", "exit 7,7", "kill -KILL $$,137", "kill -TERM $$,143"})
  void passesTheExitCodeOn(String script, int code) {
    try (FenProcess fen = FenProcess.start(folder, shell(script))) {
      assertThat(fen.exitCode()).isEqualTo(code);
      assertThat(fen.outcome()).isEqualTo("BY_ITSELF " + code);
      assertThat(fen.stderr()).isEmpty();
    }
  }

  @Test
  void endsWith127WhenThereIsNoSuchCommand() {
    try (FenProcess fen = FenProcess.start(folder, "no-such-command", "secret")) {
      assertThat(fen.exitCode()).isEqualTo(127);
      assertThat(fen.stderr())
          .isEqualTo("fen: no-such-command: command not found; check its name and PATH\n");
    }
  }

  @Test
  void endsWith127WhenThereIsNoSuchFile() {
    try (FenProcess fen = FenProcess.start(folder, "./no-such-file")) {
      assertThat(fen.exitCode()).isEqualTo(127);
      assertThat(fen.stderr()).isEqualTo("fen: ./no-such-file: no such file; check the path\n");
    }
  }

  @Test
  void endsWith126WhenTheFileMayNotBeExecuted() throws IOException {
    String file = Files.writeString(folder.resolve("plain"), "true\n").toString();
    try (FenProcess fen = FenProcess.start(folder, file)) {
      assertThat(fen.exitCode()).isEqualTo(126);
      assertThat(fen.stderr()).contains("permission denied", "chmod +x " + file).hasLineCount(1);
    }
  }

  @Test
  void endsWith126ForAFolder() {
    try (FenProcess fen = FenProcess.start(folder, "/")) {
      assertThat(fen.exitCode()).isEqualTo(126);
      assertThat(fen.stderr()).contains("is a directory").hasLineCount(1);
    }
  }

  @Test
  void endsWith126WhenTheInterpreterIsMissing() throws IOException {
    String file = script("#!/no/such/interpreter\n");
    try (FenProcess fen = FenProcess.start(folder, file)) {
      assertThat(fen.exitCode()).isEqualTo(126);
      assertThat(fen.stderr()).contains("its interpreter was not found").hasLineCount(1);
    }
  }

  @Test
  void runsAScriptWithoutAnInterpreterLine() throws IOException {
    try (FenProcess fen = FenProcess.start(folder, script("echo \"$1\"; exit 4\n"), "a b\n*")) {
      assertThat(fen.stdout()).isEqualTo("a b\n*\n");
      assertThat(fen.exitCode()).isEqualTo(4);
    }
  }

  private String script(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("script"), text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file.toString();
  }

  @Test
  void theCommandIsAChildInFensGroupAndSessionAndHasFensStreams() throws IOException {
    // Fields 4 to 6 of the shell's own stat: parent, group, session.
    String script = "read a b c d e f g </proc/$$/stat; echo $d $e $f; cat; echo warning >&2";
    try (FenProcess fen = FenProcess.start(folder, shell(script))) {
      fen.process().getOutputStream().write("input".getBytes(UTF_8));
      fen.process().getOutputStream().close();
      long pid = fen.pid();
      assertThat(fen.stdout()).isEqualTo(pid + " " + pid + " " + pid + "\ninput");
      assertThat(fen.stderr()).isEqualTo("warning\n");
    }
  }

  @Test
  void aClosedStdinIsTheCommandsEndOfInput() {
    try (FenProcess fen = new FenProcess.Builder(folder).stdin(Path.of("/dev/null")).start("cat")) {
      assertThat(fen.exitCode()).isZero();
    }
  }

  @Test
  void aReaderThatGoesAwayEndsTheCommandBySigpipe() throws IOException {
    try (FenProcess fen = FenProcess.start(folder, "yes")) {
      assertThat(fen.process().getInputStream().read()).isEqualTo('y');
      fen.process().getInputStream().close();
      assertThat(fen.exitCode()).isEqualTo(141);
    }
  }

  @Test
  void noHelperHoldsFensStreamsOpen() throws IOException {
    try (FenProcess fen = FenProcess.start(folder, RECORDER)) {
      fen.awaitLog("ready");
      List<String> streams = List.of(fd(fen.pid(), 0), fd(fen.pid(), 1), fd(fen.pid(), 2));
      long command = fen.commandPid();
      List<Long> helpers = children(fen.pid());
      helpers.remove(command);
      assertThat(helpers).contains(fen.watchdogPid());
      for (long helper : helpers) {
        for (int i = 0; i <= 2; i++) {
          assertThat(fd(helper, i)).as("%d of %d", i, helper).isNotIn(streams);
        }
      }
      assertThat(fd(command, 1)).isEqualTo(streams.get(1));
    }
  }

  private static String fd(long pid, int number) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + number)).toString();
  }

  private static List<Long> children(long pid) {
    return ProcessHandle.of(pid)
        .orElseThrow()
        .children()
        .map(ProcessHandle::pid)
        .collect(Collectors.toCollection(ArrayList::new));
  }

  // Signals.

  @ParameterizedTest
  @ValueSource(strings = {"INT", "HUP", "TERM", "USR1", "USR2"})
  void aSignalToTheWholeGroupReachesTheCommandOnce(String signal) {
    try (FenProcess fen = FenProcess.start(folder, RECORDER)) {
      fen.awaitLog("ready");
      fen.signalGroup(signal);
      fen.awaitLog(signal);
      // Signals are passed on in order: when the next one is there, the first was not passed on.
      String next = signal.equals("HUP") ? "INT" : "HUP";
      fen.signal(next);
      fen.awaitLog(next);
      assertThat(fen.log()).containsExactly("ready", signal, next);
      fen.stop();
      assertThat(fen.exitCode()).isEqualTo(5);
    }
  }

  @Test
  void aSecondSignalToTheGroupReachesTheCommandOnceToo() {
    try (FenProcess fen = FenProcess.start(folder, RECORDER)) {
      fen.awaitLog("ready");
      Set<Long> witnesses = new HashSet<>();
      for (int i = 1; i <= 4; i++) {
        FenProcess.until("another witness", () -> witnesses.addAll(cats(fen.pid())));
        fen.signalGroup("INT");
        int count = i;
        FenProcess.until("INT", () -> Collections.frequency(fen.log(), "INT") >= count);
      }
      fen.signal("HUP");
      fen.awaitLog("HUP");
      assertThat(fen.log()).containsExactly("ready", "INT", "INT", "INT", "INT", "HUP");
    }
  }

  private static List<Long> cats(long fen) {
    return ProcessHandle.of(fen)
        .orElseThrow()
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("/cat"))
        .map(ProcessHandle::pid)
        .toList();
  }

  @Test
  void signalsToFenAloneArePassedOnEachTime() {
    try (FenProcess fen = FenProcess.start(folder, RECORDER)) {
      fen.awaitLog("ready");
      for (int i = 1; i <= 3; i++) {
        fen.signal("INT");
        int count = i;
        FenProcess.until("INT " + i, () -> Collections.frequency(fen.log(), "INT") == count);
      }
      fen.signal("HUP");
      fen.awaitLog("HUP");
      assertThat(fen.process().isAlive()).isTrue();
      assertThat(FenProcess.alive(fen.commandPid())).isTrue();
      fen.stop();
      assertThat(fen.exitCode()).isEqualTo(5);
      assertThat(fen.outcome()).isEqualTo("TERMINATED 5");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"USR1", "USR2"})
  void aSignalOfTheUsersOwnIsTheCommandsBusiness(String signal) {
    try (FenProcess fen = FenProcess.start(folder, RECORDER)) {
      fen.awaitLog("ready");
      for (int i = 1; i <= 2; i++) {
        fen.signal(signal);
        int count = i;
        FenProcess.until(signal, () -> Collections.frequency(fen.log(), signal) == count);
      }
      fen.stop();
      assertThat(fen.exitCode()).isEqualTo(5);
      assertThat(fen.outcome()).isEqualTo("BY_ITSELF 5");
    }
  }

  @Test
  void aSignalOfTheUsersOwnCallsNothingOff() {
    try (FenProcess fen =
        new FenProcess.Builder(folder).option("-Dawait.interrupt=true").start("touch", "never")) {
      fen.await("prepared");
      fen.signal("USR1");
      fen.signal("USR2");
      fen.signal("TERM");
      assertThat(fen.exitCode()).isEqualTo(143);
    }
  }

  @Test
  void aSignalOfTheUsersOwnLeavesAloneWhatTheCommandLeftBehind() {
    try (FenProcess fen =
        new FenProcess.Builder(folder).grace(ENDLESS).start(shell("sleep 300 & exit 3"))) {
      fen.awaitStderr("waiting for 1 process");
      fen.signal("USR1");
      fen.signal("HUP");
      fen.awaitStderr("SIGHUP received");
      // Had the child got SIGUSR1 first, it would be dead by then, and nothing left to wait for.
      assertThat(fen.exitCode()).isEqualTo(3);
      assertThat(fen.outcome()).isEqualTo("BY_ITSELF 3");
    }
  }

  @Test
  void aSignalThatIsIgnoredOnEntryStaysIgnored() {
    try (FenProcess fen =
        new FenProcess.Builder(folder).through("env", "--ignore-signal=USR1").start(RECORDER)) {
      fen.awaitLog("ready");
      fen.signal("USR1");
      fen.signal("USR2");
      fen.awaitLog("USR2");
      assertThat(fen.log()).containsExactly("ready", "USR2");
    }
  }

  @Test
  void aCommandInAGroupOfItsOwnIsSentWhatFensGroupGets() {
    String[] command =
        Stream.concat(Stream.of("setsid"), Stream.of(RECORDER)).toArray(String[]::new);
    try (FenProcess fen = FenProcess.start(folder, command)) {
      fen.awaitLog("ready");
      fen.signalGroup("INT");
      fen.awaitLog("INT");
    }
  }

  @Test
  void ctrlCInATerminalReachesTheCommandOnce() throws IOException {
    Files.writeString(folder.resolve("log"), "");
    String line =
        new FenProcess.Builder(folder)
            .java(RECORDER).stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" ", "exec ", ""));
    ProcessBuilder builder =
        new ProcessBuilder(
                "env", "--default-signal=INT,HUP,TERM,QUIT", "script", "-qec", line, "/dev/null")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("LOG", folder.resolve("log").toString());
    builder.environment().put("STOP", folder.resolve("stop").toString());
    Process terminal = builder.start();
    Path log = folder.resolve("log");
    try {
      FenProcess.until("ready", () -> lines(log).contains("ready"));
      terminal.getOutputStream().write(3);
      terminal.getOutputStream().flush();
      FenProcess.until("INT", () -> lines(log).contains("INT"));
      FenProcess.until("started", () -> Files.exists(folder.resolve("started")));
      long command = Long.parseLong(Files.readString(folder.resolve("started")));
      long fen = ProcessHandle.of(command).orElseThrow().parent().orElseThrow().pid();
      FenProcess.kill("HUP", fen);
      FenProcess.until("HUP", () -> lines(log).contains("HUP"));
      assertThat(lines(log)).containsExactly("ready", "INT", "HUP");
      Files.writeString(folder.resolve("stop"), "");
      FenProcess.until("outcome", () -> Files.exists(folder.resolve("outcome")));
      assertThat(Files.readString(folder.resolve("outcome"))).isEqualTo("TERMINATED 5");
    } finally {
      Files.writeString(folder.resolve("stop"), "");
      terminal.destroyForcibly();
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"false,sh", "true,nohup sh"})
  void aHangUpEndsAlsoWhatOutlivesTheCommand(boolean group, String child) {
    String script = child + " -c 'echo $$ >>$LOG; exec sleep 300' & wait";
    try (FenProcess fen = new FenProcess.Builder(folder).grace(ENDLESS).start(shell(script))) {
      FenProcess.until("the child", () -> !fen.log().isEmpty());
      if (group) {
        fen.signalGroup("HUP");
      } else {
        fen.signal("HUP");
      }
      assertThat(fen.exitCode()).isEqualTo(129);
      assertThat(FenProcess.alive(Long.parseLong(fen.log().get(0)))).isFalse();
      assertThat(fen.stderr())
          .contains("SIGHUP received: what has not ended in 600 s gets SIGKILL");
    }
  }

  @Test
  void aHangUpAfterTheCommandsEndEndsWhatIsLeft() {
    try (FenProcess fen =
        new FenProcess.Builder(folder).grace(ENDLESS).start(shell("nohup sleep 300 & exit 3"))) {
      fen.awaitStderr("waiting for 1 process");
      fen.signal("HUP");
      assertThat(fen.exitCode()).isEqualTo(3);
    }
  }

  @Test
  void whatIgnoresAHangUpIsKilledAfterTheGrace() {
    try (FenProcess fen =
        new FenProcess.Builder(folder).grace(Duration.ofMillis(300)).start(RECORDER)) {
      fen.awaitLog("ready");
      fen.signal("HUP");
      assertThat(fen.exitCode()).isEqualTo(137);
      assertThat(fen.log()).containsExactly("ready", "HUP");
    }
  }

  @Test
  void aHangUpUnderNohupReachesNobody() {
    try (FenProcess fen = new FenProcess.Builder(folder).through("nohup").start(RECORDER)) {
      fen.awaitLog("ready");
      fen.signalGroup("HUP");
      fen.signal("HUP");
      fen.signal("INT");
      fen.awaitLog("INT");
      assertThat(fen.log()).containsExactly("ready", "INT");
    }
  }

  @Test
  void sigtermIsPassedOnAndTheCommandHasTheGraceToEnd() {
    String script =
        "trap 'echo TERM >>\"$LOG\"; sleep 0.3; echo cleaned >>\"$LOG\"; exit 9' TERM; "
            + "echo ready >>\"$LOG\"; while :; do sleep 0.05 & wait; done";
    try (FenProcess fen = new FenProcess.Builder(folder).grace(ENDLESS).start(shell(script))) {
      fen.awaitLog("ready");
      fen.signal("TERM");
      assertThat(fen.exitCode()).isEqualTo(9);
      assertThat(fen.log()).containsExactly("ready", "TERM", "cleaned");
      assertThat(fen.outcome()).isEqualTo("TERMINATED 9");
    }
  }

  @Test
  void afterTheGraceWhatStillLivesIsKilled() {
    try (FenProcess fen =
        new FenProcess.Builder(folder).grace(Duration.ofMillis(300)).start(RECORDER)) {
      fen.awaitLog("ready");
      fen.signal("TERM");
      assertThat(fen.exitCode()).isEqualTo(137);
      assertThat(fen.log()).containsExactly("ready", "TERM");
      assertThat(fen.stderr()).contains("SIGKILL sent to what did not end in time: ");
    }
  }

  @Test
  void sigtermGoesToTheCommandAndToItsChildrenOnlyAfterItsEnd() {
    // Like terraform: it ends its plugins itself, and a plugin that gets the signal spoils that.
    String child =
        "trap 'echo child TERM >>\"$LOG\"; exit' TERM; echo child >>\"$LOG\"; while :; do sleep 0.05 & wait; done";
    String script =
        "trap 'echo TERM >>\"$LOG\"' TERM; sh -c '"
            + child.replace("'", "'\\''")
            + "' & "
            + "while [ ! -e \"$STOP\" ]; do sleep 0.05 & wait $!; done; echo end >>\"$LOG\"; exit 6";
    try (FenProcess fen = new FenProcess.Builder(folder).grace(ENDLESS).start(shell(script))) {
      fen.awaitLog("child");
      fen.signal("TERM");
      fen.awaitLog("TERM");
      fen.stop();
      assertThat(fen.exitCode()).isEqualTo(6);
      assertThat(fen.log()).containsExactly("child", "TERM", "end", "child TERM");
    }
  }

  @Test
  void theSequenceOfSignalsOfAContinuousIntegrationSystemEndsAll() {
    try (FenProcess fen = new FenProcess.Builder(folder).grace(ENDLESS).start(RECORDER)) {
      fen.awaitLog("ready");
      long command = fen.commandPid();
      long watchdog = fen.watchdogPid();
      fen.signal("INT");
      fen.awaitLog("INT");
      fen.signal("TERM");
      fen.awaitLog("TERM");
      fen.awaitStderr("SIGTERM received");
      fen.signal("KILL");
      // Not after the grace: the command has had its SIGTERM.
      FenProcess.untilEnded(watchdog);
      assertThat(FenProcess.alive(command)).isFalse();
      assertThat(fen.log()).containsExactly("ready", "INT", "TERM");
    }
  }

  @ParameterizedTest
  @CsvSource({"INT,130", "TERM,143", "HUP,129"})
  void aSignalBeforeTheStartCallsTheRunOff(String signal, int code) {
    try (FenProcess fen =
        new FenProcess.Builder(folder).option("-Dawait.interrupt=true").start("touch", "never")) {
      fen.await("prepared");
      fen.signal(signal);
      assertThat(fen.exitCode()).isEqualTo(code);
      assertThat(fen.outcome()).isEqualTo("NOT_STARTED " + code);
      FenProcess.untilEnded(fen.watchdogPid());
    }
  }

  // Everything it started.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sleep 300 & echo $! >>\"$LOG\"; exit 3",
        "setsid sh -c 'echo $$ >>\"$LOG\"; exec sleep 300' & while [ ! -s \"$LOG\" ]; do sleep 0.01; done; exit 3",
        "(setsid sh -c 'cd /; (sh -c \"echo \\$\\$ >>$LOG; exec sleep 300\" <&- >&- 2>&- &)' &); "
            + "while [ ! -s \"$LOG\" ]; do sleep 0.01; done; exit 3"
      })
  void waitsForWhatTheCommandLeavesBehind(String script) {
    try (FenProcess fen = FenProcess.start(folder, shell(script))) {
      fen.awaitStderr("waiting for");
      String pid = fen.log().get(0);
      assertThat(fen.stderr())
          .isEqualTo(
              "fen: command ended with 3; waiting for 1 process it left behind: "
                  + pid
                  + " sleep (the lock stays held; to end them: kill "
                  + fen.pid()
                  + ")\n");
      assertThat(fen.exists("outcome")).isFalse();
      FenProcess.kill("KILL", Long.parseLong(pid));
      assertThat(fen.exitCode()).isEqualTo(3);
      assertThat(fen.stderr()).hasLineCount(1);
    }
  }

  @Test
  void theSecondCtrlCEndsWhatTheCommandLeftBehind() {
    try (FenProcess fen =
        new FenProcess.Builder(folder).grace(ENDLESS).start(shell("sleep 300 & exit 3"))) {
      fen.awaitStderr("waiting for 1 process it left behind: ");
      fen.signalGroup("INT");
      fen.awaitStderr(
          "fen: SIGINT was passed on to what the command left behind; "
              + "one more Ctrl-C ends it by SIGTERM and, where that does not help, SIGKILL\n");
      assertThat(fen.exists("outcome")).isFalse();
      fen.signalGroup("INT");
      assertThat(fen.exitCode()).isEqualTo(3);
      assertThat(fen.outcome()).isEqualTo("BY_ITSELF 3");
    }
  }

  @Test
  void sigtermEndsWhatTheCommandLeftBehindAndTheExitCodeStays() {
    try (FenProcess fen =
        new FenProcess.Builder(folder)
            .grace(ENDLESS)
            .start(shell("setsid sleep 300 & sleep 300 & exit 3"))) {
      fen.awaitStderr("waiting for 2 processes it left behind: ");
      fen.signalGroup("TERM");
      assertThat(fen.exitCode()).isEqualTo(3);
      assertThat(fen.outcome()).isEqualTo("BY_ITSELF 3");
    }
  }

  @Test
  void whatAnInnerRunStartedCountsForTheOuterOneToo() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    List<String> command =
        new FenProcess.Builder(inner).java(shell("setsid sleep 300 & echo $! >>\"$LOG\"; exit 3"));
    try (FenProcess outer = FenProcess.start(folder, command.toArray(String[]::new))) {
      FenProcess.until("the inner outcome", () -> !outer.log().isEmpty());
      FenProcess.kill("KILL", outer.commandPid());
      // The inner watchdog ends it, or this does: the outer run has to wait for either.
      FenProcess.untilEnded(Long.parseLong(outer.log().get(0)));
      assertThat(outer.exitCode()).isEqualTo(137);
    }
  }

  // The watchdog.

  @Test
  void whenFenIsKilledTheCommandAndAllItStartedIsEnded() {
    String script =
        "trap 'echo TERM >>\"$LOG\"' TERM; "
            + "setsid sh -c 'trap \"\" TERM; echo $$ >>\"$LOG\"; while :; do sleep 0.05; done' & "
            + "while :; do sleep 0.05 & wait $!; done";
    try (FenProcess fen =
        new FenProcess.Builder(folder).grace(Duration.ofMillis(500)).start(shell(script))) {
      FenProcess.until("the daemon", () -> !fen.log().isEmpty());
      long command = fen.commandPid();
      long daemon = Long.parseLong(fen.log().get(0));
      // What the whole group gets does not keep the watchdog from its work.
      for (String signal : List.of("INT", "HUP", "USR1")) {
        FenProcess.kill(signal, fen.watchdogPid());
      }
      fen.signal("KILL");
      // Its stdout is free as soon as the command is dead, not sooner and not later.
      assertThat(fen.stdout()).isEmpty();
      FenProcess.untilEnded(command);
      FenProcess.untilEnded(fen.watchdogPid());
      assertThat(FenProcess.alive(daemon)).isFalse();
      assertThat(fen.log()).contains("TERM");
    }
  }

  @Test
  void whenFensWholeGroupIsKilledWhatIsInOtherSessionsIsEndedToo() {
    String script = "setsid sh -c 'echo $$ >>\"$LOG\"; exec sleep 300' & wait";
    try (FenProcess fen = new FenProcess.Builder(folder).grace(ENDLESS).start(shell(script))) {
      FenProcess.until("the daemon", () -> !fen.log().isEmpty());
      fen.commandPid();
      fen.signalGroup("KILL");
      FenProcess.untilEnded(Long.parseLong(fen.log().get(0)));
      FenProcess.untilEnded(fen.watchdogPid());
    }
  }

  @Test
  void theWatchdogHasASessionOfItsOwn() throws IOException {
    try (FenProcess fen = FenProcess.start(folder, RECORDER)) {
      fen.awaitLog("ready");
      long watchdog = fen.watchdogPid();
      FenProcess.until("its session", () -> session(watchdog) == watchdog);
      assertThat(session(fen.commandPid())).isEqualTo(fen.pid());
    }
  }

  private static long session(long pid) {
    String stat = String.join("", lines(Path.of("/proc/" + pid + "/stat")));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5)[3]);
  }

  @Test
  void withoutSetsidTheWatchdogIsInFensGroup() throws IOException {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    for (String program : List.of("sh", "cat", "sleep", "grep")) {
      Files.copy(
          Path.of(fullPath(program)), bin.resolve(program), StandardCopyOption.COPY_ATTRIBUTES);
    }
    try (FenProcess fen =
        new FenProcess.Builder(folder)
            .grace(Duration.ofMillis(300))
            .through("env", "PATH=" + bin)
            .start(RECORDER)) {
      fen.awaitLog("ready");
      long command = fen.commandPid();
      assertThat(session(fen.watchdogPid())).isEqualTo(fen.pid());
      fen.signal("KILL");
      FenProcess.untilEnded(fen.watchdogPid());
      assertThat(FenProcess.alive(command)).isFalse();
      assertThat(fen.log()).contains("TERM");
    }
  }

  @Test
  void theWatchdogEndsWhatLeftItsParentWhateverThePath() throws IOException {
    Path left = folder.resolve("left");
    String leaver =
        "("
            + fullPath("setsid")
            + " -f /bin/sh -c 'echo $$ >\"$0\"; exec "
            + fullPath("sleep")
            + " 300' \"$0\"); exec "
            + fullPath("sleep")
            + " 300";
    try (FenProcess fen =
        new FenProcess.Builder(folder)
            .grace(Duration.ofMillis(300))
            .through("/usr/bin/env", "PATH=/nonexistent")
            .start("/bin/sh", "-c", leaver, left.toString())) {
      FenProcess.until("the one that left", () -> Files.exists(left) && left.toFile().length() > 1);
      long pid = Long.parseLong(Files.readString(left).strip());
      fen.signal("KILL");
      FenProcess.untilEnded(fen.watchdogPid());
      assertThat(FenProcess.alive(pid)).isFalse();
    }
  }

  private static String fullPath(String program) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow()
        .toString();
  }

  @Test
  void whenFenIsKilledTheCommandHasTheGraceToEnd() {
    String script =
        "trap 'sleep 0.3; echo cleaned >>\"$LOG\"; exit' TERM; echo ready >>\"$LOG\"; "
            + "while :; do sleep 0.05 & wait; done";
    try (FenProcess fen = new FenProcess.Builder(folder).grace(ENDLESS).start(shell(script))) {
      fen.awaitLog("ready");
      fen.commandPid();
      fen.signal("KILL");
      FenProcess.untilEnded(fen.watchdogPid());
      assertThat(fen.log()).containsExactly("ready", "cleaned");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "HUP", "TERM", "QUIT", "TSTP"})
  void theWatchdogSurvivesWhatTheGroupGets(String signal) {
    try (FenProcess fen = FenProcess.start(folder, RECORDER)) {
      fen.awaitLog("ready");
      long command = fen.commandPid();
      FenProcess.kill(signal, fen.watchdogPid());
      fen.signal("KILL");
      fen.stop();
      FenProcess.untilEnded(command);
      FenProcess.untilEnded(fen.watchdogPid());
      assertThat(fen.exists("replaced")).isFalse();
    }
  }

  @Test
  void theWatchdogIsGoneSoonAfterTheEnd() {
    try (FenProcess fen = new FenProcess.Builder(folder).grace(ENDLESS).start("true")) {
      assertThat(fen.exitCode()).isZero();
      FenProcess.untilEnded(fen.watchdogPid());
    }
  }

  @Test
  void aKilledWatchdogIsReplacedAndTheNextOneKnowsAll() {
    try (FenProcess fen = new FenProcess.Builder(folder).grace(ENDLESS).start(RECORDER)) {
      fen.awaitLog("ready");
      long command = fen.commandPid();
      fen.signal("TERM");
      fen.awaitStderr("SIGTERM received");
      FenProcess.kill("KILL", fen.watchdogPid());
      long next = Long.parseLong(fen.await("replaced"));
      assertThat(fen.stderr())
          .contains(
              "fen: the watchdog (pid %d) was killed; started another, pid %d%n"
                  .formatted(fen.watchdogPid(), next));
      fen.signal("KILL");
      FenProcess.untilEnded(next);
      assertThat(FenProcess.alive(command)).isFalse();
    }
  }

  @Test
  void aWatchdogThatIsKilledAgainAndAgainIsGivenUpWithAWarning() throws IOException {
    try (FenProcess fen = FenProcess.start(folder, RECORDER)) {
      fen.awaitLog("ready");
      FenProcess.kill("KILL", fen.watchdogPid());
      for (int i = 0; i < 3; i++) {
        long next = Long.parseLong(fen.await("replaced"));
        Files.delete(folder.resolve("replaced"));
        FenProcess.kill("KILL", next);
      }
      fen.awaitStderr("was killed again and is not started any more; if fen is killed with -9 now");
      fen.stop();
      assertThat(fen.exitCode()).isEqualTo(5);
    }
  }

  // Fen as the first process of a container.

  @Test
  void asPidOneItHandlesSignalsAndIgnoresZombies() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root for a pid namespace");
    // The subshell's sleep becomes a child of pid 1, and then a zombie that nobody buries.
    String script =
        "(sleep 0.01 &); [ $PPID = 1 ] && echo one >>\"$LOG\"; trap 'echo TERM >>\"$LOG\"; exit 8' TERM; "
            + "echo ready >>\"$LOG\"; while :; do sleep 0.05 & wait $!; done";
    try (FenProcess unshare =
        new FenProcess.Builder(folder)
            .grace(ENDLESS)
            .through("unshare", "-p", "-f", "--mount-proc")
            .foreignPids()
            .start(shell(script))) {
      unshare.awaitLog("ready");
      long fen = children(unshare.pid()).get(0);
      FenProcess.until("a zombie below pid 1", () -> zombies(fen) > 0);
      FenProcess.kill("TERM", fen);
      assertThat(unshare.exitCode()).isEqualTo(8);
      assertThat(unshare.log()).containsExactly("one", "ready", "TERM");
    }
  }

  private static long zombies(long parent) {
    return children(parent).stream().filter(pid -> !FenProcess.alive(pid)).count();
  }
}
