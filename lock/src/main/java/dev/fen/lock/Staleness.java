package dev.fen.lock;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * When a held record counts as stale. The clock of whoever wrote the record has no say.
 *
 * <p>A holder gives up at ttl − ttl/20 after it sent its last renewal, by its own monotonic clock.
 * Stale is what
 *
 * <ul>
 *   <li>(a) has been seen unchanged for ttl + ttl/20 + 1 s on the reader's monotonic clock, or
 *   <li>(b) is ttl + 2 s old by the store's clock and has been seen unchanged for ttl/2, or
 *   <li>(c) is 2·ttl + 2 s old by the store's clock.
 * </ul>
 *
 * The margins cover one twentieth of clock drift between two machines and whole-second store times.
 * Where the store's age is missing or not to be trusted only (a) is left.
 */
final class Staleness {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private Staleness() {}

  /**
   * How far the wall clock has run ahead of the monotonic one in a time, as it does where the
   * machine was suspended.
   *
   * @param monotonicNanos what went by on the monotonic clock
   * @param wallMillis what went by on the wall clock
   * @return nanoseconds; negative if it fell behind
   */
  static long wallAheadNanos(long monotonicNanos, long wallMillis) {
    return TimeUnit.MILLISECONDS.toNanos(wallMillis) - monotonicNanos;
  }

  /** How long a holder may believe in its lease after it sent its last renewal. */
  static long beliefNanos(long ttlMillis) {
    long ttl = TimeUnit.MILLISECONDS.toNanos(ttlMillis);
    return ttl - ttl / 20;
  }

  /** How long a record must have been seen unchanged for rule (a) alone. */
  static long unchangedNanosNeeded(long ttlMillis) {
    long ttl = TimeUnit.MILLISECONDS.toNanos(ttlMillis);
    return ttl + ttl / 20 + SECOND;
  }

  /**
   * How much longer the record must stay as it is to be stale.
   *
   * @param ttlMillis the record's bounded ttl
   * @param unchangedNanos how long it has been seen unchanged
   * @param ageMillis its age by the store's clock, empty where there is none to trust
   * @return nanoseconds; zero or less if it is stale now
   */
  static long nanosUntilStale(long ttlMillis, long unchangedNanos, OptionalLong ageMillis) {
    long byWatching = unchangedNanosNeeded(ttlMillis) - unchangedNanos;
    if (ageMillis.isEmpty()) {
      return byWatching;
    }
    long ttl = TimeUnit.MILLISECONDS.toNanos(ttlMillis);
    long age = TimeUnit.MILLISECONDS.toNanos(ageMillis.getAsLong());
    long byBoth = Math.max(ttl + 2 * SECOND - age, ttl / 2 - unchangedNanos);
    long byAge = 2 * ttl + 2 * SECOND - age;
    return Math.min(byWatching, Math.min(byBoth, byAge));
  }
}
