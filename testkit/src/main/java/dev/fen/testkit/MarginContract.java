package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/**
 * The rules of staleness to the tick: not stale one tick before, stale at it. The ages are of the
 * tests' own making, so that they are exact on every store.
 */
interface MarginContract extends Contract {

  /** The smallest step of a monotonic clock; ages come in milliseconds. */
  Duration TICK = Duration.ofNanos(1);

  private static void holdElsewhereAndCrash(Party holder) throws InterruptedException {
    holder.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
    holder.acquire();
    holder.process().crash();
  }

  private static boolean takes(Party waiter) throws InterruptedException {
    return waiter.locks().tryAcquire(Scenario.LOCK).isPresent();
  }

  private static void showAge(Party waiter, long millis) {
    waiter.store().showAge(() -> OptionalLong.of(millis));
  }

  @Test
  default void ruleAUnchangedForTtlAndATwentiethAndASecond() {
    play(
        (scenario, a, b) -> {
          holdElsewhereAndCrash(b);
          a.store().showAge(OptionalLong::empty);
          assertThat(takes(a)).isFalse();
          a.process().sleep(Duration.ofMillis(32_500).minus(TICK));
          assertThat(takes(a)).isFalse();
          a.process().sleep(TICK);
          assertThat(takes(a)).isTrue();
        });
  }

  @Test
  default void ruleACountsFromTheAnswerThatShowedItFirstToTheNextQuestion() {
    play(
        (scenario, a, b) -> {
          holdElsewhereAndCrash(b);
          a.store().showAge(OptionalLong::empty);
          a.store().slow(Duration.ofSeconds(2));
          assertThat(takes(a)).isFalse();
          a.process().sleep(Duration.ofMillis(32_500).minus(TICK));
          assertThat(takes(a)).isFalse();
          a.store().slow(Duration.ZERO);
          assertThat(takes(a)).isTrue();
        });
  }

  @Test
  default void ruleAStartsAnewWithEveryChange() {
    play(
        (scenario, a, b) -> {
          b.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
          Lease lease = b.acquire();
          a.store().showAge(OptionalLong::empty);
          assertThat(takes(a)).isFalse();
          a.process().sleep(Duration.ofSeconds(15));
          assertThat(takes(a)).isFalse();
          b.process().crash();
          a.process().sleep(Duration.ofMillis(32_500).minus(TICK));
          assertThat(takes(a)).isFalse();
          a.process().sleep(TICK);
          assertThat(takes(a)).isTrue();
          assertThat(lease.token()).isPositive();
        });
  }

  @Test
  default void ruleBOfTtlAndTwoSecondsByTheStoresClockAndSeenForHalfTheTtl() {
    play(
        (scenario, a, b) -> {
          holdElsewhereAndCrash(b);
          showAge(a, 0);
          assertThat(takes(a)).isFalse();
          a.process().sleep(Duration.ofSeconds(15).minus(TICK));
          showAge(a, 60_000);
          assertThat(takes(a)).isFalse();
          a.process().sleep(TICK);
          showAge(a, 31_999);
          assertThat(takes(a)).isFalse();
          showAge(a, 32_000);
          assertThat(takes(a)).isTrue();
        });
  }

  @Test
  default void ruleCOfTwiceTheTtlAndTwoSecondsByTheStoresClock() {
    play(
        (scenario, a, b) -> {
          holdElsewhereAndCrash(b);
          showAge(a, 61_999);
          assertThat(takes(a)).isFalse();
          showAge(a, 62_000);
          assertThat(takes(a)).isTrue();
        });
  }

  @Test
  default void marginsGrowWithTheHoldersTtlNotTheReaders() {
    play(
        (scenario, a, b) -> {
          b.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
          b.locks().acquire(Scenario.LOCK, b.locks().defaults().withTtl(Duration.ofMinutes(10)));
          b.process().crash();
          showAge(a, 1_201_999);
          assertThat(takes(a)).isFalse();
          a.process().sleep(Duration.ofSeconds(300).minus(TICK));
          assertThat(takes(a)).isFalse();
          showAge(a, 602_000);
          a.process().sleep(TICK);
          assertThat(takes(a)).isTrue();
        });
  }

  @Test
  default void aHolderStopsBelievingATwentiethBeforeItsTtlIsOver() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().always(request -> true, Fate.LOST);
          a.process().sleep(Duration.ofMillis(28_500).minus(TICK));
          lease.ensureHeld();
          a.process().sleep(TICK);
          assertThatThrownBy(lease::ensureHeld).isInstanceOf(LockLostException.class);
        });
  }

  @Test
  default void aWaiterTakesOverAtTheMarginAndNotAPauseLater() {
    play(
        (scenario, a, b) -> {
          holdElsewhereAndCrash(b);
          a.store().showAge(OptionalLong::empty);
          long start = scenario.simulation().nowNanos();
          a.acquire(Duration.ofMinutes(2));
          assertThat(scenario.simulation().nowNanos() - start)
              .isEqualTo(Duration.ofMillis(32_500).toNanos());
        });
  }

  @Test
  default void clocksThatDriftByATenthFromEachOtherNeverMakeTwoHolders() {
    for (boolean ages : List.of(true, false)) {
      play(
          (scenario, a, b) -> {
            b.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
            b.process().drift(0.95);
            a.process().drift(1.05);
            if (!ages) {
              a.store().showAge(OptionalLong::empty);
            }
            Lease lease = b.acquire();
            b.store().always(request -> true, Fate.LOST);
            List<Long> ended = new ArrayList<>();
            lease.onLost(lost -> ended.add(scenario.simulation().nowNanos()));
            a.acquire();
            assertThat(ended).hasSize(1);
            assertThat(ended.get(0)).isLessThan(scenario.simulation().nowNanos());
          });
    }
  }
}
