package dev.fen.verify.stress;

/** A resource that refuses every token lower than the highest it has seen. */
final class FencedCounter {

  private long highest;
  private long value;

  /** False when the token is refused. */
  boolean touch(long token) {
    highest = Math.max(highest, token);
    return token == highest;
  }

  long value() {
    return value;
  }

  /** What came of a write. */
  enum Written {
    YES,
    REFUSED,
    /** It was accepted, and somebody else's update is lost by it. */
    LOST_ANOTHER
  }

  Written write(long token, long next) {
    if (!touch(token)) {
      return Written.REFUSED;
    }
    boolean follows = next == value + 1;
    value = next;
    return follows ? Written.YES : Written.LOST_ANOTHER;
  }
}
