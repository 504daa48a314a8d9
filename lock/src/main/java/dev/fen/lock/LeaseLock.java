package dev.fen.lock;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One lock of one service. Callers of the service queue here in the order they came, and only the
 * first of them asks the store, so that a crowd in one process costs no more requests than one
 * caller.
 */
final class LeaseLock {

  private static final long CALL_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long RELEASE_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LockContext context;
  private final LockName lock;

  LeaseLock(LockContext context, LockName lock) {
    this.context = context;
    this.lock = lock;
  }

  /** Acquires within the options' wait; see {@link LockService#acquire(String, LockOptions)}. */
  HeldLease acquire(LockOptions options, Consumer<LockStatus> whileWaiting)
      throws InterruptedException {
    return acquire(
        new Terms(
            options,
            context.platform().nanoTime() - options.waited().toNanos(),
            OptionalLong.empty(),
            whileWaiting,
            Aside.NOTHING));
  }

  /** The same on other terms. */
  HeldLease acquire(Terms terms) throws InterruptedException {
    Signal turn = context.platform().newSignal();
    KeyState keyState = context.use(lock);
    keyState.enter(turn);
    try {
      awaitTurn(keyState, turn, terms);
      HeldLease lease = new Acquisition(context, lock, keyState, terms).run();
      keyState.leased(lease);
      lease.begin();
      if (context.isClosed()) {
        lease.close();
        context.requireOpen();
      }
      return lease;
    } finally {
      keyState.leave(turn);
      keyState.unuse();
    }
  }

  private void awaitTurn(KeyState keyState, Signal turn, Terms terms) throws InterruptedException {
    Platform platform = context.platform();
    boolean told = false;
    while (!keyState.isTurnOf(turn)) {
      long start = terms.startNanos();
      long left = terms.deadlineNanos() - platform.nanoTime();
      HeldLease lease = keyState.lease();
      context.requireOpen();
      if (left <= 0) {
        throw TimeoutMessage.queued(context, lock, keyState, start, terms.options());
      }
      terms.aside().beforePause(false);
      if (!told) {
        LockStatus holder = lease == null ? keyState.holderSince(start, lock) : lease.status();
        if (holder != null) {
          told = true;
          terms.whileWaiting().accept(holder);
        }
      }
      turn.await(terms.aside().equals(Aside.NOTHING) ? left : Math.min(left, Aside.INTERVAL_NANOS));
    }
  }

  /** One look. */
  LockStatus status() throws InterruptedException {
    return status(CALL_LIMIT_NANOS);
  }

  /** One look within a time limit. */
  LockStatus status(long limitNanos) throws InterruptedException {
    KeyState keyState = context.use(lock);
    try {
      return look(keyState, limitNanos).toStatus(lock, keyState.lease() != null);
    } finally {
      keyState.unuse();
    }
  }

  private Sighting look(KeyState keyState) throws InterruptedException {
    return look(keyState, CALL_LIMIT_NANOS);
  }

  private Sighting look(KeyState keyState, long limitNanos) throws InterruptedException {
    RegisterStore store = context.store();
    long asked = context.platform().nanoTime();
    ReadResult result =
        context
            .foreground()
            .await(() -> store.read(lock.key()), ReadResult.Unknown::new, limitNanos);
    if (result instanceof ReadResult.Unknown unknown) {
      throw new LockStoreException(lock, unknown.failure());
    }
    return context.sighting(result, keyState, asked);
  }

  /**
   * Frees somebody else's lock by compare-and-swap.
   *
   * @param force whether also to free it from a holder that is not known to be gone
   * @param token the only token to free it from, or empty for whatever it is at first sight
   */
  ReleaseResult release(boolean force, OptionalLong token) throws InterruptedException {
    KeyState keyState = context.use(lock);
    try {
      return release(keyState, force, token);
    } finally {
      keyState.unuse();
    }
  }

  private ReleaseResult release(KeyState keyState, boolean force, OptionalLong token)
      throws InterruptedException {
    String nonce = context.newNonce();
    Sighting first = look(keyState);
    Sighting seen = first;
    Pauses pauses = new Pauses(context.platform());
    StoreFailure failure = LockContext.CHANGES_TOO_OFTEN;
    boolean mayStand = false;
    long end = context.platform().nanoTime() + RELEASE_LIMIT_NANOS;
    for (int attempt = 0; attempt == 0 || context.platform().nanoTime() < end; attempt++) {
      ReleaseResult.@Nullable Outcome refusal = refusal(first, seen, nonce, force, token);
      if (refusal != null && mayStand && (seen.isFree() || !hasSameHolder(first, seen))) {
        // A write without an answer may have been the one that freed it; freed it is.
        refusal = ReleaseResult.Outcome.RELEASED;
      }
      if (refusal != null) {
        return new ReleaseResult(
            refusal,
            (refusal == ReleaseResult.Outcome.RELEASED ? first : seen)
                .toStatus(lock, keyState.lease() != null));
      }
      WriteResult result = writeReleased(keyState, seen, nonce, attempt + 1, CALL_LIMIT_NANOS);
      if (result instanceof WriteResult.Applied) {
        return new ReleaseResult(
            ReleaseResult.Outcome.RELEASED, seen.toStatus(lock, keyState.lease() != null));
      }
      mayStand |= result instanceof WriteResult.Unknown;
      if (!(result instanceof WriteResult.Conflict)) {
        failure = LockContext.failureOf(result);
      }
      if (failure.permanent()) {
        break;
      }
      context.platform().newSignal().await(pauses.afterFailure());
      seen = look(keyState);
    }
    throw new LockStoreException(lock, failure);
  }

  /**
   * Frees a lock whose record is stale, with one write.
   *
   * @param seen the stale record
   * @param limitNanos how long the write may take
   * @throws LockStoreException if no retry can cure that
   */
  Freeing freeStale(KeyState keyState, Sighting seen, long limitNanos) throws InterruptedException {
    WriteResult result = writeReleased(keyState, seen, context.newNonce(), 1, limitNanos);
    if (result instanceof WriteResult.Applied applied) {
      return new Freeing(applied.version(), null);
    }
    if (result instanceof WriteResult.Conflict) {
      return new Freeing(null, null);
    }
    StoreFailure failure = LockContext.failureOf(result);
    if (failure.permanent()) {
      throw new LockStoreException(lock, failure);
    }
    return new Freeing(null, failure);
  }

  /**
   * What became of freeing a stale record.
   *
   * @param released the version that stands there released; null if the write was not applied
   * @param failure what kept it from that; null if somebody else was faster
   */
  record Freeing(@Nullable Version released, @Nullable StoreFailure failure) {}

  /** Why there is nothing to write, or null if there is. */
  private ReleaseResult.@Nullable Outcome refusal(
      Sighting first, Sighting seen, String nonce, boolean force, OptionalLong token) {
    LockRecord record = seen.record();
    if (seen.isFree()) {
      return record != null && record.nonce().equals(nonce)
          ? ReleaseResult.Outcome.RELEASED
          : ReleaseResult.Outcome.NOT_HELD;
    }
    if (token.isPresent() && !seen.token().equals(token)) {
      return ReleaseResult.Outcome.OTHER_TOKEN;
    }
    if (!hasSameHolder(first, seen)) {
      return ReleaseResult.Outcome.HOLDER_CHANGED;
    }
    return force || seen.isStale() ? null : ReleaseResult.Outcome.NOT_STALE;
  }

  private static boolean hasSameHolder(Sighting first, Sighting seen) {
    LockRecord before = first.record();
    LockRecord now = seen.record();
    return Objects.equals(first.version(), seen.version())
        || before != null && now != null && before.nonce().equals(now.nonce());
  }

  private WriteResult writeReleased(
      KeyState keyState, Sighting seen, String nonce, long revision, long limitNanos)
      throws InterruptedException {
    Platform platform = context.platform();
    Version version = seen.version();
    if (version == null) {
      throw new IllegalStateException("an absent lock is free");
    }
    LockRecord record = seen.record();
    LockRecord base = record == null ? LockRecord.unknown() : record;
    OptionalLong token =
        record != null && record.token().isPresent()
            ? record.token()
            : keyState.nextToken(
                OptionalLong.empty(), context.store().mayForgetWrites(), platform.nanoTime());
    if (token.isEmpty()) {
      return new WriteResult.NotApplied(
          context
              .foreground()
              .await(() -> context.noTokenBecause(lock), failure -> failure, limitNanos));
    }
    long pause = context.nanosUntilWrite(keyState);
    if (pause > 0) {
      platform.newSignal().await(pause);
    }
    String body =
        base.releasedByForce(
                nonce,
                revision,
                context.holderName(),
                platform.currentTimeMillis(),
                token.getAsLong())
            .toJson();
    return context
        .foreground()
        .await(
            () -> context.swap(lock, keyState, version, body),
            WriteResult.Unknown::new,
            limitNanos);
  }
}
