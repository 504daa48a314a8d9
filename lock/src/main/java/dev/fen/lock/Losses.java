package dev.fen.lock;

import dev.fen.lock.store.StoreFailure;
import org.jspecify.annotations.Nullable;

/** What the holder of a lease is told when it ends before its time, for each cause. */
final class Losses {

  private final LockName lock;
  private final String location;

  Losses(LockName lock, String location) {
    this.lock = lock;
    this.location = location;
  }

  LockLostException paused() {
    return because(
        LossCause.PROCESS_PAUSED,
        "this process stood still for so long (stopped, suspended or without processor time) that no renewal was sent",
        null);
  }

  LockLostException unreachable(StoreFailure failure) {
    return because(
        LossCause.STORE_UNREACHABLE, "no renewal succeeded: " + failure.message(), failure.cause());
  }

  LockLostException removed() {
    return because(LossCause.REMOVED, "its record was removed from the store", null);
  }

  LockLostException overwritten() {
    return because(
        LossCause.OVERWRITTEN,
        "its record was overwritten with something that is no record of this lock",
        null);
  }

  /**
   * By the record of somebody else that stands there.
   *
   * @param ownToken the token of the lease that ended
   */
  LockLostException to(LockRecord found, long ownToken) {
    if (found.held()) {
      return because(
          LossCause.TAKEN_OVER,
          "it was taken over by "
              + found.toHolder()
              + " (token "
              + tokenText(found)
              + ", ours was "
              + ownToken
              + ")",
          null);
    }
    if (found.releasedBy() != null) {
      return because(
          LossCause.FORCE_RELEASED, "it was released by force by " + found.releasedBy(), null);
    }
    return because(
        LossCause.TAKEN_OVER,
        "it was taken over and given back again by "
            + found.toHolder()
            + " (token "
            + tokenText(found)
            + ")",
        null);
  }

  /** With another lease of the same run. */
  LockLostException togetherWith(LockLostException other) {
    return new LockLostException(
        lock.kind(),
        lock.name(),
        other.lossCause(),
        lock.label() + " ended together with its run: " + other.getMessage(),
        other);
  }

  private static String tokenText(LockRecord found) {
    return found.token().isPresent() ? Long.toString(found.token().getAsLong()) : "unreadable";
  }

  private LockLostException because(
      LossCause cause, String detail, @Nullable Throwable underneath) {
    return new LockLostException(
        lock.kind(),
        lock.name(),
        cause,
        lock.label()
            + " in "
            + location
            + " is no longer held: "
            + detail
            + ". What was done under it may overlap with another holder's work; nothing more may be committed",
        underneath);
  }
}
