package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOrderException;
import dev.fen.lock.LossCause;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a run holds, as one: it is lost, asks for more and is given back together. */
interface ModelGroupContract extends Contract {

  @Test
  default void theEndOfOneLeaseOfARunIsTheEndOfAll() {
    play(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireModels(Duration.ZERO, "t/a", "t/b", "t/c");
          List<LockLostException> told = new ArrayList<>();
          List<LockLostException> toldLast = new ArrayList<>();
          group.onLost(told::add);
          group.leases().get(2).onLost(toldLast::add);
          scenario.medium().remove(Scenario.keyOf("t/b"));
          a.process().sleep(Duration.ofSeconds(11));
          assertThatThrownBy(group::ensureHeld)
              .isInstanceOfSatisfying(
                  LockLostException.class,
                  lost -> {
                    assertThat(lost.lockName()).isEqualTo("t/b");
                    assertThat(lost.lossCause()).isEqualTo(LossCause.REMOVED);
                  });
          for (Lease lease : group.leases()) {
            assertThatThrownBy(lease::ensureHeld)
                .isInstanceOfSatisfying(
                    LockLostException.class,
                    lost -> assertThat(lost.lossCause()).isEqualTo(LossCause.REMOVED))
                .hasMessageContaining("t/b");
          }
          a.process().sleep(Duration.ofSeconds(20));
          assertThat(told).extracting(LockLostException::lockName).containsExactly("t/b");
          assertThat(toldLast).extracting(LockLostException::lockName).containsExactly("t/c");
          // The work may not have ended yet: the others are given back when it has.
          assertThat(scenario.state(a, "t/a")).isEqualTo("held");
          group.close();
          assertThat(scenario.state(a, "t/a")).isEqualTo("released");
          assertThat(scenario.body(a, Scenario.keyOf("t/c"))).contains("\"clean\":false");
          assertThat(scenario.body(a, Scenario.keyOf("t/b"))).isEmpty();
        });
  }

  @Test
  default void aSiblingsLossIsNoticedBeforeAnyListenerIsTold() {
    play(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireModels(Duration.ZERO, "t/a", "t/b");
          // Nothing but the clock tells: no timer of a stopped process runs.
          a.process().sleep(Duration.ofSeconds(1));
          scenario.medium().remove(Scenario.keyOf("t/a"));
          while (!group.leases().get(0).remaining().isZero()) {
            a.process().sleep(Duration.ofMillis(1));
          }
          assertThatThrownBy(() -> group.leases().get(1).ensureHeld())
              .isInstanceOf(LockLostException.class);
        });
  }

  @Test
  default void aRunAsksForMoreInOrderOnly() {
    play(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireModels(Duration.ZERO, "t/b", "t/d");
          a.store().clearHistory();
          assertThatThrownBy(
                  () -> group.acquireMore(List.of("t/c", "t/e"), a.locks().defaults(), told -> {}))
              .isInstanceOfSatisfying(
                  LockOrderException.class,
                  refused -> assertThat(refused.lockName()).isEqualTo("t/c"))
              .hasMessageContaining("\"t/d\"");
          group.acquireMore(List.of("t/b"), a.locks().defaults(), told -> {});
          assertThat(a.store().history()).isEmpty();
          group.acquireMore(List.of("t/f", "t/e", "t/d"), a.locks().defaults(), told -> {});
          assertThat(group.tokens()).containsOnlyKeys("t/b", "t/d", "t/e", "t/f");
          scenario.medium().remove(Scenario.keyOf("t/f"));
          a.process().sleep(Duration.ofSeconds(11));
          assertThatThrownBy(() -> group.leases().get(0).ensureHeld())
              .isInstanceOf(LockLostException.class);
          assertThatThrownBy(
                  () -> group.acquireMore(List.of("t/g"), a.locks().defaults(), told -> {}))
              .isInstanceOf(LockLostException.class);
          group.close();
          assertThatThrownBy(
                  () -> group.acquireMore(List.of("t/g"), a.locks().defaults(), told -> {}))
              .isInstanceOf(IllegalStateException.class);
        });
  }

  @Test
  default void aRunThatAsksForMoreIsLetInWhereAStructuralCommandWaitsForIt() {
    play(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireModels(Duration.ZERO, "t/a");
          SimulatedProcess.Task structural =
              b.process()
                  .start("structural", () -> b.acquireGlobal(Duration.ofSeconds(60)).close());
          a.process().sleep(Duration.ofSeconds(35));
          assertThat(scenario.body(a, Scenario.GLOBAL)).contains("\"held\"");
          assertThat(structural.isDone()).isFalse();
          group.acquireMore(List.of("t/b"), a.within(Duration.ofSeconds(5)), told -> {});
          group.close();
          structural.join();
        });
  }

  @Test
  default void aGroupThatIsAbandonedRunsOut() {
    play(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireModels(Duration.ZERO, "t/a", "t/b");
          a.store().clearHistory();
          group.abandon();
          group.close();
          b.process().sleep(Duration.ofSeconds(20));
          assertThat(a.store().history()).isEmpty();
          assertThat(scenario.state(a, "t/a")).isEqualTo("held");
          b.acquireModels(Duration.ofSeconds(60), "t/a", "t/b").close();
        });
  }

  @Test
  default void aGroupThatWasClosedTellsNobody() {
    play(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireModels(Duration.ZERO, "t/a");
          List<LockLostException> told = new ArrayList<>();
          group.onLost(told::add);
          group.close();
          scenario.medium().remove(Scenario.keyOf("t/a"));
          a.process().sleep(Duration.ofMinutes(2));
          assertThat(told).isEmpty();
          assertThatThrownBy(group::ensureHeld).isInstanceOf(IllegalStateException.class);
        });
  }

  private static SimulatedProcess.Task askInVainForMore(
      Party a, LeaseGroup group, Consumer<Throwable> how) {
    return a.process()
        .start(
            "more",
            () ->
                assertThatThrownBy(
                        () ->
                            group.acquireMore(
                                List.of("t/b"), a.within(Duration.ofMinutes(5)), told -> {}))
                    .satisfies(how::accept));
  }

  @Test
  default void aRunThatLosesWhatItHoldsWaitsForNothingMore() {
    play(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireModels(Duration.ZERO, "t/a");
          LeaseGroup busy = b.acquireModels(Duration.ZERO, "t/b");
          SimulatedProcess.Task more =
              askInVainForMore(
                  a,
                  group,
                  failed ->
                      assertThat(failed)
                          .isInstanceOfSatisfying(
                              LockLostException.class,
                              lost -> assertThat(lost.lockName()).isEqualTo("t/a")));
          b.process().sleep(Duration.ofSeconds(1));
          assertThatThrownBy(
                  () -> group.acquireMore(List.of("t/c"), a.locks().defaults(), told -> {}))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("another thread");
          b.models().forceRelease("t/a", OptionalLong.empty());
          b.process().sleep(Duration.ofSeconds(11));
          assertThat(more.isDone()).isTrue();
          busy.close();
        });
  }

  @Test
  default void aRunThatLosesWhatItHoldsDoesNotWaitForTheGlobalLockEither() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireModels(Duration.ZERO, "t/a");
          b.models().forceRelease("t/a", OptionalLong.empty());
          LeaseGroup structural = b.acquireGlobal(Duration.ZERO);
          assertThatThrownBy(
                  () ->
                      group.acquireMore(
                          List.of("t/b"), a.within(Duration.ofMinutes(5)), told -> {}))
              .isInstanceOf(LockLostException.class);
          // At the next renewal.
          assertThat(scenario.simulation().nowNanos()).isLessThan(Duration.ofSeconds(16).toNanos());
          structural.close();
        });
  }

  @Test
  default void whatARunGetsAfterItWasClosedIsGivenBack() {
    play(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireModels(Duration.ZERO, "t/a");
          LeaseGroup busy = b.acquireModels(Duration.ZERO, "t/b");
          SimulatedProcess.Task more =
              askInVainForMore(
                  a, group, failed -> assertThat(failed).isInstanceOf(IllegalStateException.class));
          b.process().sleep(Duration.ofSeconds(1));
          group.close();
          busy.close();
          more.join();
          b.process().sleep(Duration.ofSeconds(1));
          assertThat(scenario.state(a, "t/b")).isEqualTo("released");
        });
  }

  @Test
  default void whatIsHeldAboveOrUnderTheOwnGlobalLockMayBeAskedForInAnyOrder() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup parent = a.acquireModels(Duration.ZERO, "t/a");
          LeaseGroup child = b.acquireModels(parent, Duration.ZERO, "t/b");
          child.acquireMore(List.of("t/a"), b.within(Duration.ZERO), told -> {});
          assertThat(child.tokens()).containsEntry("t/a", parent.tokens().get("t/a"));
          assertThat(child.leases()).hasSize(1);
          child.close();
          parent.close();

          LeaseGroup structural = a.acquireGlobal(Duration.ZERO);
          structural.acquireMore(List.of("a/x"), a.within(Duration.ZERO), told -> {});
          assertThat(structural.tokens()).containsOnlyKeys("a/x", "global");
          structural.close();
          assertThat(scenario.state(a, "a/x")).isEqualTo("released");
        });
  }

  @Test
  default void whoWantsToBeToldOnlyAfterTheLossIsToldAtOnce() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireModels(Duration.ZERO, "t/a", "t/b");
          b.models().forceRelease("t/b", OptionalLong.empty());
          a.process().sleep(Duration.ofSeconds(11));
          List<LockLostException> told = new ArrayList<>();
          group.onLost(told::add);
          a.process().sleep(Duration.ofMillis(1));
          assertThat(told).extracting(LockLostException::lockName).containsExactly("t/b");
        });
  }
}
