package dev.fen.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import dev.fen.cli.e2e.Fen.Ended;
import dev.fen.cli.e2e.Fen.Running;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code fen exec} from its words to its exit code. */
@EnabledOnOs(OS.LINUX)
final class ExecTest {
  @TempDir Path folder;
  Path datastore;

  @BeforeEach
  void aDatastore() throws IOException {
    datastore = Files.createDirectory(folder.resolve(".fen"));
  }

  private Ended exec(String... words) {
    return Fen.in(folder).run(words);
  }

  private String state(String lock) {
    return Records.record(datastore, lock).getString("state");
  }

  @Test
  void theStreamsAndTheExitCodeAreTheCommands() {
    try (Running running =
        Fen.in(folder)
            .start("exec", "--lock", "a", "--", "sh", "-c", "cat; echo to-err >&2; exit 7")) {
      running.type("typed\n");

      assertThat(running.end()).isEqualTo(new Ended(7, "typed\n", "to-err\n"));
    }
    assertThat(state("a")).isEqualTo("released");
  }

  /**
   * As fen-aws.jar comes last: to open a large jar takes a tenth of a short call. Newer JDKs open
   * it all the same: they look for a logger wherever one could be when a process is started.
   */
  @Test
  @EnabledForJreRange(max = JRE.JAVA_20)
  void whatComesLastOnTheClassPathIsNotOpenedForADirectory() throws IOException {
    Path last = folder.resolve("last.jar");
    new JarOutputStream(Files.newOutputStream(last)).close();

    Ended ended =
        Fen.in(folder)
            .classPath(System.getProperty("java.class.path") + File.pathSeparator + last)
            // One of them may be closed before it is read.
            .run("exec", "--lock", "a", "--", "sh", "-c", "readlink /proc/$PPID/fd/*; true");

    assertThat(ended.out()).contains(".jar").doesNotContain("last.jar");
    assertThat(ended.code()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1,1", "75,75", "76,76", "255,255"})
  void theCommandsOwnCodeIsNotMistakenForFens(int command, int fen) {
    assertThat(exec("exec", "--lock", "a", "-E", "9", "--", "sh", "-c", "exit " + command).code())
        .isEqualTo(fen);
  }

  @ParameterizedTest
  @CsvSource({"KILL,137", "TERM,143", "SEGV,139"})
  void aSignalThatKilledTheCommandIs128PlusItsNumber(String signal, int code) {
    assertThat(exec("exec", "--lock", "a", "--", "sh", "-c", "kill -" + signal + " $$").code())
        .isEqualTo(code);
  }

  @Test
  void aCommandThatIsNotThereIs127AndLeavesTheLockFree() {
    Ended ended = exec("exec", "--lock", "a", "--", "no-such-program");

    assertThat(ended.code()).isEqualTo(127);
    assertThat(ended.err())
        .isEqualTo("fen: no-such-program: command not found; check its name and PATH\n");
    assertThat(state("a")).isEqualTo("released");
  }

  @Test
  void aCommandThatIsNotExecutableIs126() throws IOException {
    Path script = Files.writeString(folder.resolve("script"), "#!/bin/sh\n");

    Ended ended = exec("exec", "--lock", "a", "--", script.toString());

    assertThat(ended.code()).isEqualTo(126);
    assertThat(ended.err()).startsWith("fen: ").contains("chmod +x " + script).hasLineCount(1);
    assertThat(state("a")).isEqualTo("released");
  }

  @Test
  void aCommandInAFolderThatMayNotBeEnteredIs126(@TempDir Path copies) throws IOException {
    assumeTrue(Users.canBeOthers());
    Users.allow(folder, "rwxr-xr-x");
    Users.allow(datastore, "rwxrwxrwx");
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Path tool = Files.copy(Path.of("/bin/true"), closed.resolve("tool"));
    Users.allow(tool, "rwxr-xr-x");
    Users.allow(closed, "rw-r--r--");
    Fen fen = Users.fen(folder, copies);

    Ended named = fen.run("exec", "--lock", "a", "--", tool.toString());
    Ended found = fen.with("PATH", closed + ":/bin").run("exec", "--lock", "a", "--", "tool");

    assertThat(named.code()).isEqualTo(126);
    assertThat(named.err())
        .isEqualTo(
            "fen: "
                + tool
                + ": permission denied; a folder above it may not be entered (chmod +x)\n");
    assertThat(found.code()).isEqualTo(126);
    assertThat(found.err())
        .isEqualTo(
            "fen: tool: permission denied; a folder in PATH may not be entered; check the name and PATH\n");
  }

  @Test
  void theSecondOneSaysForWhomItWaitsAndGoesOnByItself() {
    try (Running holder = Fen.in(folder).hold("demo", "--operation", "nightly build");
        Running second = Fen.in(folder).start("exec", "--lock", "demo", "--", "echo", "my turn")) {
      second.awaitErr("waiting up to ");
      String notice = second.err();

      assertThat(notice)
          .matches("(?s)fen: waiting up to (60|5\\d) s for lock \"demo\" in .*") // of a slow start
          .contains(" in " + datastore + ": held by ")
          .contains("(pid " + holder.pid() + ")", "\"nightly build\" since ", " UTC")
          .hasLineCount(1);
      assertThat(second.out()).isEmpty();

      holder.letGo();
      assertThat(second.end()).isEqualTo(new Ended(0, "my turn\n", notice));
    }
  }

  @Test
  void aWaitLeavesNothingInTheTemporaryFolder() throws IOException {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    try (Running holder = Fen.in(folder).hold("demo");
        Running second =
            Fen.in(folder)
                .with("JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=" + temporary)
                .start("exec", "--lock", "demo", "--", "true")) {
      second.awaitErr("waiting up to ");
      holder.letGo();

      assertThat(second.end().code()).isZero();
      assertThat(temporary).isEmptyDirectory();
    }
  }

  @Test
  void twoNeverRunAtOnce() {
    String guarded =
        "mkdir busy || exit 99; read -r n < count; n=$((n + 1)); echo $n > count; rmdir busy";
    Ended ended =
        Fen.in(folder)
            .with("GUARDED", guarded)
            .shell(
                "echo 0 > count; for i in 1 2 3 4 5 6; do"
                    + " $FEN exec --lock a -- sh -c \"$GUARDED\" 2> /dev/null || echo failed & done;"
                    + " wait; cat count");

    assertThat(ended.out()).isEqualTo("6\n");
  }

  @Test
  void zeroWaitAnswersAtOnceWithAllThatHelps() {
    try (Running holder = Fen.in(folder).hold("demo")) {
      Ended ended = exec("exec", "--lock", "demo", "--wait", "0", "--", "echo", "never");

      assertThat(ended.code()).isEqualTo(75);
      assertThat(ended.out()).isEmpty();
      long token = Records.record(datastore, "demo").getLong("token");
      assertThat(ended.err().lines())
          .satisfiesExactly(
              first ->
                  assertThat(first)
                      .startsWith("fen: lock \"demo\" was not to be had at once: held by ")
                      .contains(
                          "(pid " + holder.pid() + "), who is alive (renewed ", "\"sh\" since "),
              where -> assertThat(where).isEqualTo("  in " + datastore),
              wait -> assertThat(wait).startsWith("  to wait longer: --wait 1m"),
              force ->
                  assertThat(force)
                      .isEqualTo(
                          "  if that holder is gone for good: fen lock release demo --force --token "
                              + token
                              + " --datastore "
                              + datastore));
      holder.letGo();
      assertThat(holder.end().code()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "9", "255"})
  void theCodeForNoLockCanBeChosen(int code) {
    try (Running holder = Fen.in(folder).hold("a")) {
      assertThat(
              exec("exec", "--lock", "a", "--wait", "0", "-E", Integer.toString(code), "--", "true")
                  .code())
          .isEqualTo(code);
      holder.letGo();
    }
  }

  @Test
  void aTimeOutAsJsonIsOneDocument() throws Exception {
    try (Running holder = Fen.in(folder).hold("a")) {
      Ended ended = exec("exec", "--json", "--lock", "a", "--wait", "200ms", "--", "true");

      assertThat(ended.code()).isEqualTo(75);
      JsonObject error = JsonParser.object().from(ended.out()).getObject("error");
      assertThat(error.getString("code")).isEqualTo("lock_timeout");
      assertThat(error.getInt("exitCode")).isEqualTo(75);
      assertThat(error.getString("message")).startsWith("lock \"a\" was not to be had within ");
      JsonObject lock = error.getObject("lock");
      assertThat(lock.getString("holder")).contains("@");
      assertThat(lock.getLong("pid")).isEqualTo(holder.pid());
      assertThat(lock.getLong("token")).isEqualTo(Records.record(datastore, "a").getLong("token"));
      holder.letGo();
    }
  }

  @Test
  void oneLockIsTold() {
    Ended ended =
        exec(
            "exec",
            "--lock",
            "prod/db",
            "--",
            "sh",
            "-c",
            "echo $FEN_LOCK_KEY; echo $FEN_LOCK_TOKEN; echo $FEN_LOCKS");

    long token = Records.record(datastore, "prod/db").getLong("token");
    assertThat(ended.out())
        .isEqualTo(
            "prod/db\n"
                + token
                + "\n[{\"kind\":\"named\",\"key\":\"prod/db\",\"token\":"
                + token
                + "}]\n");
  }

  @Test
  void severalLocksAreTakenSortedAndOnceAndInheritedNamesAreGone() throws Exception {
    Ended ended =
        Fen.in(folder)
            .with("FEN_LOCK_KEY", "outer")
            .with("FEN_LOCK_TOKEN", "1")
            .with("FEN_LOCKS", "[]")
            .run(
                "exec",
                "--lock",
                "b",
                "--lock",
                "a",
                "--lock",
                "b",
                "--",
                "sh",
                "-c",
                "echo ${FEN_LOCK_KEY-none} ${FEN_LOCK_TOKEN-none}; echo $FEN_LOCKS");

    assertThat(ended.out()).startsWith("none none\n");
    JsonArray locks = JsonParser.array().from(ended.out().lines().toList().get(1));
    assertThat(locks).hasSize(2);
    assertThat(locks.getObject(0).getString("key")).isEqualTo("a");
    assertThat(locks.getObject(1).getString("key")).isEqualTo("b");
    assertThat(locks.getObject(1).getLong("token"))
        .isEqualTo(Records.record(datastore, "b").getLong("token"));
  }

  @Test
  void theFirstLocksAreGivenBackIfALaterOneIsNotToBeHad() {
    try (Running holder = Fen.in(folder).hold("z")) {
      long start = System.nanoTime();
      Ended ended =
          exec("exec", "--lock", "z", "--lock", "a", "--lock", "b", "--wait", "1", "--", "true");
      long seconds = (System.nanoTime() - start) / 1_000_000_000;

      assertThat(ended.code()).isEqualTo(75);
      assertThat(ended.err()).contains("lock \"z\" was not to be had");
      assertThat(seconds).as("one deadline over all, and no waiting after it").isLessThan(20);
      assertThat(state("a")).isEqualTo("released");
      assertThat(state("b")).isEqualTo("released");
      assertThat(state("z")).isEqualTo("held");
      holder.letGo();
    }
  }

  @Test
  void aLockLostWhileAnotherIsWaitedForEndsTheWait() throws Exception {
    try (Running holder = Fen.in(folder).hold("z");
        Running waiting =
            Fen.in(folder)
                .start(
                    "exec", "--json", "--lock", "a", "--lock", "b", "--lock", "z", "--ttl", "3",
                    "--wait", "1h", "--", "echo", "never")) {
      waiting.awaitErr("waiting up to ");
      assertThat(exec("lock", "release", "a", "--force").code()).isZero();

      Ended ended = waiting.end();

      assertThat(ended.code()).isEqualTo(76);
      JsonObject error = JsonParser.object().from(ended.out()).getObject("error");
      assertThat(error.getString("code")).isEqualTo("lock_lost");
      assertThat(error.getString("lockName")).isEqualTo("a");
      assertThat(error.getString("cause")).isEqualTo("force_released");
      assertThat(error.getString("message"))
          .startsWith(
              "the lock was lost before the command was started: lock \"a\" in " + datastore)
          .contains("released by force by ", "the command was not started: run it again");
      assertThat(state("b")).as("given back").isEqualTo("released");
      assertThat(state("z")).as("still the other's").isEqualTo("held");
      holder.letGo();
      assertThat(holder.end().code()).isZero();
    }
  }

  @Test
  void whatCannotBeKilledKeepsTheLockOnlyUntilItRunsOut(@TempDir Path copies) throws Exception {
    assumeTrue(Users.canBeOthers());
    Users.allow(folder, "rwxrwxrwx");
    Users.allow(datastore, "rwxrwxrwx");
    Path sudo = Users.sudo(folder);
    assumeTrue(sudo != null, "no program may change the user here");
    String program = Objects.requireNonNull(sudo).toString();
    try (Running holder =
        Users.fen(folder, copies)
            .start(
                "exec",
                "--lock",
                "a",
                "--ttl",
                "3",
                "--grace",
                "100ms",
                "--",
                program,
                "--reuid=0",
                "--regid=0",
                "--clear-groups",
                "sh",
                "-c",
                "echo $$ > pid; echo ready; exec sleep 600")) {
      holder.awaitOut("ready");
      holder.signal("TERM");
      holder.awaitErr("the lock stays as it is until it runs out");
      long revision = Records.record(datastore, "a").getLong("revision");

      Ended ended = holder.end();

      assertThat(ended.code()).isEqualTo(137);
      assertThat(Records.record(datastore, "a").getLong("revision"))
          .as("at most the renewal that was under way")
          .isLessThanOrEqualTo(revision + 1);
      assertThat(state("a")).isEqualTo("held");

      Ended next = exec("exec", "--lock", "a", "--", "true");
      assertThat(next.code()).isZero();
      assertThat(next.err()).contains("which has ended, but its process ", " is still alive");
    } finally {
      new ProcessBuilder("kill", "-9", Files.readString(folder.resolve("pid")).strip())
          .start()
          .waitFor();
    }
  }

  @ParameterizedTest
  @CsvSource({"INT,130", "TERM,143", "HUP,129"})
  void aSignalWhileWaitingUndoesWhatWasBegun(String signal, int code) {
    try (Running holder = Fen.in(folder).hold("z");
        Running waiting =
            Fen.in(folder).start("exec", "--lock", "a", "--lock", "z", "--", "echo", "never")) {
      waiting.awaitErr("waiting up to ");
      assertThat(state("a")).isEqualTo("held");

      waiting.signal(signal);
      Ended ended = waiting.end();

      assertThat(ended.code()).isEqualTo(code);
      assertThat(ended.out()).isEmpty();
      assertThat(ended.err()).doesNotContain("Exception");
      assertThat(state("a")).isEqualTo("released");
      holder.letGo();
      assertThat(holder.end().code()).isZero();
    }
  }

  @Test
  void theRecordNamesTheWatchdogAndTheCommand() {
    try (Running holder =
        Fen.in(folder).start("exec", "--lock", "a", "--", "sh", "-c", "echo $$; read line")) {
      holder.awaitOut("\n");
      long command = Long.parseLong(holder.out().strip());

      Fen.until(
          "two companions in the record",
          () -> Records.record(datastore, "a").getArray("companions").size() == 2);
      JsonArray companions = Records.record(datastore, "a").getArray("companions");
      long watchdog = companions.getObject(0).getLong("pid");
      assertThat(ProcessHandle.of(watchdog).flatMap(p -> p.info().commandLine()).orElse(""))
          .contains("fen-watchdog");
      assertThat(companions.getObject(1).getLong("pid")).isEqualTo(command);
      holder.letGo();
      assertThat(holder.end().code()).isZero();
    }
  }

  @Test
  void killingFenEndsItsCommandBeforeTheNextOneStarts() {
    // A process that has ended and whose new parent has not yet noticed does not run any more.
    String next =
        "for i in $(cat pid); do grep -q '^State:.[^ZX]' /proc/$i/status 2> /dev/null && echo overlap; done;"
            + " echo next";
    try (Running holder =
        Fen.in(folder)
            .start(
                "exec",
                "--lock",
                "a",
                "--",
                "sh",
                "-c",
                "sleep 600 & echo $$ $! > pid; echo ready; wait")) {
      holder.awaitOut("ready");
      Fen.until(
          "the command in the record",
          () -> Records.record(datastore, "a").getArray("companions").size() == 2);
      holder.signal("KILL");

      Ended ended = exec("exec", "--lock", "a", "--", "sh", "-c", next);

      assertThat(ended.code()).isZero();
      assertThat(ended.out()).isEqualTo("next\n");
    }
  }

  @Test
  void theLockOfAKilledFenIsFreedWithoutForce() {
    exec("exec", "--lock", "a", "--", "sh", "-c", "kill -9 $PPID");
    Fen.until(
        "the end of all that the record names",
        () -> exec("lock", "status", "a").out().contains("stale"));

    Ended released = exec("lock", "release", "a");

    assertThat(released.code()).isZero();
    assertThat(released.out()).startsWith("lock \"a\" in " + datastore).contains("\"sh\" since ");
    assertThat(state("a")).isEqualTo("released");
  }

  @Test
  void aForcedReleaseEndsTheCommandWith76() {
    try (Running holder =
        Fen.in(folder)
            .start(
                "exec",
                "--lock",
                "a",
                "--ttl",
                "2",
                "--grace",
                "5",
                "--",
                "sh",
                "-c",
                "trap 'echo got TERM; exit 3' TERM; echo ready; while :; do sleep 0.05; done")) {
      holder.awaitOut("ready");
      assertThat(exec("lock", "release", "a", "--force").code()).isZero();

      Ended ended = holder.end();

      assertThat(ended.code()).isEqualTo(76);
      assertThat(ended.out()).isEqualTo("ready\ngot TERM\n");
      assertThat(ended.err())
          .contains("fen: the lock was lost: lock \"a\" in " + datastore, "released by force")
          .contains("the command got SIGTERM, SIGKILL follows in ")
          .doesNotContain("Exception");
    }
  }

  @Test
  void locksThatCannotBeRenewedAreNamedWithTheReason() throws Exception {
    Ended ended =
        unrenewable(
            Fen.in(folder),
            "mv .fen/.tmp .fen/gone; : > .fen/.tmp",
            "exec",
            "--json",
            "--lock",
            "a",
            "--lock",
            "b");

    assertThat(ended.code()).isEqualTo(76);
    assertThat(ended.err())
        .startsWith("fen: locks \"")
        .contains(
            "\"a\"",
            "\"b\"",
            " in " + datastore + " could not be renewed and are about to run out: ",
            "is a file where a folder of Fen should be: move it away",
            "; the command got SIGTERM, SIGKILL follows in ");
    JsonObject error =
        JsonParser.object().from(ended.out().lines().reduce("", (a, b) -> b)).getObject("error");
    assertThat(error.getString("code")).isEqualTo("lock_lost");
    assertThat(error.getInt("exitCode")).isEqualTo(76);
    assertThat(error.getString("lockName")).isIn("a", "b");
    assertThat(error.getString("cause")).isEqualTo("store_unreachable");
    assertThat(error.getString("message")).contains("move it away").doesNotContain("--ttl");
  }

  @Test
  void aLongerTtlIsNoAdviceWhereNoneHelps(@TempDir Path copies) throws Exception {
    assumeTrue(Users.canBeOthers());
    Users.allow(folder, "rwxr-xr-x");
    Users.allow(datastore, "rwxrwxrwx");

    Ended ended =
        unrenewable(Users.fen(folder, copies), "chmod a-w .fen/.tmp", "exec", "--lock", "a");

    assertThat(ended.code()).isEqualTo(76);
    assertThat(ended.err())
        .startsWith(
            "fen: lock \"a\" in " + datastore + " could not be renewed and is about to run out: ")
        .contains("permission denied", "let this user write to it")
        .contains("look at what it left half done before you run it again\n")
        .doesNotContain("--ttl");
  }

  private static Ended unrenewable(Fen fen, String breaking, String... words) {
    List<String> line = new ArrayList<>(List.of(words));
    line.addAll(List.of("--ttl", "3", "--grace", "100ms", "--", "sh", "-c"));
    line.add("trap 'exit 3' TERM; " + breaking + "; while :; do sleep 0.05; done");
    return fen.run(line.toArray(String[]::new));
  }

  @Test
  void anyOfSeveralLocksLostEndsTheCommand() throws IOException {
    try (Running holder = Fen.in(folder).hold("a", "--lock", "b", "--ttl", "2")) {
      assertThat(exec("lock", "release", "b", "--force").code()).isZero();

      Ended ended = holder.end();

      assertThat(ended.code()).isEqualTo(76);
      assertThat(ended.err()).contains("lock \"b\"");
      assertThat(state("a")).as("the other one is given back").isEqualTo("released");
    }
  }

  @Test
  void aCommandThatIgnoresTermIsKilledAfterTheGrace() {
    try (Running holder =
        Fen.in(folder)
            .start(
                "exec",
                "--lock",
                "a",
                "--ttl",
                "2",
                "--grace",
                "500ms",
                "--",
                "sh",
                "-c",
                "trap '' TERM; echo ready; while :; do sleep 0.05; done")) {
      holder.awaitOut("ready");
      assertThat(exec("lock", "release", "a", "--force").code()).isZero();

      Ended ended = holder.end();

      assertThat(ended.code()).isEqualTo(76);
      assertThat(ended.err()).contains("SIGKILL sent to what did not end in time");
    }
  }

  @Test
  void aFailedReleaseIsLoudAndKeepsTheCommandsCode() {
    Ended ended =
        exec(
            "exec",
            "--lock",
            "a",
            "--",
            "sh",
            "-c",
            // After the renewal that names the command: it would find the lock removed.
            "until grep -q companions .fen/locks/named/a.lock/*.json; do sleep 0.05; done;"
                + " rm -rf .fen/locks; echo > .fen/locks; exit 7");

    assertThat(ended.code()).isEqualTo(7);
    assertThat(ended.err()).doesNotContain("Exception").doesNotContain("\tat ");
  }

  @Test
  void asPidOneThroughTheLauncherSignalsReachTheCommandAndTheCodeIsItsOwn() throws Exception {
    assumeTrue(Users.canHavePidNamespace());
    Fen fen = Fen.in(folder).installed(Files.createDirectory(folder.resolve("installed")));
    fen.through("unshare", "--pid", "--fork", "--mount-proc");
    // The subshell's sleep becomes a child of pid 1 and then a zombie, which nobody waits for.
    String script =
        "(sleep 0.01 &); echo parent $PPID; trap 'exit 8' TERM; echo ready; while :; do sleep 0.05 & wait $!; done";
    try (Running running = fen.start("exec", "--lock", "a", "--", "sh", "-c", script)) {
      running.awaitOut("ready");
      assertThat(running.out()).contains("parent 1\n");
      long first =
          ProcessHandle.of(running.pid()).orElseThrow().children().findFirst().orElseThrow().pid();
      new ProcessBuilder("kill", "-s", "TERM", Long.toString(first)).start().waitFor();

      assertThat(running.end().code()).isEqualTo(8);
    }
    assertThat(state("a")).isEqualTo("released");
    assertThat(fen.run("exec", "--lock", "a", "--", "sh", "-c", "exit 7").code()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dash", "bash", "busybox ash"})
  void closedStreamsAreNoFilesOfJava(String shell) throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin", shell.split(" ")[0])));
    Fen fen = Fen.in(folder).installed(Files.createDirectory(folder.resolve("installed")));
    String start = shell + " $FEN ";

    assertThat(fen.shell(start + "exec --lock a -- sh <&-")).isEqualTo(new Ended(0, "", ""));
    for (int i = 0; i <= 2; i++) {
      String script = "[ /dev/fd/" + i + " -ef /dev/null ] && echo ran >>ran" + i;
      Ended ended = fen.shell(start + "exec --lock a -- sh -c '" + script + "' " + i + ">&-");
      assertThat(ended).isEqualTo(new Ended(0, "", ""));
      assertThat(folder.resolve("ran" + i)).as("%d", i).hasContent("ran\n");
    }
    fen.shell(start + "exec --lock a -- sh -c 'echo all >ran' <&- >&- 2>&-");
    assertThat(folder.resolve("ran")).hasContent("all\n");
    Ended status = fen.shell(start + "lock status >&-");
    assertThat(status.err()).contains("standard output is closed or full");
    assertThat(status.code()).isEqualTo(1);
  }

  @Test
  void aLocaleThatIsNotInstalledLeadsToNoOtherDatastore() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("\u00fcn\u00ef"));
    Path own = Files.createDirectory(inner.resolve(".fen"));
    Path installed = Files.createDirectory(folder.resolve("\u5b57"));
    String script = "echo $LANG ${LC_ALL-unset} ${LC_CTYPE-unset}";

    Ended ended =
        Fen.in(inner)
            .without("LC_ALL")
            .with("LANG", "xx_XX.UTF-8")
            .installed(installed)
            .run("exec", "--lock", "a", "--", "sh", "-c", script);

    assertThat(ended).isEqualTo(new Ended(0, "xx_XX.UTF-8 unset unset\n", ""));
    assertThat(own.resolve("locks")).exists();
    assertThat(folder.resolve(".fen/locks")).doesNotExist();
  }

  @Test
  void noArgumentOfTheCommandReachesTheDatastore() {
    try (Running holder =
        Fen.in(folder)
            .start("exec", "--lock", "a", "--", "sh", "-c", "echo ready; read line", "hunter2")) {
      holder.awaitOut("ready");
      Ended second = exec("exec", "--lock", "a", "--wait", "0", "--", "echo", "swordfish");

      assertThat(Records.everythingIn(datastore))
          .contains("\"operation\":\"sh\"")
          .doesNotContain("hunter2");
      assertThat(second.err()).doesNotContain("hunter2").doesNotContain("swordfish");
      holder.letGo();
      holder.end();
    }
  }

  @Test
  void theOperationCanBeNamed() {
    exec("exec", "--lock", "a", "--operation", "release 1.2", "--", "true");
    assertThat(Records.record(datastore, "a").getString("operation")).isEqualTo("release 1.2");

    Fen.in(folder).with("FEN_OPERATION", "nightly").run("exec", "--lock", "a", "--", "true");
    assertThat(Records.record(datastore, "a").getString("operation")).isEqualTo("nightly");
  }

  @Test
  void theJobsPageIsInTheRecord() {
    Fen.in(folder)
        .with("GITHUB_SERVER_URL", "https://github.com")
        .with("GITHUB_REPOSITORY", "acme/site")
        .with("GITHUB_RUN_ID", "77")
        .run("exec", "--lock", "a", "--", "true");
    assertThat(Records.record(datastore, "a").getString("link"))
        .isEqualTo("https://github.com/acme/site/actions/runs/77");

    Fen.in(folder)
        .with("CI_JOB_URL", "https://gitlab.com/acme/site/-/jobs/5")
        .run("exec", "--lock", "a", "--", "true");
    assertThat(Records.record(datastore, "a").getString("link"))
        .isEqualTo("https://gitlab.com/acme/site/-/jobs/5");

    Fen.in(folder)
        .with("BUILD_URL", "https://ci.acme.org/job/site/9/")
        .run("exec", "--lock", "a", "--", "true");
    assertThat(Records.record(datastore, "a").getString("link"))
        .isEqualTo("https://ci.acme.org/job/site/9/");
  }
}
