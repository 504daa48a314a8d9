package dev.fen.lock;

import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One caller's looks at one lock until a deadline, and the pauses between them, which no change in
 * the store and no failure can do away with. For one thread.
 */
final class Lookout implements AutoCloseable {

  private static final long SHORTEST_CALL_LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_CALL_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final RegisterStore.Watch ENDED = () -> {};

  private final LockContext context;
  private final LockName lock;
  private final KeyState keyState;
  private final long deadlineNanos;
  private final long callsEndNanos;
  private final Pauses pauses;
  private final Signal changed;

  /** Null until it began; {@link #ENDED} for one that begins too late. */
  private final AtomicReference<RegisterStore.@Nullable Watch> watch = new AtomicReference<>();

  private boolean watching;
  private ReadResult.@Nullable Present lastPresent;
  private @Nullable Sighting lastSighting;
  private @Nullable StoreFailure failure;

  /**
   * A lookout; nothing is asked yet.
   *
   * @param keyState of the lock, in use until the lookout is closed
   * @param deadlineNanos no pause overshoots it
   * @param callsEndNanos when the last call must be answered
   */
  Lookout(
      LockContext context,
      LockName lock,
      KeyState keyState,
      long deadlineNanos,
      long callsEndNanos) {
    this.context = context;
    this.lock = lock;
    this.keyState = keyState;
    this.deadlineNanos = deadlineNanos;
    this.callsEndNanos = callsEndNanos;
    this.pauses = new Pauses(context.platform());
    this.changed = context.platform().newSignal();
  }

  /**
   * Reads.
   *
   * @return null if nothing is known, see {@link #failure}
   * @throws LockStoreException if no retry can cure that
   */
  @Nullable Sighting look() throws InterruptedException {
    RegisterStore store = context.store();
    ReadResult.Present before = lastPresent;
    long asked = context.platform().nanoTime();
    ReadResult result =
        context
            .foreground()
            .await(
                () -> before == null ? store.read(lock.key()) : store.readAgain(lock.key(), before),
                ReadResult.Unknown::new,
                callLimitNanos());
    if (result instanceof ReadResult.Unknown unknown) {
      failure = unknown.failure();
      if (unknown.failure().permanent()) {
        throw new LockStoreException(lock, unknown.failure());
      }
      return null;
    }
    failure = null;
    lastPresent = result instanceof ReadResult.Present present ? present : null;
    Sighting seen = context.sighting(result, keyState, asked);
    lastSighting = seen;
    return seen;
  }

  /** The last look that showed something. */
  @Nullable Sighting lastSighting() {
    return lastSighting;
  }

  /** Why the last look showed nothing; null if it did. */
  @Nullable StoreFailure failure() {
    return failure;
  }

  /** Whether the last look showed a record without telling the store's time. */
  boolean lacksStoreTime() {
    ReadResult.Present present = lastPresent;
    return present != null && present.storeTimeMillis().isEmpty();
  }

  /** Whether it was waited for a change before. */
  boolean isWatching() {
    return watching;
  }

  /** How long a call that begins now may take. */
  long callLimitNanos() {
    return callLimitNanos(callsEndNanos - context.platform().nanoTime());
  }

  /** How long a call may take that must be answered in so much time. */
  static long callLimitNanos(long leftNanos) {
    return Math.max(SHORTEST_CALL_LIMIT_NANOS, Math.min(LONGEST_CALL_LIMIT_NANOS, leftNanos));
  }

  /** How long until the deadline; zero or less if it is over. */
  long leftNanos() {
    return deadlineNanos - context.platform().nanoTime();
  }

  /** Waits until it is worth another look at what is held. */
  void awaitChange(Sighting seen) throws InterruptedException {
    if (!watching) {
      watching = true;
      boolean begun =
          context.foreground().await(this::beginWatch, unanswered -> true, callLimitNanos());
      if (begun) {
        // What changed before the watch began was not told: one more look before the first wait.
        return;
      }
    }
    long pause = Math.min(pauses.whileHeld(), Math.max(seen.nanosUntilStale(), 1));
    if (changed.await(Math.min(pause, leftNanos()))) {
      context.platform().newSignal().await(Math.min(pauses.afterEvent(), leftNanos()));
    }
  }

  /** Waits before what failed is tried again, each time longer. */
  void pauseAfterFailure() throws InterruptedException {
    context.platform().newSignal().await(Math.min(pauses.afterFailure(), leftNanos()));
  }

  /** Whether changes will be told from now on. */
  private boolean beginWatch() {
    RegisterStore.Watch begun = context.store().watch(lock.key(), changed::give);
    if (!watch.compareAndSet(null, begun)) {
      begun.close();
    }
    return !begun.equals(RegisterStore.Watch.NONE);
  }

  @Override
  public void close() {
    RegisterStore.Watch ended = watch.getAndSet(ENDED);
    if (ended != null) {
      context.aside(ended::close);
    }
  }
}
