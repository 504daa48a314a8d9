package dev.fen.lock;

import dev.fen.lock.platform.Platform;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One structural command's acquisition of the global lock: it waits for a moment at which no model
 * is locked, without keeping anybody out, for up to half its time; then it takes the global lock,
 * and waits until none is locked.
 *
 * <p>That is so when two passes in a row over the models' locks found all of them released, and in
 * the same versions: then there was a moment between the two at which no run held anything. The
 * second pass begins after the global lock was taken, so that whoever takes a model's lock from
 * that moment on, and then looks at the global one, finds it held, and finds no ancestor that was
 * admitted. The first pass may be the one before the global lock was taken: the moment is then that
 * of the taking at the latest.
 */
final class StructuralAcquisition {

  private static final long PASS_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LAST_PASS_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LockContext context;
  private final LockName global;
  private final Terms terms;
  private final Drain drain;
  private final Pauses pauses;
  private final Notices notices;
  private final long deadlineNanos;

  /** The last pass, if it was clean. */
  private Drain.@Nullable Pass clean;

  private Drain.@Nullable Pass last;

  /** Whether the store has told anything. */
  private boolean answered;

  StructuralAcquisition(LockContext context, ReleasedVersions known, Terms terms) {
    this.context = context;
    this.global = LockName.global(context.namespace());
    this.terms = terms;
    this.deadlineNanos = terms.deadlineNanos();
    this.drain = new Drain(context, known, terms.callsEndNanos(terms.startNanos()));
    this.pauses = new Pauses(context.platform());
    this.notices = new Notices(terms.whileWaiting());
  }

  /**
   * Runs it, in the caller's thread.
   *
   * @return the lease of the global lock; no model is locked
   * @throws LockTimeoutException if that was not to be had by the deadline
   * @throws LockStoreException if the store cannot do what is needed and no retry can cure it
   */
  HeldLease run() throws InterruptedException {
    awaitQuiet(terms.startNanos() + terms.options().maxWait().toNanos() / 2);
    while (true) {
      HeldLease lease = new LeaseLock(context, global).acquire(terms);
      answered = true;
      boolean drained = false;
      try {
        drained = drain(lease);
        if (drained) {
          return lease;
        }
      } finally {
        if (!drained) {
          Releases.start(context, List.of(lease), () -> {});
        }
      }
      // The lease was lost meanwhile, or is in doubt.
      throwIfOver();
      clean = null;
      platform().newSignal().await(Math.min(pauses.afterFailure(), leftNanos(deadlineNanos)));
    }
  }

  private Platform platform() {
    return context.platform();
  }

  private long leftNanos(long untilNanos) {
    return untilNanos - platform().nanoTime();
  }

  private void awaitQuiet(long untilNanos) throws InterruptedException {
    while (true) {
      Drain.Pass pass = pass();
      if (pass.isClean()) {
        clean = pass;
        return;
      }
      throwIfOver();
      if (leftNanos(untilNanos) <= 0) {
        return;
      }
      await(pass, untilNanos);
      throwIfOver();
    }
  }

  /** Whether no model is locked any more; false if the lease was lost before, or is in doubt. */
  private boolean drain(HeldLease lease) throws InterruptedException {
    boolean again = false;
    while (lease.isSurelyHeld()) {
      Drain.Pass pass = pass();
      if (pass.confirms(clean)) {
        return lease.isSurelyHeld();
      }
      if (pass.isClean() && !again) {
        // It may be the first of two.
        clean = pass;
        again = true;
        continue;
      }
      throwIfOver();
      again = false;
      clean = pass.isClean() ? pass : null;
      await(pass, deadlineNanos);
      throwIfOver();
    }
    return false;
  }

  /** Waits until another pass is worth while. */
  private void await(Drain.Pass pass, long untilNanos) throws InterruptedException {
    Drain.Busy first =
        pass.busy().stream()
            .filter(busy -> busy.seen().isHeldBySomebody())
            .findFirst()
            .orElse(null);
    notices.tellFailure(global, pass.failure());
    if (first == null || pass.failure() != null) {
      platform().newSignal().await(Math.min(pauses.afterFailure(), leftNanos(untilNanos)));
    } else {
      pauses.whileHeld();
      last = pass.with(drain.awaitEnd(first, nextPassNanos(untilNanos), notices));
    }
  }

  /**
   * While one lock is waited for the others are looked at now and then, so that what is stale is
   * freed meanwhile, and once more shortly before the end, so that what is told then is true.
   */
  private long nextPassNanos(long untilNanos) {
    long now = platform().nanoTime();
    long leftNanos = untilNanos - LAST_PASS_NANOS - now;
    return leftNanos <= 0 ? untilNanos : now + Math.min(PASS_INTERVAL_NANOS, leftNanos);
  }

  private Drain.Pass pass() throws InterruptedException {
    Drain.Pass pass = drain.pass();
    last = pass.withUnseenOf(last);
    answered |= pass.listed();
    return pass;
  }

  private void throwIfOver() {
    if (leftNanos(deadlineNanos) <= 0) {
      throw TimeoutMessage.undrained(
          context,
          global,
          last,
          platform().nanoTime() - terms.startNanos(),
          terms.options(),
          !answered);
    }
  }
}
