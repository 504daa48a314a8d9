package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockException;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Referee.Worker;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/**
 * Runs and structural commands against one another, with the real code stopped at each of its store
 * calls: a referee that believes nobody sees that they exclude one another, and all end.
 */
interface TwoLevelContract extends Contract {

  /** The models of the run in these tests. */
  private static String[] models() {
    return new String[] {"t/a", "t/b", "t/c"};
  }

  /** How many store calls a run on so many cold models makes to acquire them. */
  int CALLS_OF_A_RUN = 2 * 3 + 1;

  /** How many it makes to give them back. */
  int RELEASES_OF_A_RUN = 3;

  /** The same for a structural command where those models were never locked. */
  int CALLS_OF_A_STRUCTURAL_COMMAND = 4;

  /**
   * How many more it makes where one of them is free and one stale: a read of each, the write that
   * frees the stale one, and its own release.
   */
  int FURTHER_CALLS_OF_A_STRUCTURAL_COMMAND = 4;

  /** What may befall a process. */
  enum Fault {
    CRASH,
    STOP,
    SUSPEND,
    WALL_CLOCK_FORWARDS,
    WALL_CLOCK_BACKWARDS,
    FAST,
    SLOW;

    void befall(SimulatedProcess process) {
      switch (this) {
        case CRASH -> process.crash();
        case STOP -> process.stop(Duration.ofSeconds(90));
        case SUSPEND -> process.suspend(Duration.ofSeconds(90));
        case WALL_CLOCK_FORWARDS -> process.stepWallClock(Duration.ofHours(2));
        case WALL_CLOCK_BACKWARDS -> process.stepWallClock(Duration.ofHours(-2));
        case FAST -> process.drift(1.04);
        case SLOW -> process.drift(0.96);
      }
    }
  }

  /** Has something happen at the nth request of a process, before it is carried out. */
  private static void at(Party party, int nth, Runnable event) {
    int[] requests = {0};
    party
        .store()
        .always(
            request -> {
              if (requests[0]++ == nth) {
                event.run();
              }
              return false;
            },
            Fate.DONE);
  }

  private static SimulatedProcess.Task startRun(Referee referee, Party party, String... models) {
    return party
        .process()
        .start(
            "run",
            () -> {
              try {
                referee.work(
                    Worker.run(party.process().name(), models),
                    party.acquireModels(Duration.ofMinutes(10), models),
                    () -> party.process().sleep(Duration.ofSeconds(2)));
              } catch (LockLostException lost) {
                // It was stopped for longer than its lease while it worked.
              }
            });
  }

  private static SimulatedProcess.Task startStructural(Referee referee, Party party) {
    return party
        .process()
        .start(
            "structural",
            () -> {
              try {
                referee.work(
                    Worker.structural(party.process().name()),
                    party.acquireGlobal(Duration.ofMinutes(10)),
                    () -> party.process().sleep(Duration.ofSeconds(2)));
              } catch (LockLostException lost) {
                // As above.
              }
            });
  }

  /** What has happened before. */
  @FunctionalInterface
  interface Before {
    void play(Scenario scenario) throws Exception;
  }

  /** One model was locked and is free, another one's holder is dead. */
  private static void leaveOneFreeAndOneStale(Scenario scenario) throws Exception {
    scenario.newParty().acquireModels(Duration.ZERO, "t/a").close();
    Party dead = scenario.newPartyElsewhere();
    dead.acquireModels(Duration.ZERO, "t/b");
    dead.process().crash();
    scenario.medium().age(Scenario.keyOf("t/b"), Duration.ofMinutes(2));
  }

  /** Plays a run and a structural command; something happens at the nth call of one of them. */
  private void duel(
      boolean runIsFirst, int nth, Duration latency, BiConsumer<Scenario, Party> event) {
    duel(scenario -> {}, runIsFirst, nth, latency, event);
  }

  /** The same after something else. */
  private void duel(
      Before before,
      boolean runIsFirst,
      int nth,
      Duration latency,
      BiConsumer<Scenario, Party> event) {
    play(
        (scenario, a, b) -> {
          before.play(scenario);
          Referee referee = new Referee();
          Party run = scenario.newParty();
          Party structural = scenario.newParty();
          Party watched = runIsFirst ? run : structural;
          run.store().slow(latency);
          structural.store().slow(latency);
          List<SimulatedProcess.Task> tasks = new ArrayList<>();
          at(
              watched,
              nth,
              () -> {
                event.accept(scenario, watched);
                tasks.add(
                    runIsFirst
                        ? startStructural(referee, structural)
                        : startRun(referee, run, models()));
              });
          SimulatedProcess.Task first =
              runIsFirst ? startRun(referee, run, models()) : startStructural(referee, structural);
          for (int i = 0; tasks.isEmpty(); i++) {
            assertThat(i).as("the call was never made").isLessThan(10_000);
            a.process().sleep(Duration.ofMillis(1));
          }
          tasks.get(0).join();
          if (watched.process().canRun(Long.MAX_VALUE)) {
            first.join();
            assertThat(referee.worked()).isEqualTo(2);
          }
          a.acquireGlobal(Duration.ofMinutes(2)).close();
          a.acquireModels(Duration.ofSeconds(1), models()).close();
        });
  }

  @Test
  default void theGlobalLockMayAppearAtAnyStoreCallOfARun() {
    for (int nth = 0; nth < CALLS_OF_A_RUN; nth++) {
      duel(true, nth, Duration.ZERO, (scenario, run) -> run.process().stop(Duration.ofSeconds(9)));
      // The same after the call was carried out, before it is answered.
      duel(
          true,
          nth,
          Duration.ofMillis(20),
          (scenario, run) ->
              scenario
                  .simulation()
                  .later(Duration.ofMillis(15), () -> run.process().stop(Duration.ofSeconds(9))));
    }
  }

  @Test
  default void aRunMayAppearAtAnyStoreCallOfAStructuralCommand() {
    for (int nth = 0; nth < CALLS_OF_A_STRUCTURAL_COMMAND; nth++) {
      duel(false, nth, Duration.ZERO, (scenario, s) -> s.process().stop(Duration.ofSeconds(9)));
      duel(
          false,
          nth,
          Duration.ofMillis(20),
          (scenario, s) ->
              scenario
                  .simulation()
                  .later(Duration.ofMillis(15), () -> s.process().stop(Duration.ofSeconds(9))));
    }
  }

  @Test
  default void whateverBefallsARunAtAnyOfItsStoreCallsAllOthersGoOn() {
    for (Fault fault : Fault.values()) {
      for (int nth = first(fault);
          nth < CALLS_OF_A_RUN + RELEASES_OF_A_RUN;
          nth += oneInSoManyPairs()) {
        duel(true, nth, Duration.ZERO, (scenario, run) -> fault.befall(run.process()));
      }
    }
  }

  private int first(Fault fault) {
    return List.of(Fault.values()).indexOf(fault) % oneInSoManyPairs();
  }

  @Test
  default void whateverBefallsAStructuralCommandAtAnyOfItsStoreCallsAllOthersGoOn() {
    for (Fault fault : Fault.values()) {
      for (int nth = first(fault); nth < CALLS_OF_A_STRUCTURAL_COMMAND; nth += oneInSoManyPairs()) {
        duel(false, nth, Duration.ZERO, (scenario, s) -> fault.befall(s.process()));
      }
      int calls = CALLS_OF_A_STRUCTURAL_COMMAND + FURTHER_CALLS_OF_A_STRUCTURAL_COMMAND;
      for (int nth = first(fault); nth < calls; nth += oneInSoManyPairs()) {
        duel(
            TwoLevelContract::leaveOneFreeAndOneStale,
            false,
            nth,
            Duration.ZERO,
            (scenario, s) -> fault.befall(s.process()));
      }
    }
  }

  @Test
  default void aWriteThatIsLostOrAnsweredLateLetsNobodyInBesideAnother() {
    for (Fate fate : List.of(Fate.LOST, Fate.ANSWER_LOST, Fate.CONFLICT, Fate.LATE)) {
      for (int nth = 0; nth < CALLS_OF_A_RUN; nth++) {
        int which = nth;
        play(
            (scenario, a, b) -> {
              Referee referee = new Referee();
              int[] requests = {0};
              a.store()
                  .always(
                      request -> {
                        boolean chosen = requests[0]++ == which;
                        if (chosen) {
                          a.store().letLateOnesLandIn(Duration.ofMillis(700));
                        }
                        return chosen && request.kind() != Kind.READ;
                      },
                      fate);
              SimulatedProcess.Task run = startRun(referee, a, models());
              SimulatedProcess.Task structural = startStructural(referee, b);
              run.join();
              structural.join();
              assertThat(referee.worked()).isEqualTo(2);
            });
      }
    }
  }

  private static String[] someModels(Random random) {
    Set<String> models = new TreeSet<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      models.add("t/m" + random.nextInt(4));
    }
    return models.toArray(new String[0]);
  }

  private static void workAtRandom(Referee referee, Party party, Random random, boolean structural)
      throws Exception {
    String name = party.process().name();
    for (int round = 0; round < 4; round++) {
      party.process().sleep(Duration.ofMillis(random.nextInt(2_000)));
      String[] models = someModels(random);
      LeaseGroup group =
          structural
              ? party.acquireGlobal(Duration.ofHours(1))
              : party.acquireModels(Duration.ofHours(1), models);
      referee.work(
          structural ? Worker.structural(name) : Worker.run(name, models),
          group,
          () -> party.process().sleep(Duration.ofMillis(random.nextInt(3_000))));
    }
  }

  private void crowd(double failing) {
    play(
        (scenario, a, b) -> {
          Referee referee = new Referee();
          Random random = scenario.simulation().random;
          List<SimulatedProcess.Task> tasks = new ArrayList<>();
          List<Party> parties = new ArrayList<>(List.of(a, b));
          for (int i = 0; i < 4; i++) {
            parties.add(scenario.newParty());
          }
          for (int i = 0; i < parties.size(); i++) {
            Party party = parties.get(i);
            boolean structural = i % 3 == 2;
            party.store().slow(Duration.ofMillis(random.nextInt(60)));
            for (Fate fate :
                List.of(Fate.NOT_APPLIED, Fate.LOST, Fate.ANSWER_LOST, Fate.CONFLICT)) {
              party.store().always(request -> random.nextDouble() < failing / 4, fate);
            }
            tasks.add(
                party
                    .process()
                    .start("worker", () -> workAtRandom(referee, party, random, structural)));
          }
          for (SimulatedProcess.Task task : tasks) {
            task.join();
          }
          assertThat(referee.worked()).isEqualTo(4 * parties.size());
        });
  }

  @Test
  default void manyRunsAndStructuralCommandsExcludeOneAnotherAndAllEnd() {
    crowd(0);
  }

  @Test
  default void theyDoSoToOnAStoreThatFailsNowAndThen() {
    crowd(0.05);
  }

  @Test
  default void familiesOfRunsAndStructuralCommandsExcludeOneAnotherAndAllEnd() {
    play(
        (scenario, a, b) -> {
          Referee referee = new Referee();
          List<SimulatedProcess.Task> tasks = new ArrayList<>();
          for (int family = 0; family < 3; family++) {
            int number = family;
            Party parent = scenario.newParty();
            Party child = scenario.newParty();
            Party grandchild = scenario.newParty();
            tasks.add(
                parent
                    .process()
                    .start(
                        "parent",
                        () -> {
                          for (int round = 0; round < 3; round++) {
                            familyRound(referee, number, parent, child, grandchild);
                          }
                        }));
          }
          for (Party party : List.of(a, b)) {
            tasks.add(
                party
                    .process()
                    .start(
                        "structural",
                        () -> {
                          for (int round = 0; round < 3; round++) {
                            referee.work(
                                Worker.structural(party.process().name()),
                                party.acquireGlobal(Duration.ofSeconds(40)),
                                () -> party.process().sleep(Duration.ofMillis(500)));
                          }
                        }));
          }
          for (SimulatedProcess.Task task : tasks) {
            task.join();
          }
          assertThat(referee.worked()).isEqualTo(3 * 3 * 3 + 2 * 3);
        });
  }

  /** A parent waits for its child, and that for its own. */
  private static void familyRound(
      Referee referee, int number, Party parent, Party child, Party grandchild) throws Exception {
    Worker one = Worker.run("parent" + number, "t/a" + number);
    Worker two = one.child("child" + number, "t/b");
    Worker three = two.child("grandchild" + number, "t/c");
    LeaseGroup held = parent.acquireModels(Duration.ofMinutes(10), "t/a" + number);
    referee.work(
        one,
        held,
        () ->
            child
                .process()
                .start(
                    "child",
                    () -> {
                      LeaseGroup below =
                          child
                              .models(held)
                              .acquireModels(
                                  two.models(), child.within(Duration.ofMinutes(5)), told -> {});
                      referee.work(
                          two,
                          below,
                          () ->
                              grandchild
                                  .process()
                                  .start(
                                      "grandchild",
                                      () ->
                                          referee.work(
                                              three,
                                              grandchild
                                                  .models(below)
                                                  .acquireModels(
                                                      three.models(),
                                                      grandchild.within(Duration.ofMinutes(5)),
                                                      told -> {}),
                                              () ->
                                                  grandchild
                                                      .process()
                                                      .sleep(Duration.ofMillis(700))))
                                  .join());
                    })
                .join());
  }

  @Test
  default void aStoreThatDoesNotAnswerEndsBothAtTheirDeadlines() {
    for (Kind kind : Kind.values()) {
      playOnce(
          (scenario, a, b) -> {
            a.store().always(request -> request.kind() == kind, Fate.NO_ANSWER);
            for (boolean structural : List.of(true, false)) {
              long start = scenario.simulation().nowNanos();
              try {
                Duration wait = Duration.ofSeconds(13);
                (structural ? a.acquireGlobal(wait) : a.acquireModels(wait, models())).abandon();
              } catch (LockException over) {
                // Kinds that are needed.
              }
              assertThat(scenario.simulation().nowNanos() - start)
                  .isLessThanOrEqualTo(Duration.ofMillis(13_100).toNanos());
            }
          });
    }
  }

  @Test
  default void whoWasStoppedOverItsLastAnswerStartsOver() {
    for (boolean structural : List.of(true, false)) {
      play(
          (scenario, a, b) -> {
            Referee referee = new Referee();
            Party late = scenario.newParty();
            LockOptions options = late.within(Duration.ofMinutes(5)).withTtl(Duration.ofSeconds(2));
            late.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
            Runnable stop = () -> late.process().stop(Duration.ofSeconds(9));
            if (structural) {
              at(late, CALLS_OF_A_STRUCTURAL_COMMAND - 1, stop);
            } else {
              // Once the global lock was read, before that is answered.
              late.store().slow(Duration.ofMillis(20));
              at(
                  late,
                  CALLS_OF_A_RUN - 1,
                  () -> scenario.simulation().later(Duration.ofMillis(15), stop));
            }
            SimulatedProcess.Task stopped =
                late.process()
                    .start(
                        "late",
                        () ->
                            referee.work(
                                structural
                                    ? Worker.structural("late")
                                    : Worker.run("late", models()),
                                structural
                                    ? late.models().acquireGlobal(options, told -> {})
                                    : late.models()
                                        .acquireModels(List.of(models()), options, told -> {}),
                                () -> late.process().sleep(Duration.ofSeconds(1))));
            a.process().sleep(Duration.ofSeconds(1));
            referee.work(
                Worker.structural("a"),
                a.acquireGlobal(Duration.ofSeconds(60)),
                () -> a.process().sleep(Duration.ofSeconds(20)));
            assertThat(stopped.isDone()).isFalse();
            stopped.join();
            assertThat(referee.worked()).isEqualTo(2);
          });
    }
  }
}
