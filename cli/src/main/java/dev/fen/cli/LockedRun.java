package dev.fen.cli;

import com.grack.nanojson.JsonWriter;
import dev.fen.cli.exec.CommandRunner;
import dev.fen.cli.exec.Outcome;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LossCause;
import dev.fen.lock.ModelLocks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Takes the locks, has the command run under them, and gives them back. */
final class LockedRun {

  private final Terminal terminal;
  private final boolean json;
  private final CommandRunner runner;
  private final LockService locks;
  private final ModelLocks models;
  private final String location;
  private final long startNanos;
  private final IntSupplier interruptedBy;
  private final WarmUp warmUp = new WarmUp(Path.of(System.getProperty("java.io.tmpdir")));
  private final List<LeaseGroup> groups = new ArrayList<>();
  private final AtomicReference<@Nullable LockLostException> firstLoss = new AtomicReference<>();

  /** Made before the wait: the first use of a method reference is slow. */
  private final Consumer<LockLostException> whenLost = this::lost;

  private final Object wait = new Object();
  private @Nullable Thread waiting; // guarded by wait

  /**
   * One run.
   *
   * @param runner runs the command; left open
   * @param locks closed at the end
   * @param models of the same
   * @param location the datastore and the namespace, for messages
   * @param startNanos since when the user waits
   * @param interruptedBy the number of the signal that has interrupted the wait, or 0
   */
  LockedRun(
      Terminal terminal,
      boolean json,
      CommandRunner runner,
      LockService locks,
      ModelLocks models,
      String location,
      long startNanos,
      IntSupplier interruptedBy) {
    this.terminal = terminal;
    this.json = json;
    this.runner = runner;
    this.locks = locks;
    this.models = models;
    this.location = location;
    this.startNanos = startNanos;
    this.interruptedBy = interruptedBy;
  }

  /**
   * Runs it. Call it once.
   *
   * @param wanted the locks
   * @return how to exit
   * @throws dev.fen.lock.LockTimeoutException if a lock was not to be had in time; nothing was run
   *     then
   */
  int run(Wanted wanted, LockOptions options) {
    try {
      acquire(wanted, options.withCompanions(List.of(runner.watchdogPid())));
      Outcome outcome = runUnder();
      if (!outcome.survivors().isEmpty()) {
        // While something of the command still runs nobody else may have the locks.
        groups.forEach(LeaseGroup::abandon);
      }
      return outcome.status();
    } catch (InterruptedException interrupted) {
      return end(
          ExitCode.SIGNAL_BASE + interruptedBy.getAsInt(),
          "interrupted",
          "interrupted while waiting for a lock; the command was not started");
    } finally {
      giveBack();
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

  /**
   * One deadline for all of them, named ones first. Returns early when one that was taken is lost:
   * what comes next tells of it.
   */
  private void acquire(Wanted wanted, LockOptions options) throws InterruptedException {
    synchronized (wait) {
      waiting = Thread.currentThread();
    }
    try (WaitNotice notice =
        new WaitNotice(terminal, location, options.maxWait(), startNanos, warmUp::begin)) {
      if (!wanted.names().isEmpty()) {
        add(models.acquireNamed(wanted.names(), sinceStart(options), notice::waiting));
      }
      if (!wanted.models().isEmpty()) {
        add(models.acquireModels(wanted.models(), sinceStart(options), notice::waiting));
      }
      if (wanted.global()) {
        add(models.acquireGlobal(sinceStart(options), notice::waiting));
      }
    } catch (LockLostException loss) {
      lost(loss);
    } catch (InterruptedException interrupted) {
      if (firstLoss.get() == null || interruptedBy.getAsInt() != 0) {
        throw interrupted;
      }
    } finally {
      warmUp.end();
      synchronized (wait) {
        waiting = null;
      }
    }
  }

  private LockOptions sinceStart(LockOptions options) {
    return options.withWaited(Duration.ofNanos(System.nanoTime() - startNanos));
  }

  private void add(LeaseGroup group) {
    groups.add(group);
    group.onLost(whenLost);
  }

  private void lost(LockLostException loss) {
    firstLoss.compareAndSet(null, loss);
    runner.lockLost(String.valueOf(loss.getMessage()));
    synchronized (wait) {
      if (waiting != null) {
        waiting.interrupt();
      }
    }
  }

  private Outcome runUnder() {
    try {
      for (LeaseGroup group : groups) {
        group.ensureHeld();
      }
    } catch (LockLostException loss) {
      // Its listener may not have been told yet; the command is not started then.
      lost(loss);
    }
    HeldLeases held = new HeldLeases(groups, location);
    Outcome outcome = runner.run(held);
    switch (outcome.ending()) {
      case NOT_STARTED -> end(outcome.status(), "command_not_started", outcome.detail());
      case LOCK_LOST, LOCK_RUNNING_OUT -> tellLoss(outcome, held);
      case BY_ITSELF -> {
        return checked(outcome, held);
      }
      case TERMINATED -> {}
    }
    return outcome;
  }

  /**
   * Where a lock was lost meanwhile and nobody has noticed, since this process stood still or the
   * lock is one above it, the command's own exit code is not to be trusted.
   */
  private Outcome checked(Outcome outcome, HeldLeases held) {
    try {
      for (LeaseGroup group : groups) {
        group.ensureHeld();
        group.ensureHeldAbove();
      }
      return outcome;
    } catch (LockLostException loss) {
      firstLoss.compareAndSet(null, loss);
      Outcome lost =
          new Outcome(
              outcome.exitCode(),
              Outcome.Ending.LOCK_LOST,
              "the lock was lost while the command ran: " + loss.getMessage(),
              outcome.survivors());
      String advice =
          "the command had ended by itself, with exit code "
              + outcome.exitCode()
              + ": look at what it did before you rely on it";
      tellLoss(lost, held, loss.lossCause(), advice, false);
      return lost;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return outcome;
    }
  }

  private static String again(LossCause cause) {
    return cause == LossCause.ANCESTOR_LOST
        ? "the run that started this one has ended, or lost its lock; start it outside of that run, or unset "
            + HeldLeases.CLAIMS
        : "run it again";
  }

  private void tellLoss(Outcome outcome, HeldLeases held) {
    LockLostException told = firstLoss.get();
    LossCause cause = told == null ? held.lossCause() : told.lossCause();
    boolean slow =
        cause == LossCause.PROCESS_PAUSED
            || (cause == LossCause.STORE_UNREACHABLE && held.mayAnswerAgain());
    String advice =
        (held.started()
                ? "the command was ended because of that: look at what it left half done before you run it again"
                : "the command was not started: " + again(cause))
            + (slow ? "; a longer --ttl bears longer interruptions" : "");
    // The loss itself was told when it happened, if the command was running then.
    tellLoss(outcome, held, cause, advice, held.started());
  }

  private void tellLoss(
      Outcome outcome, HeldLeases held, LossCause cause, String advice, boolean wasTold) {
    HeldLeases.Held lock = held.lost(firstLoss.get());
    if (json) {
      terminal.printJson(
          JsonWriter.string()
              .object()
              .object("error")
              .value("code", "lock_lost")
              .value("message", outcome.detail() + "; " + advice)
              .value("exitCode", outcome.status())
              .value("lockKind", lock.kind().name().toLowerCase(Locale.ROOT))
              .value("lockName", lock.name())
              .value("cause", cause.name().toLowerCase(Locale.ROOT))
              .end()
              .end()
              .done());
    } else {
      terminal.say(wasTold ? advice : outcome.detail() + "; " + advice);
    }
  }

  /** Whatever fails here does not change how the command ended. */
  private void giveBack() {
    // Side by side: on a store that hangs each takes all the time there is.
    List<Thread> closing = new ArrayList<>();
    for (LeaseGroup group : groups) {
      Thread thread = new Thread(() -> giveBack(group), "fen-release");
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
    giveBack(warmUp);
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
