package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.LossCause;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How a process that was started under locks learns that those are lost. */
interface AncestorLossContract extends Contract {

  /** The ttl of a parent that renews more often, or more seldom, than its child. */
  private static LeaseGroup acquire(Party party, Duration ttl, String... models)
      throws InterruptedException {
    return party
        .models()
        .acquireModels(List.of(models), party.within(Duration.ZERO).withTtl(ttl), told -> {});
  }

  @Test
  default void aProcessWhoseParentIsDeadPassesThroughNothing() {
    play(
        (scenario, a, b) -> {
          Party parent = scenario.newParty();
          LeaseGroup held = parent.acquireModels(Duration.ZERO, "t/a");
          parent.process().crash();
          if (b.store().machineLocal()) {
            assertThatThrownBy(() -> b.acquireModels(held, Duration.ZERO, "t/a"))
                .isInstanceOf(LockLostException.class);
          }
        });
  }

  @Test
  default void aParentsLossReachesItsChildAndItsGrandchild() {
    play(
        (scenario, a, b) -> {
          LeaseGroup one = a.acquireModels(Duration.ZERO, "t/a");
          LeaseGroup two = b.acquireModels(one, Duration.ZERO, "t/b");
          Party c = scenario.newParty();
          LeaseGroup three = c.acquireModels(two, Duration.ZERO, "t/a");
          List<LockLostException> told = new ArrayList<>();
          two.onLost(told::add);
          three.onLost(told::add);
          a.process().sleep(Duration.ofSeconds(25));
          two.ensureHeld();
          three.ensureHeld();
          c.models().forceRelease("t/a", OptionalLong.empty());
          a.process().sleep(Duration.ofSeconds(11));
          assertThat(told)
              .hasSize(2)
              .allMatch(lost -> lost.lossCause() == LossCause.ANCESTOR_LOST)
              .allMatch(lost -> lost.lockName().equals("t/a"));
          assertThatThrownBy(two::ensureHeld).isInstanceOf(LockLostException.class);
          assertThatThrownBy(() -> two.leases().get(0).ensureHeld())
              .isInstanceOf(LockLostException.class);
          assertThatThrownBy(three::ensureHeld).isInstanceOf(LockLostException.class);
        });
  }

  @Test
  default void aParentsLossReachesItsChildByTheParentsTtlWhateverTheChilds() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = acquire(a, Duration.ofSeconds(3), "t/a");
          LeaseGroup child =
              b.models(held)
                  .acquireModels(
                      List.of("t/a", "t/b"),
                      b.within(Duration.ZERO).withTtl(Duration.ofHours(1)),
                      told -> {});
          b.process().sleep(Duration.ofSeconds(20));
          child.ensureHeld();
          b.models().forceRelease("t/a", OptionalLong.empty());
          b.process().sleep(Duration.ofMillis(1_100));
          assertAncestorLost(child::ensureHeld);
        });
  }

  @Test
  default void whatIsRenewedMostOftenAboveSaysHowOftenAllIsLookedAt() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup slow = acquire(a, Duration.ofHours(1), "t/a");
          LeaseGroup quick =
              b.models(slow)
                  .acquireModels(
                      List.of("t/b"),
                      b.within(Duration.ZERO).withTtl(Duration.ofSeconds(3)),
                      told -> {});
          LeaseGroup child = scenario.newParty().acquireModels(quick, Duration.ZERO, "t/c");
          a.process().sleep(Duration.ofSeconds(20));
          child.ensureHeld();
          a.models().forceRelease("t/b", OptionalLong.empty());
          a.process().sleep(Duration.ofMillis(1_100));
          assertAncestorLost(child::ensureHeld);
        });
  }

  @Test
  default void aParentThatNoLongerRenewsIsGivenUpByItsChildBeforeAnybodyTakesItOver() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = b.acquireModels(Duration.ZERO, "t/a");
          LeaseGroup child = a.acquireModels(held, Duration.ZERO, "t/a");
          a.process().sleep(Duration.ofMillis(10_500));
          b.process().stop(Duration.ofMinutes(10));
          // Its last renewal was seen at 20 s at the latest.
          a.process().sleep(Duration.ofMillis(18_400));
          child.ensureHeld();
          a.process().sleep(Duration.ofMillis(19_700));
          assertAncestorLost(child::ensureHeld);
          assertThat(scenario.body(a, Scenario.keyOf("t/a"))).contains("\"held\"");
        });
  }

  @Test
  default void aLookAtWhatAParentHoldsThatFailsIsNoLoss() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          LeaseGroup child = b.acquireModels(held, Duration.ZERO, "t/a", "t/b");
          b.store().always(request -> request.kind() == Kind.READ, Fate.LOST);
          a.process().sleep(Duration.ofSeconds(25));
          child.ensureHeld();
          assertThat(b.store().count(Kind.READ, Scenario.keyOf("t/a"))).isEqualTo(1 + 2);
          b.store().heal();
          a.process().sleep(Duration.ofSeconds(40));
          child.ensureHeld();
        });
  }

  @Test
  default void aRecordWithATtlOfNothingIsNotLookedAtWithoutEnd() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          String body = scenario.body(a, Scenario.keyOf("t/a"));
          scenario
              .medium()
              .overwrite(Scenario.keyOf("t/a"), body.replace("\"ttlMs\":30000", "\"ttlMs\":1"));
          LeaseGroup child = b.acquireModels(held, Duration.ZERO, "u/x");
          b.process().sleep(Duration.ofMillis(900));
          // It counts as one of a second.
          assertThat(b.store().count(Kind.READ, Scenario.keyOf("t/a"))).isEqualTo(3);
          child.ensureHeld();
          b.process().sleep(Duration.ofMillis(200));
          assertThatThrownBy(child::ensureHeld).isInstanceOf(LockLostException.class);
        });
  }

  @Test
  default void whoIsAboutToReportLooksAtWhatItsParentHoldsOnceMore() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          LeaseGroup child = b.acquireModels(held, Duration.ZERO, "t/a");
          child.ensureHeldAbove();
          b.store().always(request -> true, Fate.LOST);
          child.ensureHeldAbove();
          b.process().sleep(Duration.ofSeconds(29));
          assertThatThrownBy(child::ensureHeldAbove).isInstanceOf(LockLostException.class);
          b.store().heal();
          LeaseGroup second = b.acquireModels(held, Duration.ZERO, "t/a");
          b.models().forceRelease("t/a", OptionalLong.empty());
          second.ensureHeld();
          assertAncestorLost(second::ensureHeldAbove);
          assertThatThrownBy(second::ensureHeld).isInstanceOf(LockLostException.class);
          b.store().clearHistory();
          LeaseGroup own = b.acquireModels(Duration.ZERO, "t/b");
          b.store().clearHistory();
          own.ensureHeldAbove();
          assertThat(b.store().history()).isEmpty();
        });
  }

  @Test
  default void whatNoRetryCuresOfALockAboveEndsAnAcquisitionAtOnceAndARunNotAtAll() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          LeaseGroup child = b.acquireModels(held, Duration.ZERO, "t/a");
          b.store().always(request -> request.key().contains("t/a"), Fate.REFUSED);
          long start = scenario.simulation().nowNanos();
          assertThatThrownBy(() -> b.acquireModels(held, Duration.ofMinutes(1), "t/a", "t/b"))
              .isInstanceOf(LockStoreException.class);
          assertThat(scenario.simulation().nowNanos()).isEqualTo(start);
          child.ensureHeldAbove();
        });
  }

  @Test
  default void ofManyAncestorsLocksABoundedNumberIsLookedAtInTurn() {
    playOnce(
        (scenario, a, b) -> {
          List<String> models = new ArrayList<>();
          for (int i = 10; i < 50; i++) {
            models.add("t/m" + i);
          }
          LeaseGroup held = a.models().acquireModels(models);
          LeaseGroup child = b.acquireModels(held, Duration.ZERO, "u/x");
          // Its own and the global one, too.
          assertThat(b.store().count(Kind.READ)).isEqualTo(16 + 2);
          b.store().clearHistory();
          a.process().sleep(Duration.ofMillis(30_500));
          // The child's own lock is renewed by writes alone.
          assertThat(b.store().count(Kind.READ)).isEqualTo(3 * 16);
          a.models().forceRelease("t/m49", OptionalLong.empty());
          a.process().sleep(Duration.ofSeconds(31));
          assertThatThrownBy(child::ensureHeld).isInstanceOf(LockLostException.class);
          child.close();
          b.store().clearHistory();
          a.process().sleep(Duration.ofSeconds(60));
          assertThat(b.store().history()).isEmpty();
        });
  }

  @Test
  default void whatAChildPassesThroughIsLookedAtEachTimeHoweverManyLocksAreAboveIt() {
    play(
        (scenario, a, b) -> {
          List<String> models = IntStream.range(10, 50).mapToObj(i -> "t/m" + i).toList();
          LeaseGroup held = a.models().acquireModels(models);
          LeaseGroup all = b.models(held).acquireModels(models, b.locks().defaults(), told -> {});
          b.store().clearHistory();
          a.process().sleep(Duration.ofMillis(10_500));
          assertThat(b.store().count(Kind.READ)).isEqualTo(16);
          all.close();
          LeaseGroup child = b.acquireModels(held, Duration.ZERO, "t/m49");
          a.models().forceRelease("t/m49", OptionalLong.empty());
          a.process().sleep(Duration.ofMillis(10_500));
          assertThatThrownBy(child::ensureHeld).isInstanceOf(LockLostException.class);
        });
  }

  @Test
  default void whatAChildDoesNotPassThroughHasItsTurnHoweverManyItPassesThrough() {
    playOnce(
        (scenario, a, b) -> {
          List<String> models = IntStream.range(10, 50).mapToObj(i -> "t/m" + i).toList();
          LeaseGroup held = a.models().acquireModels(models);
          LeaseGroup child =
              b.models(held).acquireModels(models.subList(0, 20), b.locks().defaults(), told -> {});
          b.store().clearHistory();
          a.process().sleep(Duration.ofMillis(60_500));
          for (String model : models.subList(20, 40)) {
            assertThat(b.store().count(Kind.READ, Scenario.keyOf(model))).isPositive();
          }
          assertThat(b.store().count(Kind.READ)).isEqualTo(6 * 16);
          child.ensureHeld();
        });
  }

  @Test
  default void theKindOfALostAncestorIsTold() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup structural = a.acquireGlobal(Duration.ZERO);
          LeaseGroup run = b.acquireModels(structural, Duration.ZERO, "t/a");
          a.models().forceReleaseGlobal(OptionalLong.empty());
          a.process().sleep(Duration.ofSeconds(11));
          assertThatThrownBy(run::ensureHeld)
              .isInstanceOfSatisfying(
                  LockLostException.class,
                  lost -> assertThat(lost.lockKind()).isEqualTo(LockKind.GLOBAL));
        });
  }

  @Test
  default void aChildThatWasClosedIsToldOfNothing() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          LeaseGroup child = b.acquireModels(held, Duration.ZERO, "t/b");
          List<LockLostException> told = new ArrayList<>();
          child.onLost(told::add);
          b.store().slow(Duration.ofSeconds(2));
          scenario.medium().remove(Scenario.keyOf("t/a"));
          a.process().sleep(Duration.ofMillis(10_500));
          // The look at its parent's lock is under way.
          child.close();
          a.process().sleep(Duration.ofSeconds(30));
          assertThat(told).isEmpty();
        });
  }
}
