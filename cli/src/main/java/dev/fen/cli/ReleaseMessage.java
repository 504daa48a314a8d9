package dev.fen.cli;

import dev.fen.lock.LockKind;
import dev.fen.lock.LockStatus;
import dev.fen.lock.ReleaseResult;
import dev.fen.lock.text.Texts;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * What {@code fen lock release} says: whose the lock was, what was done, what is left to do.
 *
 * @param target the lock
 * @param datastore where it is
 * @param result what was done
 */
record ReleaseMessage(Target target, String datastore, ReleaseResult result) {

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
    return (target.kind() == LockKind.NAMED ? "" : "the ")
        + target.label()
        + " in "
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
        : " was not released: "
            + (asked < lock.token().getAsLong()
                ? "its token is not " + asked + " any more, so it changed hands; now it is "
                : "the token " + asked + " was never given out, look for a mistyped figure; it is ")
            + who
            + ". If that is the one to free: "
            + command(lock);
  }

  private static String token(LockStatus lock) {
    return lock.token().isPresent() ? ", token " + lock.token().getAsLong() : "";
  }

  /** What a lease is lost by is noticed at the next renewal; then comes the grace. */
  private static String afterwards(LockStatus lock) {
    if (lock.state() != LockStatus.State.HELD && lock.state() != LockStatus.State.UNREADABLE) {
      return "";
    }
    return ". If that holder still runs, it goes on until its next renewal, for up to "
        + partOfTtl(lock, 3, "a third")
        + ", and then its command has up to "
        + partOfTtl(lock, 4, "a quarter")
        + " more to end: make sure that it has ended";
  }

  /** How long the ttl is shows only while the lease has not run out. */
  private static String partOfTtl(LockStatus lock, int divisor, String part) {
    Duration left = lock.expiresIn().orElse(Duration.ZERO);
    return lock.renewedAgo().isEmpty() || left.isZero()
        ? part + " of its ttl"
        : Texts.duration(lock.renewedAgo().get().plus(left).dividedBy(divisor));
  }

  private String command(LockStatus lock) {
    String again = "fen lock release " + target.words() + " --force";
    return again
        + (lock.token().isPresent() ? " --token " + lock.token().getAsLong() : "")
        + " --datastore "
        + Texts.shellWord(datastore);
  }
}
