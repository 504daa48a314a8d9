package dev.fen.lock;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What one caller wants: how, since when it waits, and what is done meanwhile.
 *
 * @param options how
 * @param startNanos when the caller asked: the wait counts from then
 * @param wholeUntilNanos until when a first attempt may take however short the wait; empty for a
 *     fixed time from when it is the caller's turn
 * @param whileWaiting is told for whom the caller waits
 * @param aside looks at something else meanwhile
 */
record Terms(
    LockOptions options,
    long startNanos,
    OptionalLong wholeUntilNanos,
    Consumer<LockStatus> whileWaiting,
    Aside aside) {

  /** How long the first attempt may take, however short the wait: all its calls together. */
  static final long FIRST_ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(5);

  long deadlineNanos() {
    return startNanos + options.maxWait().toNanos();
  }

  /** When the last call of an attempt that begins now must be answered. */
  long callsEndNanos(long nowNanos) {
    return Math.max(deadlineNanos(), wholeUntilNanos.orElse(nowNanos + FIRST_ATTEMPT_NANOS));
  }

  /**
   * Makes sure that all of what was acquired before is still held.
   *
   * @throws LockLostException if it is not
   * @throws LockTimeoutException if that cannot be told in time
   */
  void requireProven(LockContext context, List<HeldLease> leases) {
    HeldLease unproven =
        HeldLease.firstUnproven(
            leases, () -> callsEndNanos(startNanos) - context.platform().nanoTime());
    if (unproven != null) {
      throw TimeoutMessage.unproven(context, unproven, this);
    }
  }

  Terms with(Aside other) {
    return new Terms(options, startNanos, wholeUntilNanos, whileWaiting, other);
  }

  Terms telling(Consumer<LockStatus> other) {
    return new Terms(options, startNanos, wholeUntilNanos, other, aside);
  }
}
