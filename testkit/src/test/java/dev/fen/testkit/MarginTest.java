package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The rules of staleness to the very tick, where the store's clock is the simulation's: not stale
 * one tick before, stale at it.
 */
class MarginTest {

  private static final Duration TICK = Duration.ofNanos(1);
  private static final Duration STORE_TICK = Duration.ofMillis(1);

  @FunctionalInterface
  private interface Play {
    void run(Scenario scenario, Party waiter, Party holder) throws Exception;
  }

  private static void play(Play play) {
    Scenario scenario = new Scenario(1, MemoryMedium::new);
    Party waiter = scenario.newParty();
    Party holder = scenario.newParty();
    scenario.simulation().run(waiter.process(), () -> play.run(scenario, waiter, holder));
  }

  private static void holdElsewhereAndCrash(Party holder) throws InterruptedException {
    holder.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
    holder.acquire();
    holder.process().crash();
  }

  private static boolean takes(Party waiter) throws InterruptedException {
    return waiter.locks().tryAcquire(Scenario.LOCK).isPresent();
  }

  @Test
  void unchangedForTtlAndATwentiethAndASecondIsStale() {
    play(
        (scenario, waiter, holder) -> {
          // A live process that stands still: the store's age has no say about it.
          holder.acquire();
          holder.process().stop(Duration.ofHours(1));
          assertThat(takes(waiter)).isFalse();
          waiter.process().sleep(Duration.ofMillis(32_500).minus(TICK));
          assertThat(takes(waiter)).isFalse();
          waiter.process().sleep(TICK);
          assertThat(takes(waiter)).isTrue();
        });
  }

  @Test
  void whatIsSeenUnchangedCountsFromTheAnswerToTheNextQuestion() {
    play(
        (scenario, waiter, holder) -> {
          holder.acquire();
          holder.process().stop(Duration.ofHours(1));
          waiter.store().slow(Duration.ofSeconds(2));
          assertThat(takes(waiter)).isFalse();
          waiter.process().sleep(Duration.ofMillis(32_500).minus(TICK));
          assertThat(takes(waiter)).isFalse();
        });
  }

  @Test
  void ofTtlAndTwoSecondsByTheStoresClockAndSeenForHalfTheTtlIsStaleByItsAge() {
    play(
        (scenario, waiter, holder) -> {
          holdElsewhereAndCrash(holder);
          assertThat(takes(waiter)).isFalse();
          waiter.process().sleep(Duration.ofSeconds(32).minus(STORE_TICK));
          assertThat(takes(waiter)).isFalse();
          waiter.process().sleep(STORE_TICK);
          assertThat(takes(waiter)).isTrue();
        });
  }

  @Test
  void ofTtlAndTwoSecondsByTheStoresClockIsNotStaleBeforeHalfTheTtlOfWatching() {
    play(
        (scenario, waiter, holder) -> {
          holdElsewhereAndCrash(holder);
          scenario.simulation().stepStoreClock(40_000);
          assertThat(takes(waiter)).isFalse();
          waiter.process().sleep(Duration.ofSeconds(15).minus(TICK));
          assertThat(takes(waiter)).isFalse();
          waiter.process().sleep(TICK);
          assertThat(takes(waiter)).isTrue();
        });
  }

  @Test
  void ofTwiceTheTtlAndTwoSecondsByTheStoresClockIsStaleAtFirstSight() {
    play(
        (scenario, waiter, holder) -> {
          holdElsewhereAndCrash(holder);
          scenario.simulation().stepStoreClock(61_999);
          assertThat(takes(waiter)).isFalse();
          scenario.simulation().stepStoreClock(1);
          assertThat(takes(waiter)).isTrue();
        });
  }

  @Test
  void aHolderStopsBelievingATwentiethBeforeItsTtlIsOver() {
    play(
        (scenario, waiter, holder) -> {
          Lease lease = waiter.acquire();
          waiter.store().always(request -> true, FaultyRegisterStore.Fate.LOST);
          waiter.process().sleep(Duration.ofMillis(28_500).minus(TICK));
          lease.ensureHeld();
          waiter.process().sleep(TICK);
          assertThatThrownBy(lease::ensureHeld).isInstanceOf(LockLostException.class);
        });
  }

  @Test
  void clocksThatDriftByATenthNeverMakeTwoHolders() {
    play(
        (scenario, waiter, holder) -> {
          holder.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
          holder.process().drift(0.95);
          waiter.process().drift(1.05);
          Lease lease = holder.acquire();
          holder.store().always(request -> true, FaultyRegisterStore.Fate.LOST);
          List<Long> ended = new ArrayList<>();
          lease.onLost(lost -> ended.add(scenario.simulation().nowNanos()));
          waiter.acquire();
          assertThat(ended).hasSize(1);
          assertThat(ended.get(0)).isLessThan(scenario.simulation().nowNanos());
        });
  }
}
