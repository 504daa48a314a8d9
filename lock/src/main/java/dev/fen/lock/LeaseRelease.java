package dev.fen.lock;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.Version;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** The release at the end of a lease, which waits for it and is loud where it fails. */
final class LeaseRelease {

  /** Longer than a token lasts, so that a clock that was set back is caught up with in the end. */
  private static final long LONGEST_WAIT_FOR_CLOCK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final LockContext context;
  private final LockName lock;
  private final KeyState keyState;
  private final LockRecord record;
  private final Version version;
  private final boolean certain;
  private final boolean clean;
  private final boolean lost;
  private final long deadlineNanos;
  private final Runnable whenEnded;

  /**
   * Prepares it.
   *
   * @param record the last record sent
   * @param version the last version known to be the lease's
   * @param certain whether it still is
   * @param clean whether the lease was held to its end
   * @param lost whether the lease was lost for want of the store; then nobody waits: the record is
   *     given back when the store answers again
   * @param deadlineNanos when to give up, where it was not lost
   * @param whenEnded is run when nothing is under way any more
   */
  LeaseRelease(
      LockContext context,
      LockName lock,
      KeyState keyState,
      LockRecord record,
      Version version,
      boolean certain,
      boolean clean,
      boolean lost,
      long deadlineNanos,
      Runnable whenEnded) {
    this.context = context;
    this.lock = lock;
    this.keyState = keyState;
    this.record = record;
    this.version = version;
    this.certain = certain;
    this.clean = clean;
    this.lost = lost;
    this.deadlineNanos = deadlineNanos;
    this.whenEnded = whenEnded;
  }

  /** Releases; returns whether the thread was interrupted meanwhile, which disturbs nothing. */
  boolean run() {
    boolean interrupted = awaitClock();
    Platform platform = context.platform();
    Signal settled = platform.newSignal();
    new Settlement(
            context,
            lock,
            keyState,
            record,
            version,
            certain,
            clean,
            lost ? platform.nanoTime() + Settlement.LIMIT_NANOS : deadlineNanos,
            outcome -> settled(outcome, settled))
        .start();
    return !lost && awaitUninterruptibly(settled) || interrupted;
  }

  private long token() {
    return record.token().orElseThrow();
  }

  /**
   * Keeps tokens from running ahead of the clock of a store that may forget writes, which they
   * would where a lock goes round more than once in a millisecond: after a power cut, or where the
   * record is removed, that clock is all there is to tell the next token by.
   */
  private boolean awaitClock() {
    if (!context.store().mayForgetWrites()) {
      return false;
    }
    long ahead = keyState.nanosUntilClockPasses(token(), context.platform().nanoTime());
    try {
      context.platform().newSignal().await(Math.min(ahead, LONGEST_WAIT_FOR_CLOCK_NANOS));
      return false;
    } catch (InterruptedException remembered) {
      return true;
    }
  }

  private boolean awaitUninterruptibly(Signal signal) {
    boolean interrupted = false;
    while (true) {
      long left = deadlineNanos + TimeUnit.SECONDS.toNanos(1) - context.platform().nanoTime();
      try {
        signal.await(left);
        return interrupted;
      } catch (InterruptedException remembered) {
        interrupted = true;
      }
    }
  }

  /** Told on a worker or the timer thread, which must not wait for whoever writes the log. */
  private void settled(Settlement.Outcome outcome, Signal settled) {
    if (outcome instanceof Settlement.Outcome.Released released) {
      keyState.released(released.version(), token(), clean);
    } else if (outcome instanceof Settlement.Outcome.GaveUp) {
      keyState.abandoned(record.nonce());
    }
    whenEnded.run();
    context.aside(
        () -> {
          warnOf(outcome);
          settled.give();
        });
  }

  private void warnOf(Settlement.Outcome outcome) {
    if (outcome instanceof Settlement.Outcome.Superseded superseded && !lost) {
      LoggerFactory.getLogger(Lease.class)
          .warn(
              "{} in {} was no longer ours when it was given back: {}. What was done under it may overlap with"
                  + " another holder's work",
              lock.title(),
              context.store().location(),
              superseded.by());
    } else if (outcome instanceof Settlement.Outcome.GaveUp gaveUp) {
      context.warnOfGivingUp(lock, record, gaveUp.failure());
    }
  }
}
