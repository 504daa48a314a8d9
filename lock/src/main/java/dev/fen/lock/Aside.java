package dev.fen.lock;

import java.util.concurrent.TimeUnit;

/** What else a caller looks at before each pause of its acquisition of a lock. */
@FunctionalInterface
interface Aside {

  /** Nothing. */
  Aside NOTHING = failed -> {};

  /** How long a caller that is not the first in the queue pauses at most. */
  long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /**
   * Looks.
   *
   * @param failed whether the pause is for a failure, and not because somebody is before the caller
   * @throws GivenUp if the acquisition is to end: whatever it has written is taken back
   */
  void beforePause(boolean failed) throws InterruptedException;

  /** Ends an acquisition. */
  final class GivenUp extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Whether the pause was for a failure. */
    private final boolean afterFailure;

    GivenUp(boolean afterFailure) {
      super("given up", null, false, false);
      this.afterFailure = afterFailure;
    }

    /** Whether the pause was for a failure, and not because somebody was before the caller. */
    boolean afterFailure() {
      return afterFailure;
    }
  }
}
