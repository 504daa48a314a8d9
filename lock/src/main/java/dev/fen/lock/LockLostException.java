package dev.fen.lock;

import org.jspecify.annotations.Nullable;

/**
 * A lease has ended before it was closed. It never comes back: whatever was done under it must not
 * be committed any further, and a new lease is needed.
 */
public final class LockLostException extends LockException {

  private static final long serialVersionUID = 1L;

  /** Why the lease ended. */
  private final LossCause lossCause;

  LockLostException(
      LockKind lockKind,
      String lockName,
      LossCause lossCause,
      String message,
      @Nullable Throwable cause) {
    super(lockKind, lockName, message, cause);
    this.lossCause = lossCause;
  }

  /** The same once more, with the stack of whoever is told. */
  LockLostException again() {
    return new LockLostException(
        lockKind(), lockName(), lossCause, String.valueOf(getMessage()), this);
  }

  /**
   * Why the lease ended.
   *
   * @return the kind of reason; the message has the details
   */
  public LossCause lossCause() {
    return lossCause;
  }
}
