package dev.fen.cli;

import dev.fen.lock.LockStatus;
import dev.fen.lock.ReleaseResult;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * What {@code fen lock release} says: whose the lock was, what was done, what is left to do.
 *
 * @param name the lock
 * @param datastore where it is
 * @param result what was done
 */
record ReleaseMessage(String name, String datastore, ReleaseResult result) {

  boolean isRefusal() {
    return result.outcome() != ReleaseResult.Outcome.RELEASED
        && result.outcome() != ReleaseResult.Outcome.NOT_HELD;
  }

  /**
   * For a person.
   *
   * @param asked the token that was named
   */
  String text(OptionalLong asked) {
    LockStatus lock = result.before();
    String who =
        (lock.holder() == null
                ? "held by somebody unknown: " + lock.problem()
                : WaitNotice.describe(lock))
            + token(lock)
            + (lock.holder() == null || lock.problem() == null ? "" : "; " + lock.problem());
    return "lock \""
        + name
        + "\" in "
        + datastore
        + switch (result.outcome()) {
          case RELEASED -> " is free now; it was " + who + afterwards(lock);
          case NOT_HELD -> " is not held by anybody; nothing was done";
          case OTHER_TOKEN -> otherToken(lock, asked.orElse(0), who);
          case HOLDER_CHANGED ->
              " was not released: another got it in the meantime; now it is "
                  + who
                  + ". If that is the one to free: "
                  + command(lock);
          case NOT_STALE ->
              " was not released: its holder is not known to be gone; it is "
                  + who
                  + ". If you have made sure that the holder has ended: "
                  + command(lock);
        };
  }

  private String otherToken(LockStatus lock, long asked, String who) {
    return lock.token().isEmpty()
        ? " was not released: its record has no readable token to be compared with "
            + asked
            + "; it is "
            + who
            + ". If you have made sure that no holder is left, free it without --token: "
            + command(lock)
        : " was not released: its token is not "
            + asked
            + " any more, so it changed hands; now it is "
            + who
            + ". If that is the one to free: "
            + command(lock);
  }

  private static String token(LockStatus lock) {
    return lock.token().isPresent() ? ", token " + lock.token().getAsLong() : "";
  }

  /**
   * What a lease is lost by is noticed at the next renewal; the grace after it is as long at most.
   */
  private static String afterwards(LockStatus lock) {
    if (lock.state() != LockStatus.State.HELD && lock.state() != LockStatus.State.UNREADABLE) {
      return "";
    }
    String third = third(lock);
    return ". If that holder still runs, it goes on until its next renewal, for "
        + third
        + ", and then its command has "
        + third
        + " more to end: make sure that it has ended";
  }

  /** A lease is renewed every third of its ttl, which shows only while it has not run out. */
  private static String third(LockStatus lock) {
    Duration left = lock.expiresIn().orElse(Duration.ZERO);
    return lock.renewedAgo().isEmpty() || left.isZero()
        ? "up to a third of its ttl"
        : "up to " + Durations.text(lock.renewedAgo().get().plus(left).dividedBy(3));
  }

  private String command(LockStatus lock) {
    String again = "fen lock release " + ShellWord.of(name) + " --force";
    return again
        + (lock.token().isPresent() ? " --token " + lock.token().getAsLong() : "")
        + " --datastore "
        + ShellWord.of(datastore);
  }
}
