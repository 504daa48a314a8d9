package dev.fen.verify.simulation;

/**
 * Something that must never happen, and did.
 *
 * @param rule which promise was broken
 * @param detail who did what, and when
 */
record Violation(Rule rule, String detail) {

  /** What is promised. */
  enum Rule {
    /** Tokens strictly rise with acquisitions. */
    TOKENS,
    /** No two hold a lock at one instant, nor a model's and the global one. */
    EXCLUSION,
    /** Once a later holder has begun to work nothing older is accepted. */
    FENCE,
    /** What only the lock guards is not written by two at once. */
    LOST_UPDATE,
    /** What was released or taken over never comes back. */
    REVIVAL,
    /** Every call ends in time, and none gives up before. */
    BOUND,
    /** A lock whose holder is gone is to be had in time. */
    PROGRESS,
    /** Whom nothing hinders, and nobody disturbs, keeps what it holds. */
    KEPT,
    /** After everybody has gone nothing is held. */
    LEFT_HELD,
    /** What the registers answered has an order. */
    REGISTER_ORDER,
    /** The acquisitions of a lock have an order. */
    LOCK_ORDER,
    /** Nothing throws what it does not declare, and nobody waits for ever. */
    FAILURE,
    /** Nobody computes for ever. */
    SPIN
  }

  @Override
  public String toString() {
    return rule + ": " + detail;
  }
}
