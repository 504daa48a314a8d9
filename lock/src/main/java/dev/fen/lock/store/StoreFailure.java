package dev.fen.lock.store;

import org.jspecify.annotations.Nullable;

/**
 * Why a store call did not do what was asked.
 *
 * @param message what failed and, where somebody can mend it, what to do; one line, without secrets
 * @param permanent whether no retry can cure it (no permission, no such bucket): an acquisition
 *     ends at once, while a renewal goes on trying until its lease ends
 * @param cause what the store met underneath, if anything
 */
public record StoreFailure(String message, boolean permanent, @Nullable Throwable cause) {

  /**
   * A failure that may pass.
   *
   * @param message what failed
   * @param cause what the store met underneath, or null
   * @return the failure
   */
  public static StoreFailure passing(String message, @Nullable Throwable cause) {
    return new StoreFailure(message, false, cause);
  }

  /**
   * A failure that no retry can cure.
   *
   * @param message what failed and what to do
   * @param cause what the store met underneath, or null
   * @return the failure
   */
  public static StoreFailure permanent(String message, @Nullable Throwable cause) {
    return new StoreFailure(message, true, cause);
  }
}
