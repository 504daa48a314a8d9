package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.LockTimeoutException;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs that meet the global lock: what they do then, and how they end. */
interface ModelRunGlobalContract extends Contract {

  private static boolean replacesGlobal(FaultyRegisterStore.Request request) {
    return request.kind() == Kind.REPLACE && request.key().equals(Scenario.GLOBAL.path());
  }

  @Test
  default void aRunWaitsForTheGlobalLockHoldingNothingAndIsToldOfItsHolder() {
    play(
        (scenario, a, b) -> {
          LeaseGroup structural = b.acquireGlobal(Duration.ZERO);
          List<LockStatus> told = new ArrayList<>();
          SimulatedProcess.Task run =
              a.process()
                  .start(
                      "run",
                      () ->
                          a.models()
                              .acquireModels(
                                  List.of("t/a", "t/b"),
                                  a.within(Duration.ofSeconds(60)),
                                  told::add)
                              .close());
          b.process().sleep(Duration.ofSeconds(20));
          assertThat(scenario.state(a, "t/a")).isEqualTo("released");
          assertThat(scenario.state(a, "t/b")).isEqualTo("released");
          assertThat(told).hasSize(1);
          assertThat(told.get(0).kind()).isEqualTo(LockKind.GLOBAL);
          assertThat(told.get(0).holder()).isNotNull();
          assertThat(told.get(0).holder().operation()).isEqualTo("work of p1");
          assertThat(a.store().count(Kind.CREATE)).isEqualTo(2);
          structural.close();
          run.join();
          assertThat(scenario.simulation().nowNanos()).isLessThan(Duration.ofSeconds(22).toNanos());
        });
  }

  @Test
  default void aGlobalLockThatTheStoreTellsNothingOfIsToldOfOnce() {
    playOnce(
        (scenario, a, b) -> {
          a.store().always(request -> request.key().equals(Scenario.GLOBAL.path()), Fate.LOST);
          List<LockStatus> told = new ArrayList<>();
          assertThatThrownBy(
                  () ->
                      a.models()
                          .acquireModels(
                              List.of("t/a"), a.within(Duration.ofSeconds(20)), told::add))
              .isInstanceOf(LockTimeoutException.class);
          assertThat(told).hasSize(1);
          assertThat(told.get(0).kind()).isEqualTo(LockKind.GLOBAL);
          assertThat(told.get(0).problem()).contains("planted", "trying again");
        });
  }

  @Test
  default void aRunThatIsKeptOutByTheGlobalLockEndsAtItsDeadlineAndSaysByWhom() {
    play(
        (scenario, a, b) -> {
          LeaseGroup structural = b.acquireGlobal(Duration.ZERO);
          for (int millis : List.of(0, 1_000, 20_000)) {
            long start = scenario.simulation().nowNanos();
            LockTimeoutException over =
                a.failToAcquireModels(Duration.ofMillis(millis), "t/a", "t/b");
            assertThat(scenario.simulation().nowNanos() - start)
                .isEqualTo(Duration.ofMillis(millis).toNanos());
            assertThat(over.lockKind()).isEqualTo(LockKind.GLOBAL);
            assertThat(over)
                .hasMessageContaining("model locks \"t/a\", \"t/b\" were not to be had")
                .hasMessageContaining("because of the global lock: held by p1@host")
                .hasMessageContaining("--global --force --token " + over.token().getAsLong());
            assertThat(over.waitedFor()).hasSize(1);
            b.process().sleep(Duration.ofMillis(10));
            assertThat(scenario.state(a, "t/a")).isEqualTo("released");
          }
          assertThat(
                  a.failToAcquireModels(
                      Duration.ZERO, "t/a", "t/b", "t/c", "t/d", "t/e", "t/f", "t/g"))
              .hasMessageContaining("\"t/d\", \"t/e\" and 2 more were not to be had at once");
          structural.ensureHeld();
        });
  }

  @Test
  default void aRunThatWaitsForAModelGivesAllBackWhenAStructuralCommandComes() {
    play(
        (scenario, a, b) -> {
          Party s = scenario.newParty();
          LeaseGroup busy = b.acquireModels(Duration.ZERO, "t/b");
          SimulatedProcess.Task run =
              a.process()
                  .start("run", () -> a.acquireModels(Duration.ofMinutes(5), "t/a", "t/b").close());
          a.process().sleep(Duration.ofSeconds(1));
          assertThat(scenario.state(a, "t/a")).isEqualTo("held");
          SimulatedProcess.Task structural =
              s.process().start("structural", () -> s.acquireGlobal(Duration.ofMinutes(2)).close());
          a.process().sleep(Duration.ofSeconds(62));
          assertThat(scenario.body(a, Scenario.GLOBAL)).contains("\"held\"");
          assertThat(scenario.state(a, "t/a")).isEqualTo("released");
          busy.close();
          structural.join();
          run.join();
        });
  }

  @Test
  default void aStaleGlobalLockMetAgainAfterEveryTakeWasTheOldProtocolsEndlessCycle() {
    play(
        (scenario, a, b) -> {
          Party dead = scenario.newPartyElsewhere();
          LeaseGroup left = dead.acquireGlobal(Duration.ZERO);
          dead.process().stop(Duration.ofMinutes(5));
          scenario.medium().age(Scenario.GLOBAL, Duration.ofMinutes(2));
          long start = scenario.simulation().nowNanos();
          a.acquireModels(Duration.ofSeconds(60), "t/a", "t/b").close();
          assertThat(a.store().count(Kind.CREATE)).isEqualTo(2);
          assertThat(scenario.simulation().nowNanos() - start)
              .isLessThan(Duration.ofSeconds(1).toNanos());
          // Taken over and left released: it is not met again, and its late holder loses it.
          assertThat(scenario.body(a, Scenario.GLOBAL)).contains("\"released\"");
          b.acquireModels(Duration.ZERO, "t/a").close();
          a.process().sleep(Duration.ofMinutes(6));
          assertThatThrownBy(left::ensureHeld).isInstanceOf(LockLostException.class);
        });
  }

  @Test
  default void aGlobalLockThatCanBeNeitherDeletedNorWrittenEndsEveryRunAtItsDeadline() {
    play(
        (scenario, a, b) -> {
          Party dead = scenario.newPartyElsewhere();
          dead.acquireGlobal(Duration.ZERO);
          dead.process().crash();
          scenario.medium().age(Scenario.GLOBAL, Duration.ofMinutes(2));
          for (Fate fate : List.of(Fate.NOT_APPLIED, Fate.LOST, Fate.NO_ANSWER)) {
            a.store().heal();
            a.store().always(ModelRunGlobalContract::replacesGlobal, fate);
            a.store().clearHistory();
            long start = scenario.simulation().nowNanos();
            LockTimeoutException over = a.failToAcquireModels(Duration.ofSeconds(30), "t/a");
            assertThat(scenario.simulation().nowNanos() - start)
                .isEqualTo(Duration.ofSeconds(30).toNanos());
            assertThat(over).hasMessageContaining("because of the global lock");
            assertThat(a.store().history()).hasSizeLessThan(60);
            a.process().sleep(Duration.ofMillis(10));
            assertThat(scenario.state(a, "t/a")).isEqualTo("released");
          }
          a.store().heal();
          a.store().always(ModelRunGlobalContract::replacesGlobal, Fate.REFUSED);
          assertThatThrownBy(() -> a.acquireModels(Duration.ofSeconds(30), "t/a"))
              .isInstanceOf(LockStoreException.class);
        });
  }

  @Test
  default void whyAStaleGlobalLockIsNotTakenOverIsToldWhileARunWaitsAndInTheEnd() {
    play(
        (scenario, a, b) -> {
          Party dead = scenario.newPartyElsewhere();
          dead.acquireGlobal(Duration.ZERO);
          dead.process().crash();
          scenario.medium().age(Scenario.GLOBAL, Duration.ofMinutes(2));
          a.store().always(ModelRunGlobalContract::replacesGlobal, Fate.NOT_APPLIED);
          List<LockStatus> told = new ArrayList<>();
          assertThatThrownBy(
                  () ->
                      a.models()
                          .acquireModels(
                              List.of("t/a"), a.within(Duration.ofSeconds(20)), told::add))
              .isInstanceOf(LockTimeoutException.class)
              .hasMessageContaining("taking it over failed")
              .hasMessageContaining("planted");
          assertThat(told).hasSize(2);
          assertThat(told.get(0).problem()).contains("planted", "trying again");
          assertThat(told.get(1).state()).isEqualTo(LockStatus.State.STALE);
        });
  }

  @Test
  default void anUnreadableOrUnknownGlobalLockNeverCountsAsFree() {
    play(
        (scenario, a, b) -> {
          scenario.medium().overwrite(Scenario.GLOBAL, "rubbish");
          assertThat(a.failToAcquireModels(Duration.ofSeconds(20), "t/a"))
              .hasMessageContaining("cannot be read");
          // It counts as held for the default ttl, and is then taken over like everything stale.
          a.acquireModels(Duration.ofSeconds(20), "t/a").close();
          assertThat(scenario.body(a, Scenario.GLOBAL)).contains("\"released\"");
          b.store()
              .always(
                  request ->
                      request.kind() == Kind.READ && request.key().equals(Scenario.GLOBAL.path()),
                  Fate.LOST);
          long start = scenario.simulation().nowNanos();
          assertThat(b.failToAcquireModels(Duration.ofSeconds(20), "t/a"))
              .hasMessageContaining("planted");
          assertThat(scenario.simulation().nowNanos() - start)
              .isEqualTo(Duration.ofSeconds(20).toNanos());
          scenario.medium().overwrite(Scenario.GLOBAL, "{\"format\":2}");
          assertThatThrownBy(() -> a.acquireModels(Duration.ofSeconds(20), "t/a"))
              .isInstanceOf(LockStoreException.class)
              .hasMessageContaining("newer Fen");
        });
  }

  @Test
  default void aLookAtTheGlobalLockThatFailsOnceCostsAPauseOnly() {
    play(
        (scenario, a, b) -> {
          boolean[] failed = {false};
          a.store()
              .always(
                  request -> {
                    boolean first = request.key().equals(Scenario.GLOBAL.path()) && !failed[0];
                    failed[0] |= first;
                    return first;
                  },
                  Fate.LOST);
          a.acquireModels(Duration.ofSeconds(20), "t/a").close();
          assertThat(scenario.simulation().nowNanos()).isLessThan(Duration.ofSeconds(1).toNanos());
        });
  }

  @Test
  default void aMachineThatWasSuspendedOverItsLookAtTheGlobalLockStartsOver() {
    play(
        (scenario, a, b) -> {
          Party run = scenario.newPartyElsewhere();
          run.suspendOnce(request -> request.key().equals(Scenario.GLOBAL.path()));
          SimulatedProcess.Task task =
              run.process()
                  .start(
                      "run",
                      () -> {
                        LeaseGroup group = run.acquireModels(Duration.ofSeconds(30), "t/a");
                        group.ensureHeld();
                      });
          a.process().sleep(Duration.ofSeconds(1));
          a.acquireGlobal(Duration.ofSeconds(90)).close();
          task.join();
          assertThat(scenario.state(a, "t/a")).isEqualTo("held");
        });
  }

  @Test
  default void aGlobalLockThatIsHeldWheneverItCountsCostsGrowingPauses() {
    play(
        (scenario, a, b) -> {
          LeaseGroup structural = b.acquireGlobal(Duration.ZERO);
          String held = scenario.body(b, Scenario.GLOBAL);
          structural.close();
          String released = scenario.body(b, Scenario.GLOBAL);
          int[] looks = {0};
          a.store()
              .always(
                  request -> {
                    if (request.key().equals(Scenario.GLOBAL.path())) {
                      boolean counts = looks[0]++ % 2 == 0;
                      scenario.medium().overwrite(Scenario.GLOBAL, counts ? held : released);
                    }
                    return false;
                  },
                  Fate.DONE);
          long start = scenario.simulation().nowNanos();
          assertThat(a.failToAcquireModels(Duration.ofSeconds(20), "t/a")).isNotNull();
          assertThat(scenario.simulation().nowNanos() - start)
              .isEqualTo(Duration.ofSeconds(20).toNanos());
          assertThat(looks[0]).isBetween(8, 20);
        });
  }
}
