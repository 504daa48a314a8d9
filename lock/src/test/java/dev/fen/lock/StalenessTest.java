package dev.fen.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StalenessTest {

  private static final long TTL = 30_000;

  private static long nanosUntilStale(long unchangedMillis, OptionalLong ageMillis) {
    return Staleness.nanosUntilStale(TTL, Duration.ofMillis(unchangedMillis).toNanos(), ageMillis);
  }

  private static void assertStaleFrom(long unchangedMillis, OptionalLong ageMillis) {
    assertThat(nanosUntilStale(unchangedMillis, ageMillis)).isLessThanOrEqualTo(0);
  }

  private static void assertNotStale(long unchangedMillis, OptionalLong ageMillis) {
    assertThat(nanosUntilStale(unchangedMillis, ageMillis)).isEqualTo(1_000_000);
  }

  @Test
  void byWatchingAloneAfterTtlAndATwentiethAndASecond() {
    assertStaleFrom(32_500, OptionalLong.empty());
    assertNotStale(32_499, OptionalLong.empty());
  }

  @Test
  void byTheStoresAgeAndHalfATtlOfWatching() {
    assertStaleFrom(15_000, OptionalLong.of(32_000));
    assertNotStale(14_999, OptionalLong.of(32_000));
    assertNotStale(15_000, OptionalLong.of(31_999));
  }

  @Test
  void byTheStoresAgeAloneAfterTwoTtlsAndTwoSeconds() {
    assertStaleFrom(0, OptionalLong.of(62_000));
    assertNotStale(0, OptionalLong.of(61_999));
  }

  @Test
  void aHolderStopsBelievingBeforeAnybodyMayTakeOver() {
    for (long ttl : new long[] {1_000, 30_000, 3_600_000}) {
      long belief = Staleness.beliefNanos(ttl);
      assertThat(belief).isEqualTo(Duration.ofMillis(ttl - ttl / 20).toNanos());
      assertThat(Staleness.nanosUntilStale(ttl, belief, OptionalLong.empty())).isPositive();
    }
  }

  @Test
  void anAgeBeyondAllBoundsIsStaleAndDoesNotOverflow() {
    assertThat(nanosUntilStale(0, OptionalLong.of(Long.MAX_VALUE))).isLessThanOrEqualTo(0);
  }
}
