package dev.fen.cli;

import dev.fen.cli.exec.CommandRunner;
import dev.fen.cli.exec.ExecException;
import dev.fen.cli.exec.ExecRequest;
import dev.fen.cli.exec.HeldLock;
import dev.fen.cli.exec.Outcome;
import dev.fen.lock.Lease;
import dev.fen.lock.LockException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.SystemPlatform;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code fen exec}: takes locks, runs a command under them, gives them back. */
final class ExecCommand {

  private static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);

  private final Terminal terminal;
  private final Settings settings;
  private final List<String> names;
  private final List<String> command;
  private final AtomicInteger interruptedBy = new AtomicInteger();

  ExecCommand(Terminal terminal, Settings settings, List<String> names, List<String> command) {
    this.terminal = terminal;
    this.settings = settings;
    // Sorted, so that two commands that take the same locks never wait for each other.
    this.names = List.copyOf(new TreeSet<>(names));
    this.command = command;
  }

  /**
   * Runs it.
   *
   * @return how to exit
   * @throws dev.fen.lock.LockTimeoutException if a lock was not to be had in time; nothing was run
   *     then
   */
  int run() {
    DatastoreFinder finder = new DatastoreFinder(settings);
    LockOptions options = options();
    Duration grace = settings.duration("grace", DEFAULT_GRACE, given -> given);
    Path datastore = finder.findOrMake();
    warnInCi(finder, datastore);
    Platform platform = SystemPlatform.get();
    LockService locks =
        new LockService(FileRegisterStore.open(datastore, platform), options, platform);
    List<Lease> leases = new ArrayList<>();
    boolean survived = false;
    try (CommandRunner runner = prepare(grace, options.ttl())) {
      acquire(locks, options.withCompanions(List.of(runner.watchdogPid())), datastore, leases);
      Outcome outcome = runUnder(runner, leases);
      survived = !outcome.survivors().isEmpty();
      return outcome.status();
    } catch (InterruptedException interrupted) {
      terminal.say("interrupted while waiting for a lock; nothing was run");
      return ExitCode.SIGNAL_BASE + interruptedBy.get();
    } finally {
      // While something of the command still runs nobody else may have the locks: they run out by
      // themselves.
      if (!survived) {
        giveBack(leases);
        locks.close();
      }
    }
  }

  private LockOptions options() {
    Settings.Value operation = settings.find("operation");
    LockOptions defaults =
        LockOptions.of(operation == null ? programName() : operation.text())
            .withLink(CiRun.link(settings.environment()));
    LockOptions withTtl = settings.duration("ttl", defaults, defaults::withTtl);
    return settings.duration("wait", withTtl, withTtl::withMaxWait);
  }

  /** Never the arguments: they may hold secrets. */
  private String programName() {
    String program = command.get(0);
    return program.substring(program.lastIndexOf('/') + 1);
  }

  private void warnInCi(DatastoreFinder finder, Path datastore) {
    Path checkout = finder.gitRoot();
    if (CiRun.isOne(settings.environment()) && checkout != null && datastore.startsWith(checkout)) {
      terminal.say(
          "warning: the datastore "
              + datastore
              + " is inside this checkout, so jobs on other runners do not see its locks;"
              + " name a shared directory with --datastore or FEN_DATASTORE");
    }
  }

  private CommandRunner prepare(Duration grace, Duration ttl) {
    Thread waiting = Thread.currentThread();
    try {
      return CommandRunner.prepare(
          new ExecRequest(
              command,
              Map.of(),
              grace,
              ttl,
              terminal::say,
              signal -> {
                interruptedBy.set(signal);
                waiting.interrupt();
              }));
    } catch (ExecException failed) {
      throw CliException.configuration(String.valueOf(failed.getMessage()), failed);
    }
  }

  /** One deadline for all of them. */
  private void acquire(LockService locks, LockOptions options, Path datastore, List<Lease> leases)
      throws InterruptedException {
    long start = System.nanoTime();
    try (WaitNotice notice = new WaitNotice(terminal, datastore, options.maxWait())) {
      for (String name : names) {
        Duration left =
            options.maxWait().minusNanos(leases.isEmpty() ? 0 : System.nanoTime() - start);
        leases.add(
            locks.acquire(
                name,
                options.withMaxWait(left.isNegative() ? Duration.ZERO : left),
                notice::waiting));
      }
    }
  }

  private Outcome runUnder(CommandRunner runner, List<Lease> leases) {
    for (Lease lease : leases) {
      lease.onLost(lost -> runner.lockLost(String.valueOf(lost.getMessage())));
    }
    Outcome outcome =
        runner.run(
            new HeldLock() {
              @Override
              public long endNanos() {
                long now = System.nanoTime();
                return now
                    + leases.stream()
                        .mapToLong(lease -> lease.remaining().toNanos())
                        .min()
                        .orElse(0);
              }

              @Override
              public Map<String, String> environment() {
                return tokens(leases);
              }

              @Override
              public void commandStarted(long commandPid) {
                leases.forEach(lease -> lease.addCompanion(commandPid));
              }

              @Override
              public void watchdogReplaced(long watchdogPid) {
                leases.forEach(lease -> lease.addCompanion(watchdogPid));
              }
            });
    if (outcome.ending() == Outcome.Ending.NOT_STARTED) {
      terminal.say(outcome.detail());
    }
    return outcome;
  }

  /**
   * What the command is told of its locks. A variable that an outer Fen set for a lock of its own
   * is overwritten.
   */
  private Map<String, String> tokens(List<Lease> leases) {
    Map<String, String> variables = new HashMap<>();
    boolean single = leases.size() == 1;
    variables.put("FEN_LOCK_KEY", single ? leases.get(0).lockName() : "");
    variables.put("FEN_LOCK_TOKEN", single ? Long.toString(leases.get(0).token()) : "");
    variables.put(
        "FEN_LOCKS",
        LockJson.tokens(
            leases.stream().map(Lease::lockName).toList(),
            leases.stream().map(Lease::token).toList()));
    return variables;
  }

  private void giveBack(List<Lease> leases) {
    for (int i = leases.size() - 1; i >= 0; i--) {
      try {
        leases.get(i).close();
      } catch (LockException failed) {
        terminal.say("warning: " + failed.getMessage());
      }
    }
  }
}
