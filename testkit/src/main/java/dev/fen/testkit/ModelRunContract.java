package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOrderException;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.LossCause;
import dev.fen.lock.ModelLocks;
import dev.fen.lock.ReleaseResult;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Runs that take models' locks: what they take, in which order they wait, and how they end. */
interface ModelRunContract extends Contract {

  private static String state(Scenario scenario, Party party, String model) {
    String body = scenario.body(party, Scenario.keyOf(model));
    return body.contains("\"released\"") ? "released" : body.isEmpty() ? "absent" : "held";
  }

  private static LockTimeoutException failToAcquire(Party party, Duration wait, String... models) {
    return Assertions.catchThrowableOfType(
        LockTimeoutException.class, () -> party.acquireModels(wait, models));
  }

  @Test
  default void aRunOnFiveColdModelsNeedsElevenRequestsAndFiveToGiveThemBack() {
    play(
        (scenario, a, b) -> {
          String[] models = {"t/a", "t/b", "t/c", "t/d", "t/e"};
          LeaseGroup group = a.acquireModels(Duration.ofSeconds(60), models);
          assertThat(a.store().history()).hasSize(11);
          assertThat(a.store().count(Kind.READ, Scenario.GLOBAL)).isEqualTo(1);
          assertThat(a.store().history().get(10).key()).isEqualTo(Scenario.GLOBAL.path());
          assertThat(group.tokens()).containsOnlyKeys(models);
          a.store().clearHistory();
          group.close();
          assertThat(a.store().history())
              .hasSize(5)
              .allMatch(request -> request.kind() == Kind.REPLACE);
          for (String model : models) {
            assertThat(state(scenario, a, model)).isEqualTo("released");
          }
        });
  }

  @Test
  default void runsOnDifferentModelsGoOnSideBySideAlsoWhereANameBeginsAnother() {
    play(
        (scenario, a, b) -> {
          try (LeaseGroup one = a.acquireModels(Duration.ZERO, "@acme/host/kernel/web", "t/x");
              LeaseGroup two = b.acquireModels(Duration.ZERO, "@acme/host/kernel/web/1", "t/x/y")) {
            one.ensureHeld();
            two.ensureHeld();
            assertThat(b.models().list())
                .extracting(LockStatus::name)
                .containsExactlyInAnyOrder(
                    "@acme/host/kernel/web", "@acme/host/kernel/web/1", "t/x", "t/x/y");
          }
        });
  }

  @Test
  default void namesThatAreNoModelsAreRefusedBeforeAnythingIsAsked() {
    playOnce(
        (scenario, a, b) -> {
          for (String name :
              List.of("", "vpc", "/vpc", "aws/", "aws//vpc", "-aws/vpc", "a/../b", "a.lock/b")) {
            assertThatThrownBy(() -> a.acquireModels(Duration.ZERO, "t/a", name))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ModelLocks.requireLegalName(name))
                .isInstanceOf(IllegalArgumentException.class);
          }
          assertThatThrownBy(() -> a.acquireModels(Duration.ZERO))
              .isInstanceOf(IllegalArgumentException.class);
          assertThat(a.store().history()).isEmpty();
        });
  }

  @Test
  default void whoWaitsForAModelHoldsNothingThatSortsAfterIt() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = b.acquireModels(Duration.ZERO, "t/b");
          List<LockStatus> told = new ArrayList<>();
          SimulatedProcess.Task run =
              a.process()
                  .start(
                      "run",
                      () ->
                          a.models()
                              .acquireModels(
                                  List.of("t/c", "t/b", "t/a"),
                                  a.within(Duration.ofSeconds(60)),
                                  told::add)
                              .close());
          b.process().sleep(Duration.ofSeconds(5));
          assertThat(state(scenario, a, "t/a")).isEqualTo("held");
          assertThat(state(scenario, a, "t/c")).isNotEqualTo("held");
          assertThat(told).hasSize(1);
          assertThat(told.get(0).kind()).isEqualTo(LockKind.MODEL);
          assertThat(told.get(0).name()).isEqualTo("t/b");
          held.close();
          run.join();
          assertThat(state(scenario, a, "t/c")).isEqualTo("released");
        });
  }

  @Test
  default void runsThatAskForTheSameModelsInAnyOrderAllEnd() {
    play(
        (scenario, a, b) -> {
          Referee referee = new Referee();
          List<String> models = List.of("t/a", "t/b", "t/c", "t/d");
          List<SimulatedProcess.Task> tasks = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            Party party = i == 0 ? a : i == 1 ? b : scenario.newParty();
            String[] mine = {models.get(i), models.get((i + 1) % 4), models.get((i + 2) % 4)};
            Referee.Worker worker = Referee.Worker.run("run" + i, mine);
            tasks.add(
                party
                    .process()
                    .start(
                        "run",
                        () -> {
                          for (int round = 0; round < 3; round++) {
                            referee.work(
                                worker,
                                party.acquireModels(Duration.ofMinutes(2), mine),
                                () -> party.process().sleep(Duration.ofMillis(300)));
                          }
                        }));
          }
          for (SimulatedProcess.Task task : tasks) {
            task.join();
          }
          assertThat(referee.worked()).isEqualTo(12);
        });
  }

  @Test
  default void runsOfOneServiceExcludeOneAnotherAndAllEnd() {
    play(
        (scenario, a, b) -> {
          Referee referee = new Referee();
          ModelLocks locks = a.models();
          List<SimulatedProcess.Task> tasks = new ArrayList<>();
          for (int i = 0; i < 6; i++) {
            Referee.Worker worker = Referee.Worker.run("run" + i, "t/a", "t/b", "t/c" + i);
            tasks.add(
                a.process()
                    .start(
                        "run",
                        () ->
                            referee.work(
                                worker,
                                locks.acquireModels(worker.models()),
                                () -> a.process().sleep(Duration.ofSeconds(2)))));
          }
          for (SimulatedProcess.Task task : tasks) {
            task.join();
          }
          assertThat(referee.worked()).isEqualTo(6);
        });
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
          assertThat(state(scenario, a, "t/a")).isEqualTo("released");
          assertThat(state(scenario, a, "t/b")).isEqualTo("released");
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
  default void aRunThatIsKeptOutByTheGlobalLockEndsAtItsDeadlineAndSaysByWhom() {
    play(
        (scenario, a, b) -> {
          LeaseGroup structural = b.acquireGlobal(Duration.ZERO);
          for (int millis : List.of(0, 1_000, 20_000)) {
            long start = scenario.simulation().nowNanos();
            LockTimeoutException over = failToAcquire(a, Duration.ofMillis(millis), "t/a", "t/b");
            assertThat(scenario.simulation().nowNanos() - start)
                .isEqualTo(Duration.ofMillis(millis).toNanos());
            assertThat(over.lockKind()).isEqualTo(LockKind.GLOBAL);
            assertThat(over)
                .hasMessageContaining("model locks \"t/a\", \"t/b\" were not to be had")
                .hasMessageContaining("because of the global lock: held by p1@host")
                .hasMessageContaining("--global --force --token " + over.token().getAsLong());
            assertThat(over.waitedFor()).hasSize(1);
            b.process().sleep(Duration.ofMillis(10));
            assertThat(state(scenario, a, "t/a")).isEqualTo("released");
          }
          structural.ensureHeld();
        });
  }

  @Test
  default void aRunThatWaitsForAModelEndsAtItsDeadlineAndGivesBackTheOthers() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = b.acquireModels(Duration.ZERO, "t/b");
          for (int millis : List.of(0, 5_000)) {
            long start = scenario.simulation().nowNanos();
            LockTimeoutException over =
                failToAcquire(a, Duration.ofMillis(millis), "t/a", "t/b", "t/c");
            assertThat(scenario.simulation().nowNanos() - start)
                .isEqualTo(Duration.ofMillis(millis).toNanos());
            assertThat(over.lockKind()).isEqualTo(LockKind.MODEL);
            assertThat(over.lockName()).isEqualTo("t/b");
            assertThat(over)
                .hasMessageContaining("model lock \"t/b\" was not to be had")
                .hasMessageContaining("--model t/b --force --token");
            b.process().sleep(Duration.ofMillis(10));
            assertThat(state(scenario, a, "t/a")).isEqualTo("released");
          }
          held.ensureHeld();
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
          assertThat(state(scenario, a, "t/a")).isEqualTo("held");
          SimulatedProcess.Task structural =
              s.process().start("structural", () -> s.acquireGlobal(Duration.ofMinutes(2)).close());
          a.process().sleep(Duration.ofSeconds(62));
          assertThat(scenario.body(a, Scenario.GLOBAL)).contains("\"held\"");
          assertThat(state(scenario, a, "t/a")).isEqualTo("released");
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
            a.store()
                .always(
                    request ->
                        request.kind() == Kind.REPLACE
                            && request.key().equals(Scenario.GLOBAL.path()),
                    fate);
            a.store().clearHistory();
            long start = scenario.simulation().nowNanos();
            LockTimeoutException over = failToAcquire(a, Duration.ofSeconds(30), "t/a");
            assertThat(scenario.simulation().nowNanos() - start)
                .isEqualTo(Duration.ofSeconds(30).toNanos());
            assertThat(over).hasMessageContaining("because of the global lock");
            assertThat(a.store().history()).hasSizeLessThan(60);
            a.process().sleep(Duration.ofMillis(10));
            assertThat(state(scenario, a, "t/a")).isEqualTo("released");
          }
          a.store().heal();
          a.store()
              .always(
                  request ->
                      request.kind() == Kind.REPLACE
                          && request.key().equals(Scenario.GLOBAL.path()),
                  Fate.REFUSED);
          assertThatThrownBy(() -> a.acquireModels(Duration.ofSeconds(30), "t/a"))
              .isInstanceOf(LockStoreException.class);
        });
  }

  @Test
  default void anUnreadableOrUnknownGlobalLockNeverCountsAsFree() {
    play(
        (scenario, a, b) -> {
          scenario.medium().overwrite(Scenario.GLOBAL, "rubbish");
          assertThat(failToAcquire(a, Duration.ofSeconds(20), "t/a"))
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
          assertThat(failToAcquire(b, Duration.ofSeconds(20), "t/a"))
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
          assertThat(state(scenario, a, "t/a")).isEqualTo("held");
          group.close();
          assertThat(state(scenario, a, "t/a")).isEqualTo("released");
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
  default void anInterruptedRunGivesBackWhatItHas() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = b.acquireModels(Duration.ZERO, "t/b");
          for (int millis = 0; millis < 1_000; millis += 70) {
            a.store().slow(Duration.ofMillis(100));
            SimulatedProcess.Task run =
                a.process()
                    .start(
                        "run",
                        () ->
                            assertThatThrownBy(
                                    () ->
                                        a.acquireModels(Duration.ofMinutes(1), "t/a", "t/b", "t/c"))
                                .isInstanceOf(InterruptedException.class));
            b.process().sleep(Duration.ofMillis(millis));
            run.interrupt();
            run.join();
            b.process().sleep(Duration.ofSeconds(2));
            assertThat(state(scenario, a, "t/a")).isNotEqualTo("held");
            assertThat(state(scenario, a, "t/c")).isNotEqualTo("held");
          }
          held.ensureHeld();
        });
  }

  @Test
  default void aHundredModelsAreHadWithinTheDefaultWaitOnAStoreWithFiftyMillisARequest() {
    playOnce(
        (scenario, a, b) -> {
          a.store().slow(Duration.ofMillis(50));
          List<String> models = IntStream.range(0, 100).mapToObj(i -> "aws/subnet/s" + i).toList();
          LeaseGroup group = a.models().acquireModels(models);
          long took = scenario.simulation().nowNanos();
          assertThat(took).isLessThan(Duration.ofSeconds(2).toNanos());
          assertThat(a.store().history()).hasSize(201);
          a.process().sleep(Duration.ofMinutes(2));
          group.ensureHeld();
          long start = scenario.simulation().nowNanos();
          group.close();
          assertThat(scenario.simulation().nowNanos() - start)
              .isLessThan(Duration.ofSeconds(2).toNanos());
        });
  }

  @Test
  default void noMoreThanSixteenRequestsOfARunAreUnderWayAtATime() {
    playOnce(
        (scenario, a, b) -> {
          a.store().slow(Duration.ofMillis(100));
          List<String> models = IntStream.range(0, 33).mapToObj(i -> "t/m" + i).toList();
          a.models().acquireModels(models);
          // Three rounds of a read and a write each, and the look at the global lock.
          assertThat(scenario.simulation().nowNanos()).isEqualTo(Duration.ofMillis(700).toNanos());
        });
  }

  @Test
  default void modelsAndTheGlobalLockAreLookedAtAndFreedLikeNamedOnes() {
    play(
        (scenario, a, b) -> {
          ModelLocks locks = b.models();
          assertThat(locks.inspectGlobal().state()).isEqualTo(LockStatus.State.FREE);
          LeaseGroup structural = a.acquireGlobal(Duration.ZERO);
          LockStatus global = locks.inspectGlobal();
          assertThat(global.kind()).isEqualTo(LockKind.GLOBAL);
          assertThat(global.state()).isEqualTo(LockStatus.State.HELD);
          assertThat(locks.releaseGlobalIfStale(OptionalLong.empty()).outcome())
              .isEqualTo(ReleaseResult.Outcome.NOT_STALE);
          assertThat(locks.forceReleaseGlobal(global.token()).outcome())
              .isEqualTo(ReleaseResult.Outcome.RELEASED);
          structural.close();
          LeaseGroup run = a.acquireModels(Duration.ZERO, "t/a");
          assertThat(locks.inspect("t/a").token()).hasValue(run.leases().get(0).token());
          assertThat(locks.releaseIfStale("t/a", OptionalLong.empty()).outcome())
              .isEqualTo(ReleaseResult.Outcome.NOT_STALE);
          assertThat(locks.list()).extracting(LockStatus::kind).containsExactly(LockKind.MODEL);
          assertThat(locks.forceRelease("t/a", OptionalLong.of(7)).outcome())
              .isEqualTo(ReleaseResult.Outcome.OTHER_TOKEN);
          assertThat(locks.forceRelease("t/a", OptionalLong.empty()).outcome())
              .isEqualTo(ReleaseResult.Outcome.RELEASED);
          a.process().sleep(Duration.ofSeconds(11));
          assertThatThrownBy(run::ensureHeld)
              .isInstanceOfSatisfying(
                  LockLostException.class,
                  lost -> assertThat(lost.lossCause()).isEqualTo(LossCause.FORCE_RELEASED));
          assertThat(b.locks().list()).isEmpty();
        });
  }

  @Test
  default void allLocksAreLookedAtSixteenAtATimeInTheirOrder() {
    playOnce(
        (scenario, a, b) -> {
          List<String> models = IntStream.range(100, 200).mapToObj(i -> "t/m" + i).toList();
          b.models().acquireModels(models).close();
          a.store().slow(Duration.ofMillis(50));
          a.store().always(request -> request.key().contains("/m142"), Fate.LOST);
          long start = scenario.simulation().nowNanos();
          List<LockStatus> statuses = a.models().list();
          // A listing, and seven rounds of reads.
          assertThat(scenario.simulation().nowNanos() - start)
              .isLessThanOrEqualTo(Duration.ofMillis(8 * 50).toNanos());
          assertThat(a.store().history()).hasSize(101);
          assertThat(statuses).extracting(LockStatus::name).containsExactlyElementsOf(models);
          assertThat(statuses.get(42).state()).isEqualTo(LockStatus.State.UNREADABLE);
          assertThat(statuses.get(42).problem()).contains("planted");
          assertThat(statuses)
              .filteredOn(lock -> lock.state() == LockStatus.State.FREE)
              .hasSize(99);
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
          assertThat(state(scenario, a, "t/a")).isEqualTo("held");
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

  @Test
  default void aRunThatLosesWhatItHoldsWaitsForNothingMore() {
    play(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireModels(Duration.ZERO, "t/a");
          LeaseGroup busy = b.acquireModels(Duration.ZERO, "t/b");
          SimulatedProcess.Task more =
              a.process()
                  .start(
                      "more",
                      () ->
                          assertThatThrownBy(
                                  () ->
                                      group.acquireMore(
                                          List.of("t/b"),
                                          a.within(Duration.ofMinutes(5)),
                                          told -> {}))
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
  default void whatARunGetsAfterItWasClosedIsGivenBack() {
    play(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireModels(Duration.ZERO, "t/a");
          LeaseGroup busy = b.acquireModels(Duration.ZERO, "t/b");
          SimulatedProcess.Task more =
              a.process()
                  .start(
                      "more",
                      () ->
                          assertThatThrownBy(
                                  () ->
                                      group.acquireMore(
                                          List.of("t/b"),
                                          a.within(Duration.ofMinutes(5)),
                                          told -> {}))
                              .isInstanceOf(IllegalStateException.class));
          b.process().sleep(Duration.ofSeconds(1));
          group.close();
          busy.close();
          more.join();
          b.process().sleep(Duration.ofSeconds(1));
          assertThat(state(scenario, a, "t/b")).isEqualTo("released");
        });
  }

  @Test
  default void aMachineThatWasSuspendedOverItsLookAtTheGlobalLockStartsOver() {
    play(
        (scenario, a, b) -> {
          Party run = scenario.newPartyElsewhere();
          boolean[] suspended = {false};
          run.store()
              .always(
                  request -> {
                    if (!suspended[0] && request.key().equals(Scenario.GLOBAL.path())) {
                      suspended[0] = true;
                      run.process().suspend(Duration.ofMinutes(5));
                    }
                    return false;
                  },
                  Fate.DONE);
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
          assertThat(state(scenario, a, "t/a")).isEqualTo("held");
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
          assertThat(failToAcquire(a, Duration.ofSeconds(20), "t/a")).isNotNull();
          assertThat(scenario.simulation().nowNanos() - start)
              .isEqualTo(Duration.ofSeconds(20).toNanos());
          assertThat(looks[0]).isBetween(8, 20);
        });
  }
}
