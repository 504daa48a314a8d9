package dev.fen.lock;

import dev.fen.lock.platform.Platform;
import java.util.concurrent.TimeUnit;

/**
 * The pauses between attempts of one caller: jittered, growing from 200 ms to 5 s while nothing
 * goes well.
 */
final class Pauses {

  private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(5);

  private final Platform platform;
  private long next = FIRST;

  Pauses(Platform platform) {
    this.platform = platform;
  }

  /**
   * The pause after a failure, in nanoseconds: four to five fifths of a length that doubles each
   * time.
   */
  long afterFailure() {
    long length = next;
    next = Math.min(LONGEST, next * 2);
    return between(length / 5 * 4, length);
  }

  /**
   * The pause between two looks at a lock that is properly held: 250 to 500 ms. Failures are
   * forgotten.
   */
  long whileHeld() {
    next = FIRST;
    return between(TimeUnit.MILLISECONDS.toNanos(250), TimeUnit.MILLISECONDS.toNanos(500));
  }

  private long between(long least, long most) {
    return least + Long.remainderUnsigned(platform.randomLong(), most - least + 1);
  }
}
