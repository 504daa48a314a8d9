package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockLostException;
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
import org.junit.jupiter.api.Test;

/** Runs that take models' locks: what they take, in which order they wait, and what it costs. */
interface ModelRunContract extends Contract {

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
            assertThat(scenario.state(a, model)).isEqualTo("released");
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
  default void aStoreThatAnswersNothingIsCalledSilentByARunAtEveryWait() {
    play(
        (scenario, a, b) -> {
          a.store().always(request -> true, Fate.NO_ANSWER);
          for (int seconds : new int[] {0, 1, 7, 20}) {
            // Of names of their own: what was given up may be before them otherwise.
            String one = seconds + "/a";
            String[] three = {seconds + "/b", seconds + "/c", seconds + "/d"};
            for (String[] models : new String[][] {{one}, three}) {
              assertThatThrownBy(() -> a.acquireModels(Duration.ofSeconds(seconds), models))
                  .as("%s s, %s models", seconds, models.length)
                  .isInstanceOfSatisfying(
                      LockTimeoutException.class,
                      timeout -> {
                        assertThat(timeout)
                            .hasMessageContaining("the store gave no usable answer (");
                        assertThat(timeout.isStoreSilent()).isTrue();
                      });
            }
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
          assertThat(scenario.state(a, "t/a")).isEqualTo("held");
          assertThat(scenario.state(a, "t/c")).isNotEqualTo("held");
          assertThat(told).hasSize(1);
          assertThat(told.get(0).kind()).isEqualTo(LockKind.MODEL);
          assertThat(told.get(0).name()).isEqualTo("t/b");
          held.close();
          run.join();
          assertThat(scenario.state(a, "t/c")).isEqualTo("released");
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
  default void aRunThatWaitsForAModelEndsAtItsDeadlineAndGivesBackTheOthers() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = b.acquireModels(Duration.ZERO, "t/b");
          for (int millis : List.of(0, 5_000)) {
            long start = scenario.simulation().nowNanos();
            LockTimeoutException over =
                a.failToAcquireModels(Duration.ofMillis(millis), "t/a", "t/b", "t/c");
            assertThat(scenario.simulation().nowNanos() - start)
                .isEqualTo(Duration.ofMillis(millis).toNanos());
            assertThat(over.lockKind()).isEqualTo(LockKind.MODEL);
            assertThat(over.lockName()).isEqualTo("t/b");
            assertThat(over)
                .hasMessageContaining("model lock \"t/b\" was not to be had")
                .hasMessageContaining("--model t/b --force --token");
            b.process().sleep(Duration.ofMillis(10));
            assertThat(scenario.state(a, "t/a")).isEqualTo("released");
          }
          held.ensureHeld();
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
            assertThat(scenario.state(a, "t/a")).isNotEqualTo("held");
            assertThat(scenario.state(a, "t/c")).isNotEqualTo("held");
          }
          held.ensureHeld();
        });
  }

  @Test
  default void whoIsInterruptedWhileOneOfSeveralIsAskedForGivesBackTheOthers() {
    playOnce(
        (scenario, a, b) -> {
          a.store().slow(request -> request.key().contains("t/c"), Duration.ofSeconds(3));
          SimulatedProcess.Task run =
              a.process()
                  .start(
                      "run",
                      () ->
                          assertThatThrownBy(
                                  () -> a.acquireModels(Duration.ofMinutes(1), "t/a", "t/b", "t/c"))
                              .isInstanceOf(InterruptedException.class));
          b.process().sleep(Duration.ofSeconds(1));
          assertThat(scenario.state(b, "t/a")).isEqualTo("held");
          run.interrupt();
          run.join();
          b.process().sleep(Duration.ofSeconds(20));
          for (String model : List.of("t/a", "t/b", "t/c")) {
            assertThat(scenario.state(b, model)).isNotEqualTo("held");
          }
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
  default void whatSortsAfterABusyModelIsNotAskedForAnyMore() {
    playOnce(
        (scenario, a, b) -> {
          b.acquireModels(Duration.ZERO, "t/m00");
          a.store().slow(Duration.ofMillis(50));
          a.failToAcquireModels(Duration.ofSeconds(2), fortyModels());
          // Those that were under way beside the first one.
          assertThat(a.store().count(Kind.CREATE)).isEqualTo(15);
        });
  }

  @Test
  default void whoWaitsForAModelHoldsNothingThatSortsAfterItAlsoWhereAnotherFails() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup busy = b.acquireModels(Duration.ZERO, "t/a");
          a.store().always(request -> request.key().contains("t/b"), Fate.LOST);
          SimulatedProcess.Task run =
              a.process()
                  .start(
                      "run",
                      () -> a.acquireModels(Duration.ofSeconds(60), "t/a", "t/b", "t/c").close());
          b.process().sleep(Duration.ofSeconds(10));
          assertThat(scenario.state(a, "t/c")).isNotEqualTo("held");
          a.store().heal();
          busy.close();
          run.join();
        });
  }

  @Test
  default void aStoreThatFailsForOneOfSeveralModelsIsToldOfInTheCallersThread() {
    playOnce(
        (scenario, a, b) -> {
          a.store().always(request -> request.key().contains("t/b"), Fate.LOST);
          Thread caller = Thread.currentThread();
          List<LockStatus> told = new ArrayList<>();
          assertThatThrownBy(
                  () ->
                      a.models()
                          .acquireModels(
                              List.of("t/a", "t/b"),
                              a.within(Duration.ofSeconds(10)),
                              status -> {
                                assertThat(Thread.currentThread()).isSameAs(caller);
                                told.add(status);
                              }))
              .isInstanceOf(LockTimeoutException.class);
          assertThat(told).extracting(LockStatus::name).containsExactly("t/b");
          assertThat(told.get(0).problem()).contains("planted", "trying again");
        });
  }

  @Test
  default void whatNoRetryCuresOfOneModelEndsAllAndGivesBackWhatWasTaken() {
    playOnce(
        (scenario, a, b) -> {
          a.store().slow(Duration.ofMillis(50));
          a.store().always(request -> request.key().contains("t/m00"), Fate.REFUSED);
          assertThatThrownBy(() -> a.acquireModels(Duration.ofSeconds(60), fortyModels()))
              .isInstanceOf(LockStoreException.class);
          a.process().sleep(Duration.ofSeconds(5));
          assertThat(a.store().count(Kind.CREATE)).isEqualTo(15);
          for (String model : fortyModels()) {
            assertThat(scenario.state(a, model)).isNotEqualTo("held");
          }
        });
  }

  private static String[] fortyModels() {
    return IntStream.range(0, 40).mapToObj(i -> String.format("t/m%02d", i)).toArray(String[]::new);
  }
}
