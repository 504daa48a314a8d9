package dev.fen.lock;

import dev.fen.lock.store.StoreFailure;
import org.jspecify.annotations.Nullable;

/** One run's looks at the lock over all models. */
final class GlobalLook implements AutoCloseable {

  private final LockContext context;
  private final LockName global;
  private final Ancestors ancestors;
  private final KeyState keyState;
  private final Lookout lookout;
  private @Nullable StoreFailure notFreed;

  GlobalLook(LockContext context, Ancestors ancestors, Terms terms, long callsEndNanos) {
    this.context = context;
    this.global = LockName.global(context.namespace());
    this.ancestors = ancestors;
    this.keyState = context.use(global);
    this.lookout = new Lookout(context, global, keyState, terms.deadlineNanos(), callsEndNanos);
  }

  LockName lock() {
    return global;
  }

  Lookout lookout() {
    return lookout;
  }

  /**
   * Reads it.
   *
   * @return null if nothing is known
   * @throws LockStoreException if no retry can cure that, or the record is one of a newer Fen
   */
  @Nullable Sighting look() throws InterruptedException {
    notFreed = null;
    Sighting seen = lookout.look();
    if (seen != null && seen.isOfOtherFormat()) {
      throw context.otherFormat(global, seen);
    }
    return seen;
  }

  /** Whether somebody else holds it, who is not known to be gone. */
  boolean isOthers(Sighting seen) {
    return seen.isHeldBySomebody() && !ancestors.holds(global, seen);
  }

  /**
   * Whether what was seen keeps nobody out. A stale record is taken over for that and left
   * released, so that it is not met again and a late write of its holder is refused.
   */
  boolean isOpen(Sighting seen) throws InterruptedException {
    if (seen.isFree() || ancestors.holds(global, seen)) {
      return true;
    }
    if (!seen.isStale()) {
      return false;
    }
    LeaseLock.Freeing freeing =
        new LeaseLock(context, global).freeStale(keyState, seen, lookout.callLimitNanos());
    notFreed = freeing.failure();
    return freeing.released() != null;
  }

  /** Why the last look showed nothing, or what it showed stale was not taken over. */
  @Nullable StoreFailure failure() {
    return notFreed == null ? lookout.failure() : notFreed;
  }

  @Override
  public void close() {
    lookout.close();
    keyState.unuse();
  }
}
