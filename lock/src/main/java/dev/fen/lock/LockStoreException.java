package dev.fen.lock;

import dev.fen.lock.store.StoreFailure;

/**
 * The store cannot do what a lock needs, and waiting cannot cure it; the message says what to mend.
 */
public final class LockStoreException extends LockException {

  private static final long serialVersionUID = 1L;

  LockStoreException(String lockName, StoreFailure failure) {
    super(lockName, failure.message(), failure.cause());
  }
}
