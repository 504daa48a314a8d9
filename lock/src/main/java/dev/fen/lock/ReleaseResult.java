package dev.fen.lock;

/**
 * How an attempt to free somebody else's lock ended.
 *
 * @param outcome what was done
 * @param before what the lock looked like when that was decided
 */
public record ReleaseResult(Outcome outcome, LockStatus before) {

  /** What was done. */
  public enum Outcome {
    /**
     * The lock was freed, by this call or, where the store's answer was lost, perhaps by somebody
     * else at that moment. Its old holder may go on until its next renewal.
     */
    RELEASED,
    /** Nobody held it; nothing was done. */
    NOT_HELD,
    /** Its token is not the one that was named; nothing was done. */
    OTHER_TOKEN,
    /** Another holder got it in between; nothing was done. */
    HOLDER_CHANGED,
    /** Its holder is not known to be gone; nothing was done. */
    NOT_STALE
  }
}
