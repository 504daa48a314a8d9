package dev.fen.lock;

import dev.fen.lock.store.StoreFailure;

/**
 * The store cannot do what a lock needs, and waiting cannot cure it; the message says what to mend.
 */
public final class LockStoreException extends LockException {

  private static final long serialVersionUID = 1L;

  /** Whether no retry can cure it. */
  private final boolean permanent;

  LockStoreException(LockName lock, StoreFailure failure) {
    this(lock.kind(), lock.name(), failure);
  }

  LockStoreException(LockKind lockKind, String lockName, StoreFailure failure) {
    super(lockKind, lockName, failure.message(), failure.cause());
    this.permanent = failure.permanent();
  }

  /**
   * Whether no retry can cure it: something must be mended first.
   *
   * @return false if the store merely did not answer this time
   */
  public boolean isPermanent() {
    return permanent;
  }
}
