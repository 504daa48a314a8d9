package dev.fen.datastore.verify;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Nothing can be said of the store, neither good nor bad: there is no connection or no answer, or
 * it refuses for a reason that no retry cures. The message is the store's own and says what to do.
 */
public final class CannotVerifyException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  /** Whether no retry can cure it. */
  private final boolean permanent;

  /**
   * The end of a certification.
   *
   * @param message what failed and what to do
   * @param permanent whether no retry can cure it
   * @param cause what was met underneath, or null
   */
  public CannotVerifyException(String message, boolean permanent, @Nullable Throwable cause) {
    super(message, cause);
    this.permanent = permanent;
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
