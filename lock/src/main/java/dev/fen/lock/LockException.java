package dev.fen.lock;

import org.jspecify.annotations.Nullable;

/**
 * What goes wrong with a lock. The message says what happened and what to do next, and holds no
 * secrets.
 */
public abstract sealed class LockException extends RuntimeException
    permits LockTimeoutException, LockLostException, LockStoreException {

  private static final long serialVersionUID = 1L;

  /** The lock's name. */
  private final String lockName;

  LockException(String lockName, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.lockName = lockName;
  }

  /**
   * Which lock.
   *
   * @return the name it was asked for by
   */
  public final String lockName() {
    return lockName;
  }
}
