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
  private static final long FIRST_AFTER_EVENT = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LONGEST_AFTER_EVENT = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long QUIET = TimeUnit.SECONDS.toNanos(1);

  private final Platform platform;
  private long next = FIRST;
  private long afterEvent;
  private long lastEvent;

  Pauses(Platform platform) {
    this.platform = platform;
    this.lastEvent = platform.nanoTime() - QUIET;
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

  /**
   * The pause after a change was told and before it is looked at: none after a quiet second, then
   * growing from 5 to 250 ms, since changes may come faster than anybody can use them.
   */
  long afterEvent() {
    long now = platform.nanoTime();
    long quiet = now - lastEvent;
    lastEvent = now;
    afterEvent =
        quiet >= QUIET
            ? 0
            : Math.min(LONGEST_AFTER_EVENT, Math.max(FIRST_AFTER_EVENT, 2 * afterEvent));
    return afterEvent;
  }

  private long between(long least, long most) {
    return least + Long.remainderUnsigned(platform.randomLong(), most - least + 1);
  }
}
