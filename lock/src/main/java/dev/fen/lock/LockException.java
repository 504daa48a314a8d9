package dev.fen.lock;

import org.jspecify.annotations.Nullable;

/**
 * What goes wrong with a lock. The message says what happened and what to do next, and holds no
 * secrets.
 */
public abstract sealed class LockException extends RuntimeException
    permits LockTimeoutException, LockLostException, LockStoreException {

  private static final long serialVersionUID = 1L;

  /** What the lock stands for. */
  private final LockKind lockKind;

  /** The lock's name. */
  private final String lockName;

  LockException(LockKind lockKind, String lockName, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.lockKind = lockKind;
    this.lockName = lockName;
  }

  /**
   * What kind of lock.
   *
   * @return what it stands for
   */
  public final LockKind lockKind() {
    return lockKind;
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
