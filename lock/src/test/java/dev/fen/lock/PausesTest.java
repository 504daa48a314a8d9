package dev.fen.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PausesTest {

  private final ManualPlatform platform = new ManualPlatform();
  private final Pauses pauses = new Pauses(platform);

  private long millisAfterFailure() {
    return Duration.ofNanos(pauses.afterFailure()).toMillis();
  }

  @Test
  void aPauseAfterAFailureGrowsFrom200MillisecondsTo5Seconds() {
    List<Long> shortest = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      shortest.add(millisAfterFailure());
    }
    assertThat(shortest).containsExactly(200L, 400L, 800L, 1_600L, 3_200L, 4_000L, 4_000L);
  }

  @Test
  void noPauseAfterAFailureIsLongerThan5SecondsAndNoneShorterThanFourFifthsOfThat() {
    for (int i = 0; i < 20; i++) {
      pauses.afterFailure();
    }
    long shortest = Duration.ofSeconds(4).toNanos();
    long longest = Duration.ofSeconds(5).toNanos();
    platform.random = longest - shortest;
    assertThat(pauses.afterFailure()).isEqualTo(longest);
    platform.random = longest - shortest + 1;
    assertThat(pauses.afterFailure()).isEqualTo(shortest);
  }

  @Test
  void aLookAtAHeldLockComesAfterAQuarterToHalfASecondAndForgetsFailures() {
    for (int i = 0; i < 5; i++) {
      pauses.afterFailure();
    }
    assertThat(pauses.whileHeld()).isEqualTo(Duration.ofMillis(250).toNanos());
    assertThat(millisAfterFailure()).isEqualTo(200);
    platform.random = Duration.ofMillis(250).toNanos();
    assertThat(pauses.whileHeld()).isEqualTo(Duration.ofMillis(500).toNanos());
  }

  @Test
  void aChangeAfterAQuietSecondIsLookedAtAtOnceAndMoreOfThemLessAndLess() {
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      millis.add(Duration.ofNanos(pauses.afterEvent()).toMillis());
    }
    assertThat(millis).containsExactly(0L, 5L, 10L, 20L, 40L, 50L, 50L);
  }

  @Test
  void whatIsQuietForASecondIsQuietAgain() throws InterruptedException {
    pauses.afterEvent();
    platform.newSignal().await(Duration.ofMillis(999).toNanos());
    assertThat(pauses.afterEvent()).isPositive();
    platform.newSignal().await(Duration.ofSeconds(1).toNanos());
    assertThat(pauses.afterEvent()).isZero();
  }
}
