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
      String lockName, LossCause lossCause, String message, @Nullable Throwable cause) {
    super(lockName, message, cause);
    this.lossCause = lossCause;
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
