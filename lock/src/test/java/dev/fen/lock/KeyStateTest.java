package dev.fen.lock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.Version;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class KeyStateTest {

  private static final OptionalLong NONE = OptionalLong.empty();
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final KeyState state = new KeyState();

  @Test
  void theLastSixteenAbandonedAcquisitionsAreKnown() {
    for (int i = 0; i < 17; i++) {
      state.abandoned("n" + i);
    }
    assertThat(state.isAbandoned("n0")).isFalse();
    for (int i = 1; i < 17; i++) {
      assertThat(state.isAbandoned("n" + i)).isTrue();
    }
  }

  @Test
  void whoeverUsesItOrWaitsKeepsIt() {
    Signal waiter = new ManualPlatform().newSignal();
    assertThat(state.isIdle()).isTrue();
    state.use();
    assertThat(state.isIdle()).isFalse();
    state.enter(waiter);
    state.unuse();
    assertThat(state.isIdle()).isFalse();
    state.leave(waiter);
    assertThat(state.isIdle()).isTrue();
  }

  @Test
  void aVersionIsUnchangedFromItsFirstAnswerToTheSendingOfALaterQuestion() {
    Version version = new Version("1");
    assertThat(state.sighted(version, 0, 10)).isZero();
    assertThat(state.sighted(version, 30, 50)).isEqualTo(20);
    assertThat(state.sighted(new Version("2"), 60, 70)).isZero();
    assertThat(state.sighted(version, 80, 90)).isZero();
  }

  @Test
  void aTokenIsAboveAllThatIsKnown() {
    state.noteToken(OptionalLong.of(9));
    assertThat(state.nextToken(OptionalLong.of(5), false, 0)).hasValue(10);
    assertThat(state.nextToken(OptionalLong.of(15), false, 0)).hasValue(16);
  }

  @Test
  void aTokenNeedsTheStoresTimeWhereThereIsNoLastOneOrItMayBeForgotten() {
    assertThat(state.nextToken(NONE, false, 0)).isEmpty();
    assertThat(state.nextToken(OptionalLong.of(5), true, 0)).isEmpty();
    state.noteStoreTime(OptionalLong.of(1_000), 0, 0);
    assertThat(state.nextToken(NONE, false, 2 * SECOND)).hasValue(3_000);
    assertThat(state.nextToken(OptionalLong.of(5), true, 2 * SECOND)).hasValue(3_000);
    state.noteToken(OptionalLong.of(7_000));
    assertThat(state.nextToken(NONE, false, 2 * SECOND)).hasValue(7_001);
  }

  @Test
  void theStoresTimeIsGoodForAMinute() {
    state.noteStoreTime(OptionalLong.of(1_000), 0, 0);
    assertThat(state.nextToken(NONE, false, 60 * SECOND)).hasValue(61_000);
    assertThat(state.nextToken(NONE, false, 60 * SECOND + 1)).isEmpty();
    state.noteStoreTime(NONE, 61 * SECOND, 0);
    assertThat(state.nextToken(NONE, false, 61 * SECOND)).isEmpty();
  }

  @Test
  void theStoresTimeIsDoubtedWhereTheWallClockRanAheadSinceItWasRead() {
    state.noteStoreTime(OptionalLong.of(1_000), 0, 500_000);
    state.doubtStoreTime(5 * SECOND, 506_000);
    assertThat(state.nextToken(NONE, false, 5 * SECOND)).hasValue(6_000);
    state.doubtStoreTime(5 * SECOND, 506_001);
    assertThat(state.nextToken(NONE, false, 5 * SECOND)).isEmpty();
  }

  @Test
  void thereIsNoTokenAboveTheGreatest() {
    state.noteToken(OptionalLong.of(LockRecord.MAX_TOKEN - 1));
    assertThat(state.nextToken(OptionalLong.of(1), false, 0)).hasValue(LockRecord.MAX_TOKEN);
    state.noteToken(OptionalLong.of(LockRecord.MAX_TOKEN));
    assertThat(state.nextToken(OptionalLong.of(1), false, 0)).isEmpty();
  }

  @Test
  void aReleasedRecordIsTakenOnce() {
    state.released(new Version("4"), 7, true);
    assertThat(state.takeWarm()).isEqualTo(new KeyState.Warm(new Version("4"), 7, true));
    assertThat(state.takeWarm()).isNull();
  }

  @Test
  void theStoresClockPassesATokenWithTheNextMillisecond() {
    assertThat(state.nanosUntilClockPasses(1_000, 0)).isZero();
    state.noteStoreTime(OptionalLong.of(1_000), 0, 0);
    assertThat(state.nanosUntilClockPasses(1_000, 0)).isEqualTo(1_000_000);
    assertThat(state.nanosUntilClockPasses(1_001, 500_000)).isEqualTo(1_500_000);
    assertThat(state.nanosUntilClockPasses(1_000, 1_000_000)).isZero();
  }
}
