package dev.fen.lock;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks whether any model's lock is held. */
final class Drain {

  /** A lock that is held, and what was seen of it. */
  record Busy(LockName lock, Sighting seen) {}

  /**
   * What one pass over all models' locks showed.
   *
   * @param released every lock that was seen released, and in which version
   * @param busy those that were not, in their order
   * @param failure what was not to be learned, or done, and why
   */
  record Pass(Map<RegisterKey, Version> released, List<Busy> busy, @Nullable StoreFailure failure) {

    /** Whether all are known to be released. */
    boolean isClean() {
      return busy.isEmpty() && failure == null;
    }

    /** The same with one lock as it was seen later. */
    Pass with(Busy later) {
      List<Busy> all =
          busy.stream().map(one -> one.lock().equals(later.lock()) ? later : one).toList();
      return new Pass(released, all, failure);
    }

    /**
     * The same with what an earlier pass saw held and this one could not look at: whoever is waited
     * for is named although the store tells nothing of it in the end.
     */
    Pass withUnseenOf(@Nullable Pass earlier) {
      if (earlier == null || failure == null) {
        return this;
      }
      List<Busy> all = new ArrayList<>(busy);
      for (Busy one : earlier.busy) {
        boolean seen =
            released.containsKey(one.lock().key())
                || busy.stream().anyMatch(now -> now.lock().equals(one.lock()));
        if (!seen) {
          all.add(one);
        }
      }
      all.sort(Comparator.comparing(one -> one.lock().key().path()));
      return new Pass(released, all, failure);
    }

    /**
     * Whether there was a moment between the earlier pass and this one at which no model's lock was
     * held: each was seen released before and after it in one and the same version, and no version
     * ever comes back.
     */
    boolean confirms(@Nullable Pass earlier) {
      return earlier != null && earlier.isClean() && isClean() && earlier.released.equals(released);
    }
  }

  /** What a read of one lock showed. */
  private record Look(
      @Nullable Version released,
      @Nullable Sighting busy,
      @Nullable StoreFailure failure,
      @Nullable RuntimeException fatal) {}

  /** Part of a pass was not made. */
  private static final StoreFailure TIME_OVER =
      StoreFailure.passing("the time to look at all model locks was over before", null);

  /**
   * A lock that is not there has no version to be told by, and so nothing tells what else went on
   * under it between this pass and the one before.
   */
  private static StoreFailure gone(LockName lock) {
    return StoreFailure.passing(
        "the record of the " + lock.label() + " was removed while it was looked at", null);
  }

  private final LockContext context;
  private final ReleasedVersions known;
  private final long callsEndNanos;

  Drain(LockContext context, ReleasedVersions known, long callsEndNanos) {
    this.context = context;
    this.known = known;
    this.callsEndNanos = callsEndNanos;
  }

  /**
   * One pass: a listing, and a read of each lock whose version is not known as a released one. What
   * is stale is taken over and left released, so that a late write of its holder is refused.
   *
   * @throws LockStoreException if no retry can cure what fails
   */
  Pass pass() throws InterruptedException {
    ListResult result =
        context
            .foreground()
            .await(
                () -> context.store().list(LockName.modelsPrefix(context.namespace())),
                ListResult.Unknown::new,
                callLimitNanos());
    if (result instanceof ListResult.Unknown unknown) {
      if (unknown.failure().permanent()) {
        throw new LockStoreException(LockName.global(context.namespace()), unknown.failure());
      }
      return new Pass(Map.of(), List.of(), unknown.failure());
    }
    context.noteAnswer();
    Map<RegisterKey, Version> released = new HashMap<>();
    List<LockName> unread = new ArrayList<>();
    StoreFailure hidden = null;
    for (ListResult.Entry entry : ((ListResult.Listed) result).entries()) {
      LockName lock = LockName.ofKey(context.namespace(), entry.key());
      if (lock == null) {
        hidden = hidden == null ? Listing.hiddenBelow(context, entry) : hidden;
        continue;
      }
      if (known.of(entry.key()).equals(Optional.of(entry.version()))) {
        released.put(entry.key(), entry.version());
      } else {
        unread.add(lock);
      }
    }
    return read(unread, released, hidden);
  }

  private Pass read(
      List<LockName> unread, Map<RegisterKey, Version> released, @Nullable StoreFailure hidden)
      throws InterruptedException {
    Batch<Look> batch = new Batch<>(context.platform(), unread.size(), late -> {});
    for (int i = 0; i < unread.size(); i++) {
      LockName lock = unread.get(i);
      batch.start(context.takers(), i, () -> lookOnWorker(lock));
    }
    List<@Nullable Look> looks = batch.await(callsEndNanos, () -> {});
    List<Busy> busy = new ArrayList<>();
    StoreFailure failure = hidden;
    for (int i = 0; i < unread.size(); i++) {
      LockName lock = unread.get(i);
      Look look = looks.get(i);
      if (look != null && look.fatal != null) {
        throw look.fatal;
      }
      if (look != null && look.released != null) {
        known.note(lock.key(), look.released);
        released.put(lock.key(), look.released);
      }
      if (look != null && look.busy != null) {
        busy.add(new Busy(lock, look.busy));
      }
      StoreFailure one = look == null ? TIME_OVER : look.failure;
      failure = failure == null ? one : failure;
    }
    return new Pass(released, busy, failure);
  }

  private Look lookOnWorker(LockName lock) {
    try {
      return look(lock);
    } catch (LockStoreException | IllegalStateException fatal) {
      return new Look(null, null, null, fatal);
    } catch (InterruptedException nobodyInterruptsWorkers) {
      Thread.currentThread().interrupt();
      return new Look(null, null, TIME_OVER, null);
    }
  }

  private Look look(LockName lock) throws InterruptedException {
    if (context.platform().nanoTime() - callsEndNanos >= 0) {
      return new Look(null, null, TIME_OVER, null);
    }
    KeyState keyState = context.use(lock);
    try (Lookout lookout = new Lookout(context, lock, keyState, callsEndNanos, callsEndNanos)) {
      Sighting seen = lookout.look();
      if (seen == null) {
        return new Look(null, null, lookout.failure(), null);
      }
      if (seen.isOfOtherFormat()) {
        throw context.otherFormat(lock, seen);
      }
      if (seen.isFree()) {
        return new Look(seen.version(), null, seen.version() == null ? gone(lock) : null, null);
      }
      if (!seen.isStale()) {
        return new Look(null, seen, null, null);
      }
      LeaseLock.Freeing freeing =
          new LeaseLock(context, lock).freeStale(keyState, seen, lookout.callLimitNanos());
      return freeing.released() == null
          ? new Look(null, seen, freeing.failure(), null)
          : new Look(freeing.released(), null, null, null);
    } finally {
      keyState.unuse();
    }
  }

  private long callLimitNanos() {
    return Lookout.callLimitNanos(callsEndNanos - context.platform().nanoTime());
  }

  /**
   * Waits until one lock is no longer held, or nothing can be told of it.
   *
   * @param untilNanos and no longer than until then
   * @param notices is told who holds it
   * @return the lock as it was last seen held
   */
  Busy awaitEnd(Busy busy, long untilNanos, Notices notices) throws InterruptedException {
    LockName lock = busy.lock();
    KeyState keyState = context.use(lock);
    try (Lookout lookout = new Lookout(context, lock, keyState, untilNanos, callsEndNanos)) {
      Busy last = busy;
      Sighting seen = busy.seen();
      while (seen != null && seen.isHeldBySomebody()) {
        last = new Busy(lock, seen);
        if (lookout.leftNanos() <= 0) {
          break;
        }
        notices.tellHolder(lock, seen);
        lookout.awaitChange(seen);
        if (lookout.leftNanos() > 0) {
          seen = lookout.look();
        }
      }
      return last;
    } finally {
      keyState.unuse();
    }
  }
}
