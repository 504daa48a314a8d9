package dev.fen.cli;

import com.grack.nanojson.JsonWriter;
import dev.fen.cli.exec.CommandRunner;
import dev.fen.cli.exec.ExecException;
import dev.fen.cli.exec.ExecRequest;
import dev.fen.cli.exec.HeldLock;
import dev.fen.cli.exec.Outcome;
import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LossCause;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.text.Texts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** {@code fen exec}: takes locks, runs a command under them, gives them back. */
final class ExecCommand {

  private static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);

  private final Terminal terminal;
  private final Settings settings;
  private final boolean json;
  private final List<String> names;
  private final List<String> command;
  private final AtomicInteger interruptedBy = new AtomicInteger();

  ExecCommand(
      Terminal terminal,
      Settings settings,
      boolean json,
      List<String> names,
      List<String> command) {
    this.terminal = terminal;
    this.settings = settings;
    this.json = json;
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
    Duration grace = grace(options.ttl());
    Datastore datastore = finder.findOrMake();
    warnInCi(finder, datastore);
    Platform platform = SystemPlatform.get();
    LockService locks = new LockService(datastore.open(platform), options, platform);
    // Closed last: until then signals do not keep the locks from being given back.
    try (CommandRunner runner = prepare(grace, options.ttl())) {
      return run(runner, locks, options, datastore);
    }
  }

  private int run(
      CommandRunner runner, LockService locks, LockOptions options, Datastore datastore) {
    List<Lease> leases = new ArrayList<>();
    boolean survived = false;
    try {
      acquire(locks, options.withCompanions(List.of(runner.watchdogPid())), datastore, leases);
      Outcome outcome = runUnder(runner, new Held(leases, datastore.location()));
      survived = !outcome.survivors().isEmpty();
      return outcome.status();
    } catch (InterruptedException interrupted) {
      return end(
          ExitCode.SIGNAL_BASE + interruptedBy.get(),
          "interrupted",
          "interrupted while waiting for a lock; the command was not started");
    } finally {
      // While something of the command still runs nobody else may have the locks: they run out by
      // themselves.
      if (!survived) {
        giveBack(leases, locks);
      }
    }
  }

  /** Tells why Fen ends with a code of its own. */
  private int end(int exitCode, String code, String message) {
    if (json) {
      terminal.printJson(LockJson.error(code, message, exitCode, null));
    } else {
      terminal.say(message);
    }
    return exitCode;
  }

  private LockOptions options() {
    Settings.Value operation = settings.find("operation");
    LockOptions defaults =
        LockOptions.of(operation == null ? programName() : operation.text())
            .withLink(CiRun.link(settings.environment()));
    LockOptions withTtl = settings.duration("ttl", defaults, defaults::withTtl);
    return settings.duration("wait", withTtl, withTtl::withMaxWait);
  }

  private Duration grace(Duration ttl) {
    Duration grace = settings.duration("grace", DEFAULT_GRACE, given -> given);
    Duration most = ttl.dividedBy(4);
    Settings.Value given = settings.find("grace");
    if (given != null && grace.compareTo(most) > 0) {
      terminal.say(
          "warning: "
              + given.origin()
              + ": if the lock is lost or cannot be renewed, the command has "
              + Texts.duration(most)
              + " between SIGTERM and SIGKILL, a quarter of the ttl, and not "
              + Texts.duration(grace)
              + "; if it needs more then, give a --ttl of four times that");
    }
    return grace;
  }

  /** Never the arguments: they may hold secrets. */
  private String programName() {
    String program = command.get(0);
    return program.substring(program.lastIndexOf('/') + 1);
  }

  private void warnInCi(DatastoreFinder finder, Datastore datastore) {
    if (!(datastore instanceof DirectoryDatastore found) || !CiRun.isOne(settings.environment())) {
      return;
    }
    Path checkout = finder.gitRoot();
    if (checkout != null && found.directory().startsWith(checkout)) {
      terminal.say(
          "warning: the datastore "
              + found.location()
              + " is inside this checkout, so jobs on other runners do not see its locks;"
              + " name a shared directory or a bucket with --datastore or FEN_DATASTORE");
    }
  }

  private CommandRunner prepare(Duration grace, Duration ttl) {
    Thread waiting = Thread.currentThread();
    try {
      return CommandRunner.prepare(
          new ExecRequest(
              command,
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
  private void acquire(
      LockService locks, LockOptions options, Datastore datastore, List<Lease> leases)
      throws InterruptedException {
    long start = System.nanoTime();
    try (WaitNotice notice = new WaitNotice(terminal, datastore.location(), options.maxWait())) {
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

  private Outcome runUnder(CommandRunner runner, Held held) {
    AtomicReference<@Nullable LockLostException> loss = new AtomicReference<>();
    for (Lease lease : held.leases) {
      lease.onLost(
          lost -> {
            loss.compareAndSet(null, lost);
            runner.lockLost(String.valueOf(lost.getMessage()));
          });
    }
    try {
      held.leases.forEach(Lease::ensureHeld);
    } catch (LockLostException lost) {
      // While another lock was waited for; the command is not started then.
      loss.set(lost);
      runner.lockLost(String.valueOf(lost.getMessage()));
    }
    Outcome outcome = runner.run(held);
    switch (outcome.ending()) {
      case NOT_STARTED -> end(outcome.status(), "command_not_started", outcome.detail());
      case LOCK_LOST, LOCK_RUNNING_OUT -> lost(outcome, held, loss.get());
      case BY_ITSELF, TERMINATED -> {}
    }
    return outcome;
  }

  private void lost(Outcome outcome, Held held, @Nullable LockLostException told) {
    LockLostException loss = told != null ? told : held.loss;
    String name = loss == null ? held.mostUrgent().lockName() : loss.lockName();
    LossCause cause = loss == null ? held.cause : loss.lossCause();
    boolean slow =
        cause == LossCause.PROCESS_PAUSED
            || (cause == LossCause.STORE_UNREACHABLE
                && held.mostUrgent().renewalFailure().map(f -> !f.permanent()).orElse(true));
    String advice =
        (held.started
                ? "the command was ended because of that: look at what it left half done before you run it again"
                : "the command was not started: run it again")
            + (slow ? "; a longer --ttl bears longer interruptions" : "");
    if (json) {
      terminal.printJson(
          JsonWriter.string()
              .object()
              .object("error")
              .value("code", "lock_lost")
              .value("message", outcome.detail() + "; " + advice)
              .value("exitCode", outcome.status())
              .value("lockName", name)
              .value("cause", cause.name().toLowerCase(Locale.ROOT))
              .end()
              .end()
              .done());
    } else {
      // The loss itself was told when it happened, if the command was running then.
      terminal.say(held.started ? advice : outcome.detail() + "; " + advice);
    }
  }

  /** The leases as the runner sees them. */
  private static final class Held implements HeldLock {

    private final List<Lease> leases;
    private final String location;
    private boolean started;
    private @Nullable Lease runningOut;
    private @Nullable LockLostException loss;
    private LossCause cause = LossCause.STORE_UNREACHABLE;

    Held(List<Lease> leases, String location) {
      this.leases = leases;
      this.location = location;
    }

    @Override
    public long endNanos() {
      return System.nanoTime() + mostUrgent().remaining().toNanos();
    }

    /** The one that ends first, or the one that the command was ended for. */
    Lease mostUrgent() {
      return runningOut != null
          ? runningOut
          : leases.stream().min(Comparator.comparing(Lease::remaining)).orElseThrow();
    }

    @Override
    public String runningOut() {
      Lease first = mostUrgent();
      runningOut = first;
      if (first.remaining().isZero()) {
        try {
          first.ensureHeld();
        } catch (LockLostException lost) {
          // Its listeners are about to be told.
          loss = lost;
          return "the lock was lost: " + lost.getMessage();
        }
      }
      StoreFailure failure = first.renewalFailure().orElse(null);
      if (failure == null) {
        cause = LossCause.PROCESS_PAUSED;
      }
      List<String> others =
          leases.stream()
              .filter(lease -> !lease.equals(first) && lease.renewalFailure().isPresent())
              .map(lease -> " and \"" + lease.lockName() + "\"")
              .toList();
      return (others.isEmpty() ? "lock \"" : "locks \"")
          + first.lockName()
          + "\""
          + String.join("", others)
          + " in "
          + location
          + " could not be renewed and "
          + (others.isEmpty() ? "is" : "are")
          + " about to run out: "
          + (failure == null
              ? "fen stood still (stopped, suspended or without processor time)"
              : failure.message());
    }

    /** A variable that an outer Fen set for a lock of its own is overwritten or taken away. */
    @Override
    public Map<String, String> environment() {
      Lease single = leases.size() == 1 ? leases.get(0) : null;
      Map<String, String> variables = new HashMap<>();
      variables.put("FEN_LOCK_KEY", single == null ? "" : single.lockName());
      variables.put("FEN_LOCK_TOKEN", single == null ? "" : Long.toString(single.token()));
      variables.put("FEN_LOCKS", LockJson.tokens(leases));
      // The launcher leaves the C locale, where Java loses names; the command gets what was set.
      for (String name : List.of("LC_ALL", "LC_CTYPE")) {
        String before = System.getProperty("fen.env." + name);
        if (before != null) {
          variables.put(name, before);
        }
      }
      return variables;
    }

    @Override
    public void commandStarted(long commandPid) {
      started = true;
      for (Lease lease : leases) {
        lease.addCompanion(commandPid);
      }
    }

    @Override
    public void watchdogReplaced(long watchdogPid) {
      for (Lease lease : leases) {
        lease.addCompanion(watchdogPid);
      }
    }
  }

  /** Whatever fails here does not change how the command ended. */
  private void giveBack(List<Lease> leases, LockService locks) {
    // Side by side: on a store that hangs each takes all the time there is.
    List<Thread> closing = new ArrayList<>();
    for (Lease lease : leases) {
      Thread thread = new Thread(() -> giveBack(lease), "fen-release");
      thread.start();
      closing.add(thread);
    }
    boolean interrupted = false;
    for (Thread thread : closing) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException remembered) {
          interrupted = true;
        }
      }
    }
    giveBack(locks);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void giveBack(AutoCloseable one) {
    try {
      one.close();
    } catch (Exception failed) {
      terminal.say("warning: " + failed.getMessage());
    }
  }
}
