package dev.fen.lock;

/**
 * A run asked for a lock that it would have to wait for while others may wait for it: what a run
 * asks for later must sort after all that it holds. Nothing was taken and nothing given back.
 */
public final class LockOrderException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  /** What was asked for. */
  private final String lockName;

  LockOrderException(String lockName, String message) {
    super(message);
    this.lockName = lockName;
  }

  /**
   * What was asked for out of order.
   *
   * @return the model, or {@code global}
   */
  public String lockName() {
    return lockName;
  }
}
