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
            + token(lock);
    return "lock \""
        + name
        + "\" in "
        + datastore
        + switch (result.outcome()) {
          case RELEASED -> " is free now; it was " + who + afterwards(lock);
          case NOT_HELD -> " is not held by anybody; nothing was done";
          case OTHER_TOKEN ->
              " was not released: its token is not "
                  + asked.orElse(0)
                  + " any more, so it changed hands; now it is "
                  + who
                  + ". If that is the one to free: "
                  + command(lock);
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

  private static String token(LockStatus lock) {
    return lock.token().isPresent() ? ", token " + lock.token().getAsLong() : "";
  }

  private static String afterwards(LockStatus lock) {
    if (lock.state() != LockStatus.State.HELD) {
      return "";
    }
    return ". If that holder still runs, it goes on until its next renewal"
        + renewal(lock)
        + ": make sure that it has ended";
  }

  /** A lease is renewed every third of its ttl. */
  private static String renewal(LockStatus lock) {
    if (lock.renewedAgo().isEmpty() || lock.expiresIn().isEmpty()) {
      return "";
    }
    Duration ttl = lock.renewedAgo().get().plus(lock.expiresIn().get());
    return ", for up to " + Durations.text(ttl.dividedBy(3));
  }

  private String command(LockStatus lock) {
    String again = "fen lock release " + ShellWord.of(name) + " --force";
    return again
        + (lock.token().isPresent() ? " --token " + lock.token().getAsLong() : "")
        + " --datastore "
        + ShellWord.of(datastore);
  }
}
