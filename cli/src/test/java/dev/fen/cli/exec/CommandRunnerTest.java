package dev.fen.cli.exec;

import static dev.fen.cli.exec.Commands.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.cli.exec.Outcome.Ending;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the command when something happens to its lock. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class CommandRunnerTest {
  private static final Duration ENDLESS = FenProcess.BOUND.multipliedBy(10);
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir private Path folder;
  private final List<String> messages = new CopyOnWriteArrayList<>();

  @Test
  void aLostLockEndsTheCommandGently() {
    try (CommandRunner runner = runner(ENDLESS, HOUR, recorder("exit 7"))) {
      loseWhenReady(runner);
      Outcome outcome = runner.run(new Lock(CommandRunnerTest::farAway));
      assertThat(outcome)
          .isEqualTo(
              new Outcome(7, Ending.LOCK_LOST, "the lock was lost: taken over by x", List.of()));
      assertThat(outcome.status()).isEqualTo(76);
      assertThat(messages)
          .containsExactly(
              "the lock was lost: taken over by x; the command got SIGTERM, SIGKILL follows in"
                  + " 600 s");
    }
  }

  @Test
  void whatSurvivesTheGraceAfterALossIsKilled() {
    try (CommandRunner runner = runner(Duration.ofMillis(200), HOUR, recorder(":"))) {
      loseWhenReady(runner);
      Outcome outcome = runner.run(new Lock(CommandRunnerTest::farAway));
      assertThat(outcome.exitCode()).isEqualTo(137);
      assertThat(outcome.status()).isEqualTo(76);
      assertThat(log()).containsExactly("ready", "TERM");
    }
  }

  @Test
  void aLossEndsAllThatTheCommandStartedAtOnce() {
    String daemon =
        "setsid sh -c 'trap \"echo daemon >>$LOG\" TERM; echo up >>$LOG; "
            + "while [ ! -s $LOG.stop ]; do sleep 0.05 & wait $!; done' & ";
    String[] command =
        shell(
            daemon.replace("$LOG", folder.resolve("log").toString())
                + "while ! grep -sq up "
                + folder.resolve("log")
                + "; do sleep 0.01; done; "
                + recorder(
                    "n=0; while [ $n -lt 1000 ] && ! grep -sq daemon "
                        + folder.resolve("log")
                        + "; do n=$((n + 1)); sleep 0.01; done; echo x >"
                        + folder.resolve("log.stop")
                        + "; exit 7")[2]);
    try (CommandRunner runner = runner(ENDLESS, HOUR, command)) {
      loseWhenReady(runner);
      // The command ends its daemon a while after it has been told itself; yet that was told too.
      assertThat(runner.run(new Lock(CommandRunnerTest::farAway)).exitCode()).isEqualTo(7);
      assertThat(log()).contains("daemon", "TERM");
    }
  }

  @Test
  void aLockLostBeforeTheStartKeepsTheCommandFromStarting() {
    try (CommandRunner runner =
        runner(ENDLESS, HOUR, "touch", folder.resolve("never").toString())) {
      runner.lockLost("removed");
      Outcome outcome = runner.run(new Lock(CommandRunnerTest::farAway));
      assertThat(outcome.ending()).isEqualTo(Ending.LOCK_LOST);
      assertThat(outcome.status()).isEqualTo(76);
      assertThat(folder.resolve("never")).doesNotExist();
    }
  }

  @Test
  void aLockLostAfterTheCommandsEndLeavesItsExitCodeAlone() {
    String[] command = shell("setsid sleep 300 & exit 3");
    try (CommandRunner runner = runner(ENDLESS, HOUR, command)) {
      when(
          () -> messages.stream().anyMatch(m -> m.contains("waiting for")),
          () -> runner.lockLost("removed"));
      Outcome outcome = runner.run(new Lock(CommandRunnerTest::farAway));
      assertThat(outcome).isEqualTo(new Outcome(3, Ending.BY_ITSELF, "", List.of()));
      assertThat(messages).hasSize(2).last().asString().startsWith("the lock was lost: removed");
    }
  }

  @Test
  void aLeaseThatIsNotRenewedEndsTheCommandBeforeTheLeaseEnds() {
    // With these: SIGTERM 1.5 s before the end, SIGKILL 1 s before it.
    Duration ttl = Duration.ofSeconds(20);
    try (CommandRunner runner = runner(Duration.ofMillis(500), ttl, recorder(":"))) {
      LeaseFromReady lease = new LeaseFromReady(Duration.ofSeconds(3));
      Outcome outcome = runner.run(new Lock(lease));
      long left = lease.end() - System.nanoTime();
      assertThat(left).isPositive();
      assertThat(TimeUnit.NANOSECONDS.toMillis(left)).isLessThan(1000);
      assertThat(outcome.ending()).isEqualTo(Ending.LOCK_RUNNING_OUT);
      assertThat(outcome.exitCode()).isEqualTo(137);
      assertThat(outcome.status()).isEqualTo(76);
      assertThat(outcome.detail()).isEqualTo("lock \"x\" is about to run out");
      assertThat(messages)
          .anyMatch(m -> m.startsWith("lock \"x\" is about to run out; the command got SIGTERM,"));
      assertThat(log()).containsExactly("ready", "TERM");
    }
  }

  @Test
  void aLeaseThatIsFoundEndedLeavesTheCommandItsGrace() {
    // As after a suspension or Ctrl-Z. A lease that has ended ends "now", whenever it is asked.
    try (CommandRunner runner = runner(ENDLESS, HOUR, recorder("exit 7"))) {
      Outcome outcome =
          runner.run(new Lock(() -> log().contains("ready") ? System.nanoTime() : farAway()));
      assertThat(messages)
          .containsExactly(
              "lock \"x\" is about to run out; the command got SIGTERM, SIGKILL follows in 600 s");
      assertThat(outcome.exitCode()).isEqualTo(7);
      assertThat(outcome.status()).isEqualTo(76);
    }
  }

  @Test
  void aRenewalThatComesTooLateTakesNothingBack() {
    try (CommandRunner runner = runner(Duration.ofMillis(300), HOUR, recorder(":"))) {
      // The lease is an hour again as soon as anyone has been told that SIGTERM is out.
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
      Outcome outcome = runner.run(new Lock(() -> messages.isEmpty() ? end : farAway()));
      assertThat(outcome.ending()).isEqualTo(Ending.LOCK_RUNNING_OUT);
      assertThat(outcome.exitCode()).isEqualTo(137);
    }
  }

  @Test
  void aRenewalInTimeKeepsTheCommandRunning() {
    Path renewed = folder.resolve("renewed");
    String[] command = shell("while [ ! -e " + renewed + " ]; do sleep 0.01; done; exit 4");
    try (CommandRunner runner = runner(Duration.ofMillis(100), Duration.ofMinutes(1), command)) {
      long firstEnd = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
      long term = firstEnd - TimeUnit.MILLISECONDS.toNanos(1100);
      Outcome outcome =
          runner.run(
              new Lock(
                  () -> {
                    if (System.nanoTime() - term < 0) {
                      return firstEnd;
                    }
                    create(renewed);
                    return farAway();
                  }));
      assertThat(outcome).isEqualTo(new Outcome(4, Ending.BY_ITSELF, "", List.of()));
    }
  }

  @Test
  void whatCannotBeKilledIsNamedAndGivenUpAfterABound() {
    SignalSender forbidden =
        new SignalSender() {
          @Override
          public boolean send(SignalNumber signal, long pid) {
            return false;
          }

          @Override
          public boolean kill(long pid) {
            return false;
          }
        };
    ProcessTable table = procFs();
    // It waits without a child, which would be named or not as it comes.
    Path fifo = folder.resolve("fifo");
    String[] command =
        shell(
            "mkfifo " + fifo + "; echo ready >>" + folder.resolve("log") + "; read line <" + fifo);
    ExecRequest request = request(Duration.ofMillis(100), HOUR, command);
    long watchdog;
    try (CommandRunner runner =
        new CommandRunner(request, table, forbidden, Duration.ofMillis(200))) {
      watchdog = runner.watchdogPid();
      loseWhenReady(runner);
      Lock lock = new Lock(CommandRunnerTest::farAway);
      Outcome outcome = runner.run(lock);
      String process = lock.command + " sh";
      assertThat(outcome.survivors()).contains(process);
      assertThat(outcome.status()).isEqualTo(76);
      assertThat(messages.stream().filter(m -> m.startsWith("SIGTERM to ")))
          .containsExactly(
              "SIGTERM to "
                  + process
                  + " is not permitted: it belongs to another user; end it as that user or as root");
      assertThat(messages.stream().filter(m -> m.startsWith("SIGKILL to "))).hasSize(1);
      assertThat(messages).anyMatch(m -> m.startsWith("SIGKILL did not end " + process));
    }
    // What it guards still lives, so it stays; it ends all when this JVM does.
    assertThat(FenProcess.alive(watchdog)).isTrue();
    write(fifo);
  }

  @Test
  void whoLosesItsParentAndHidesItsEnvironmentIsWaitedFor() {
    Path log = folder.resolve("log");
    // The shell in the middle is killed, and its child bears no mark.
    String[] command =
        shell("sh -c 'env -i sleep 60 & echo $$ $! >" + log + "; wait' & wait $!; exit 3");
    ProcessTable real = procFs();
    Set<Long> sightings = new HashSet<>();
    ProcessTable table =
        new ProcessTable() {
          @Override
          public List<Entry> list(String mark) throws IOException {
            return real.list(mark);
          }

          @Override
          public List<Entry> tree() throws IOException {
            List<Entry> tree = real.tree();
            for (String line : log()) {
              String[] pids = line.split(" ", 2);
              long child = Long.parseLong(pids[1]);
              if (tree.stream().anyMatch(e -> e.pid() == child && e.name().equals("sleep"))
                  && !sightings.add(child)) {
                // The second time: the first table has been taken in by now.
                FenProcess.kill("KILL", Long.parseLong(pids[0]));
              }
            }
            return tree;
          }

          @Override
          public @Nullable Entry find(long pid, String mark) throws IOException {
            return real.find(pid, mark);
          }

          @Override
          public String kind() {
            return real.kind();
          }
        };
    try (CommandRunner runner =
        new CommandRunner(
            request(ENDLESS, HOUR, command), table, SignalSender.system(), Duration.ZERO)) {
      when(
          () -> messages.stream().anyMatch(m -> m.contains("waiting for 1 process")),
          () -> FenProcess.kill("KILL", Long.parseLong(log().get(0).split(" ", 2)[1])));
      assertThat(runner.run(new Lock(CommandRunnerTest::farAway)).exitCode()).isEqualTo(3);
    }
    assertThat(messages)
        .singleElement()
        .asString()
        .contains("waiting for 1 process it left behind: " + log().get(0).split(" ", 2)[1]);
  }

  @Test
  void anOrphanThatIsJustBeingBornIsNotMissed() {
    // The shell ends while its child is on the way from fork to execve: for a moment that child
    // has a new parent and shows no environment.
    for (int i = 1; i <= 25; i++) {
      String[] command =
          shell("setsid sh -c 'sleep 0.05; echo late >>" + folder.resolve("log") + "' &");
      try (CommandRunner runner = runner(ENDLESS, HOUR, command)) {
        assertThat(runner.run(new Lock(CommandRunnerTest::farAway)).exitCode()).isZero();
        assertThat(log()).hasSize(i);
      }
    }
  }

  @Test
  void theCommandSeesWhatItsLockTellsIt() {
    String[] command = shell("[ \"$COLOUR\" = red ] && [ -z \"$FEN_WATCHDOG\" ]");
    Lock lock = new Lock(CommandRunnerTest::farAway);
    lock.environment = Map.of("COLOUR", "red");
    try (CommandRunner runner = runner(ENDLESS, HOUR, command)) {
      assertThat(runner.run(lock).exitCode()).isZero();
    }
  }

  @Test
  void aWatchdogKilledBeforeTheStartIsReplacedBeforeTheStart() {
    try (CommandRunner runner = runner(ENDLESS, HOUR, "true")) {
      long first = runner.watchdogPid();
      FenProcess.kill("KILL", first);
      FenProcess.untilEnded(first);
      Lock lock = new Lock(CommandRunnerTest::farAway);
      assertThat(runner.run(lock).exitCode()).isZero();
      assertThat(lock.watchdogBeforeStart).isEqualTo(runner.watchdogPid()).isNotEqualTo(first);
    }
  }

  @Test
  void anInterruptOfTheThreadDoesNotAbandonTheCommand() {
    try (CommandRunner runner = runner(ENDLESS, HOUR, shell("sleep 0.2; exit 4"))) {
      Thread.currentThread().interrupt();
      Outcome outcome = runner.run(new Lock(CommandRunnerTest::farAway));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(outcome.exitCode()).isEqualTo(4);
    }
  }

  private static ProcessTable procFs() {
    return Objects.requireNonNull(ProcFs.at(Path.of("/proc"), ProcessHandle.current().pid()));
  }

  private CommandRunner runner(Duration grace, Duration ttl, String... command) {
    return CommandRunner.prepare(request(grace, ttl, command));
  }

  private ExecRequest request(Duration grace, Duration ttl, String... command) {
    return new ExecRequest(List.of(command), grace, ttl, messages::add, number -> {});
  }

  /** Like {@link Commands#RECORDER}, with something to do after SIGTERM. */
  private String[] recorder(String afterTerm) {
    String log = folder.resolve("log").toString();
    return shell(
        "trap 'echo TERM >>"
            + log
            + "; "
            + afterTerm
            + "' TERM; echo ready >>"
            + log
            + "; while [ ! -e "
            + folder.resolve("stop")
            + " ]; do sleep 0.05 & wait $!; done");
  }

  private void loseWhenReady(CommandRunner runner) {
    when(() -> log().contains("ready"), () -> runner.lockLost("taken over by x"));
  }

  private static void when(java.util.function.BooleanSupplier condition, Runnable action) {
    Thread thread =
        new Thread(
            () -> {
              FenProcess.until("the condition", condition);
              action.run();
            });
    thread.setDaemon(true);
    thread.start();
  }

  private List<String> log() {
    try {
      Path log = folder.resolve("log");
      return Files.exists(log) ? Files.readAllLines(log) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path fifo) {
    try {
      Files.writeString(fifo, "on\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void create(Path file) {
    try {
      if (!Files.exists(file)) {
        Files.createFile(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long farAway() {
    return System.nanoTime() + HOUR.toNanos() * 2;
  }

  /** A lease that is not renewed any more from the moment the command is ready. */
  private final class LeaseFromReady implements LongSupplier {
    private final Duration length;
    private @Nullable Long end;

    LeaseFromReady(Duration length) {
      this.length = length;
    }

    long end() {
      return Objects.requireNonNull(end);
    }

    @Override
    public long getAsLong() {
      if (end == null) {
        FenProcess.until("ready", () -> log().contains("ready"));
        end = System.nanoTime() + length.toNanos();
      }
      return end;
    }
  }

  private static final class Lock implements HeldLock {
    private final LongSupplier end;
    private long command;
    private long watchdogBeforeStart;
    private Map<String, String> environment = Map.of();

    Lock(LongSupplier end) {
      this.end = end;
    }

    @Override
    public long endNanos() {
      return end.getAsLong();
    }

    @Override
    public String runningOut() {
      return "lock \"x\" is about to run out";
    }

    @Override
    public Map<String, String> environment() {
      return environment;
    }

    @Override
    public void commandStarted(long commandPid) {
      command = commandPid;
    }

    @Override
    public void watchdogReplaced(long watchdogPid) {
      if (command == 0) {
        watchdogBeforeStart = watchdogPid;
      }
    }
  }
}
