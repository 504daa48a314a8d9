package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Claims;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.Namespace;
import dev.fen.lock.ReleasedVersions;
import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Structural commands, which have all models of a namespace to themselves. */
interface StructuralContract extends Contract {

  private static LockTimeoutException failToAcquire(Party party, Duration wait) {
    return Assertions.catchThrowableOfType(
        LockTimeoutException.class, () -> party.acquireGlobal(wait));
  }

  @Test
  default void itsPriceIsTwoRequestsAndTwoListingsAndAReadOfEachLockThatIsNotKnownAsReleased() {
    play(
        (scenario, a, b) -> {
          b.acquireModels(Duration.ZERO, "t/a", "t/b", "t/c").close();
          ReleasedVersions known = ReleasedVersions.inMemory();
          a.locks().models(Claims.NONE, known).acquireGlobal().close();
          assertThat(a.store().count(Kind.LIST)).isEqualTo(2);
          assertThat(a.store().count(Kind.READ)).isEqualTo(3 + 1);
          assertThat(a.store().history()).hasSize(2 + 3 + 2 + 1);
          // What is remembered holds for another process, too.
          Party next = scenario.newParty();
          b.acquireModels(Duration.ZERO, "t/b").close();
          LeaseGroup group = next.locks().models(Claims.NONE, known).acquireGlobal();
          assertThat(next.store().history())
              .extracting(FaultyRegisterStore.Request::kind)
              .containsExactlyInAnyOrder(Kind.LIST, Kind.READ, Kind.READ, Kind.REPLACE, Kind.LIST);
          assertThat(next.store().count(Kind.READ, Scenario.keyOf("t/b"))).isEqualTo(1);
          next.store().clearHistory();
          group.close();
          assertThat(next.store().history()).hasSize(1);
        });
  }

  @Test
  default void sixteenModelsAreReadAtATime() {
    playOnce(
        (scenario, a, b) -> {
          b.models()
              .acquireModels(IntStream.range(0, 32).mapToObj(i -> "t/m" + i).toList())
              .close();
          a.store().slow(request -> request.kind() == Kind.READ, Duration.ofMillis(100));
          long start = scenario.simulation().nowNanos();
          a.acquireGlobal(Duration.ofSeconds(60));
          // Two rounds of reads, and that of the global lock.
          assertThat(scenario.simulation().nowNanos() - start)
              .isEqualTo(Duration.ofMillis(300).toNanos());
        });
  }

  @Test
  default void itKeepsNoRunOutForTheFirstHalfOfItsTimeAndNewOnesForTheSecond() {
    play(
        (scenario, a, b) -> {
          Party s = scenario.newParty();
          LeaseGroup busy = b.acquireModels(Duration.ZERO, "t/b");
          List<LockStatus> told = new ArrayList<>();
          SimulatedProcess.Task structural =
              s.process()
                  .start(
                      "structural",
                      () ->
                          s.models()
                              .acquireGlobal(s.within(Duration.ofSeconds(60)), told::add)
                              .close());
          a.process().sleep(Duration.ofSeconds(29));
          a.acquireModels(Duration.ZERO, "t/a").close();
          assertThat(scenario.body(a, Scenario.GLOBAL)).isEmpty();
          a.process().sleep(Duration.ofSeconds(3));
          assertThat(scenario.body(a, Scenario.GLOBAL)).contains("\"held\"");
          assertThatThrownBy(() -> a.acquireModels(Duration.ofSeconds(1), "t/a"))
              .isInstanceOf(LockTimeoutException.class);
          busy.close();
          structural.join();
          assertThat(told).isNotEmpty().allMatch(status -> status.name().equals("t/b"));
          assertThat(told).hasSize(1);
        });
  }

  @Test
  default void whenItsTimeIsOverItNamesEveryLockItWaitedForAndGivesTheGlobalOneBack() {
    play(
        (scenario, a, b) -> {
          LeaseGroup busy = b.acquireModels(Duration.ZERO, "t/a", "t/b");
          Party c = scenario.newParty();
          LeaseGroup third = c.acquireModels(Duration.ZERO, "u/c");
          for (int millis : List.of(0, 7_000, 40_000)) {
            long start = scenario.simulation().nowNanos();
            a.store().clearHistory();
            LockTimeoutException over = failToAcquire(a, Duration.ofMillis(millis));
            long end = scenario.simulation().nowNanos();
            assertThat(end - start).isEqualTo(Duration.ofMillis(millis).toNanos());
            if (millis > 0) {
              // Nothing is asked for the sake of the error.
              assertThat(a.store().history())
                  .filteredOn(request -> request.kind() != Kind.REPLACE)
                  .allMatch(request -> request.atNanos() < end);
            }
            assertThat(over.lockKind()).isEqualTo(LockKind.GLOBAL);
            assertThat(over.waitedFor())
                .extracting(LockStatus::name)
                .containsExactly("t/a", "t/b", "u/c");
            assertThat(over)
                .hasMessageContaining("3 models are locked")
                .hasMessageContaining("model lock \"t/a\": held by p1@host")
                .hasMessageContaining("model lock \"u/c\": held by p2@host")
                .hasMessageContaining("to wait longer: --wait ")
                .hasMessageContaining("--model u/c --force --token");
            a.process().sleep(Duration.ofMillis(10));
            assertThat(scenario.body(a, Scenario.GLOBAL)).doesNotContain("\"held\"");
          }
          busy.ensureHeld();
          third.ensureHeld();
        });
  }

  @Test
  default void aStaleModelLockIsTakenOverAndLeftReleasedSoThatItsLateHolderLosesIt() {
    play(
        (scenario, a, b) -> {
          Party late = scenario.newPartyElsewhere();
          LeaseGroup left = late.acquireModels(Duration.ZERO, "t/a", "t/b");
          late.process().stop(Duration.ofSeconds(80));
          LeaseGroup group = a.acquireGlobal(Duration.ofSeconds(60));
          assertThat(scenario.simulation().nowNanos()).isLessThan(Duration.ofSeconds(34).toNanos());
          assertThat(scenario.body(a, Scenario.keyOf("t/a"))).contains("\"released\"");
          assertThat(scenario.body(a, Scenario.keyOf("t/b"))).contains("\"released\"");
          a.process().sleep(Duration.ofSeconds(60));
          assertThatThrownBy(left::ensureHeld).isInstanceOf(LockLostException.class);
          assertThat(scenario.body(a, Scenario.keyOf("t/a"))).contains("\"released\"");
          group.ensureHeld();
        });
  }

  @Test
  default void howAliveAHolderIsItTellsByTheLastLook() {
    playOnce(
        (scenario, a, b) -> {
          b.acquireModels(Duration.ZERO, "t/a");
          // The holder renews every 10 s.
          LockStatus seen = failToAcquire(a, Duration.ofSeconds(38)).waitedFor().get(0);
          assertThat(seen.renewedAgo().orElseThrow()).isLessThan(Duration.ofSeconds(11));
        });
  }

  @Test
  default void whileItWaitsForTheFirstItLooksAtTheOthersNowAndThen() {
    play(
        (scenario, a, b) -> {
          b.acquireModels(Duration.ZERO, "t/a");
          Party c = scenario.newParty();
          LeaseGroup left = c.acquireModels(Duration.ZERO, "t/c");
          Party dead = scenario.newPartyElsewhere();
          dead.process()
              .start(
                  "dead",
                  () -> {
                    dead.process().sleep(Duration.ofSeconds(20));
                    dead.acquireModels(Duration.ZERO, "t/b");
                    dead.process().crash();
                  });
          SimulatedProcess.Task late =
              c.process()
                  .start(
                      "late",
                      () -> {
                        c.process().sleep(Duration.ofSeconds(50));
                        left.close();
                      });
          LockTimeoutException over = failToAcquire(a, Duration.ofSeconds(80));
          assertThat(late.isDone()).isTrue();
          assertThat(over.waitedFor()).extracting(LockStatus::name).containsExactly("t/a");
          assertThat(scenario.body(a, Scenario.keyOf("t/b"))).contains("\"released\"");
        });
  }

  @Test
  default void aLongWaitForTheFirstCostsAPassEveryFewSeconds() {
    playOnce(
        (scenario, a, b) -> {
          b.acquireModels(Duration.ZERO, "t/a", "t/b", "t/c");
          failToAcquire(a, Duration.ofSeconds(60));
          assertThat(a.store().count(Kind.LIST)).isBetween(12L, 16L);
          assertThat(a.store().count(Kind.READ, Scenario.keyOf("t/c"))).isBetween(12L, 16L);
          // The first one is polled every 250 to 500 ms, as before.
          assertThat(a.store().count(Kind.READ, Scenario.keyOf("t/a"))).isLessThan(60 * 4);
        });
  }

  @Test
  default void aStaleModelLockThatCannotBeWrittenIsNotPassedOver() {
    play(
        (scenario, a, b) -> {
          Party dead = scenario.newPartyElsewhere();
          dead.acquireModels(Duration.ZERO, "t/a");
          dead.process().crash();
          scenario.medium().age(Scenario.keyOf("t/a"), Duration.ofMinutes(2));
          a.store().always(request -> request.key().contains("t/a"), Fate.NOT_APPLIED);
          assertThat(failToAcquire(a, Duration.ofSeconds(20))).hasMessageContaining("planted");
          a.store().heal();
          a.store()
              .always(
                  request -> request.kind() == Kind.REPLACE && request.key().contains("t/a"),
                  Fate.LOST);
          assertThat(failToAcquire(a, Duration.ofSeconds(20)).waitedFor())
              .extracting(LockStatus::state)
              .containsExactly(LockStatus.State.STALE);
          a.store().heal();
          a.acquireGlobal(Duration.ofSeconds(20)).close();
        });
  }

  @Test
  default void whyAStaleModelLockIsNotTakenOverIsToldWhileItWaitsAndInTheEnd() {
    play(
        (scenario, a, b) -> {
          Party dead = scenario.newPartyElsewhere();
          dead.acquireModels(Duration.ZERO, "t/a");
          dead.process().crash();
          scenario.medium().age(Scenario.keyOf("t/a"), Duration.ofMinutes(2));
          a.store()
              .always(
                  request -> request.kind() == Kind.REPLACE && request.key().contains("t/a"),
                  Fate.NOT_APPLIED);
          List<LockStatus> told = new ArrayList<>();
          assertThatThrownBy(
                  () -> a.models().acquireGlobal(a.within(Duration.ofSeconds(20)), told::add))
              .isInstanceOfSatisfying(
                  LockTimeoutException.class, over -> assertThat(over.waitedFor()).hasSize(1))
              .hasMessageContaining("planted");
          assertThat(told).hasSize(1);
          assertThat(told.get(0).problem()).contains("planted", "trying again");
        });
  }

  @Test
  default void whatNobodyCanHaveLockedKeepsNoStructuralCommandWaitingAndIsNoLock() {
    playOnce(
        (scenario, a, b) -> {
          for (String stray : List.of("locks/models/top.lock", "locks/models/-a/b.lock")) {
            scenario.medium().overwrite(new RegisterKey(stray), "rubbish");
          }
          a.acquireGlobal(Duration.ZERO).close();
          assertThat(a.locks().listAll())
              .extracting(LockStatus::kind)
              .containsExactly(LockKind.GLOBAL);
        });
  }

  /** A service on whose store every listing shows this. */
  private static LockService listing(Party a, ListResult.Entry entry) {
    RegisterStore store =
        new ForwardingRegisterStore(a.store()) {
          @Override
          public ListResult list(String prefix) {
            return new ListResult.Listed(List.of(entry));
          }
        };
    return new LockService(
        store, a.locks().defaults().withMaxWait(Duration.ofSeconds(10)), a.process());
  }

  @Test
  default void whatMayBeBelowAFolderThatCannotBeLookedIntoIsNotTakenForReleased() {
    play(
        (scenario, a, b) -> {
          ListResult.Entry folder =
              new ListResult.Entry(new RegisterKey("locks/models/t"), ListResult.NOT_LOOKED_INTO);
          try (LockService locks = listing(a, folder)) {
            assertThatThrownBy(() -> locks.models().acquireGlobal())
                .isInstanceOf(LockTimeoutException.class)
                .hasMessageContaining("locks/models/t in ")
                .isInstanceOfSatisfying(
                    LockTimeoutException.class, e -> assertThat(e.isStoreSilent()).isFalse());
            assertThatThrownBy(locks::listAll)
                .isInstanceOf(LockStoreException.class)
                .hasMessageContaining("locks/models/t in ");
          }
        });
  }

  @Test
  default void whatCannotBeLookedIntoAndHasNoLocksBelowHindersNobody() {
    play(
        (scenario, a, b) -> {
          for (String key :
              List.of("locks/lost+found", "locks/models/t/a.lock/x", "locks/models/a.lock")) {
            ListResult.Entry folder =
                new ListResult.Entry(new RegisterKey(key), ListResult.NOT_LOOKED_INTO);
            try (LockService locks = listing(a, folder)) {
              locks.models().acquireGlobal().close();
              assertThat(locks.listAll()).as(key).isEmpty();
            }
          }
        });
  }

  @Test
  default void aLockThatIsListedAndNeverThereIsNamed() {
    play(
        (scenario, a, b) -> {
          ListResult.Entry lost =
              new ListResult.Entry(new RegisterKey("locks/models/t/a.lock"), new Version("lost"));
          try (LockService locks = listing(a, lost)) {
            assertThatThrownBy(() -> locks.models().acquireGlobal())
                .isInstanceOf(LockTimeoutException.class)
                .hasMessageContaining(
                    "the record of the model lock \"t/a\" was removed while it was looked at");
          }
        });
  }

  @Test
  default void whatCannotBeReadOrListedNeverCountsAsReleased() {
    play(
        (scenario, a, b) -> {
          b.acquireModels(Duration.ZERO, "t/a").close();
          a.store().always(request -> request.key().contains("t/a"), Fate.LOST);
          assertThat(failToAcquire(a, Duration.ofSeconds(10))).hasMessageContaining("planted");
          a.store().heal();
          a.store().always(request -> request.kind() == Kind.LIST, Fate.LOST);
          assertThat(failToAcquire(a, Duration.ofSeconds(10)))
              .hasMessageContaining("planted")
              .returns(false, LockTimeoutException::isStoreSilent);
          a.process().sleep(Duration.ofMillis(1));
          assertThat(failToAcquire(a, Duration.ZERO).isStoreSilent()).isTrue();
          a.store().heal();
          a.store().always(request -> request.kind() == Kind.LIST, Fate.NO_ANSWER);
          long start = scenario.simulation().nowNanos();
          assertThat(failToAcquire(a, Duration.ofSeconds(12))).isNotNull();
          assertThat(scenario.simulation().nowNanos() - start)
              .isLessThanOrEqualTo(Duration.ofMillis(12_100).toNanos());
          a.store().heal();
          scenario.medium().overwrite(Scenario.keyOf("t/a"), "rubbish");
          assertThat(failToAcquire(a, Duration.ofSeconds(10)).waitedFor())
              .extracting(LockStatus::state)
              .containsExactly(LockStatus.State.UNREADABLE);
          a.acquireGlobal(Duration.ofSeconds(60)).close();
          scenario.medium().overwrite(Scenario.keyOf("t/a"), "{\"format\":2}");
          assertThatThrownBy(() -> a.acquireGlobal(Duration.ofSeconds(60)))
              .isInstanceOf(LockStoreException.class)
              .hasMessageContaining("newer Fen");
        });
  }

  @Test
  default void aPassInWhichAListedLockIsGoneIsNoneOfTheTwo() {
    playOnce(
        (scenario, a, b) -> {
          b.acquireModels(Duration.ZERO, "t/b").close();
          a.store().slow(request -> request.kind() == Kind.READ, Duration.ofMillis(100));
          SimulatedProcess.Task structural =
              a.process().start("structural", () -> a.acquireGlobal(Duration.ofSeconds(10)));
          b.process().sleep(Duration.ofMillis(20));
          scenario.medium().remove(Scenario.keyOf("t/b"));
          structural.join();
          assertThat(a.store().count(Kind.READ, Scenario.keyOf("t/b"))).isEqualTo(1);
          assertThat(a.store().count(Kind.LIST)).isEqualTo(3);
        });
  }

  @Test
  default void whatNoRetryCuresOfAListingEndsItAtOnce() {
    playOnce(
        (scenario, a, b) -> {
          a.store().always(request -> request.kind() == Kind.LIST, Fate.REFUSED);
          long start = scenario.simulation().nowNanos();
          assertThatThrownBy(() -> a.acquireGlobal(Duration.ofSeconds(60)))
              .isInstanceOf(LockStoreException.class);
          assertThat(scenario.simulation().nowNanos()).isEqualTo(start);
        });
  }

  @Test
  default void whoIsOutOfTimeReadsNoFurtherLock() {
    playOnce(
        (scenario, a, b) -> {
          b.models()
              .acquireModels(IntStream.range(0, 100).mapToObj(i -> "t/m" + i).toList())
              .close();
          a.store().slow(request -> request.kind() == Kind.READ, Duration.ofSeconds(3));
          assertThat(failToAcquire(a, Duration.ZERO))
              .hasMessageContaining("the time to look at all model locks was over before");
          long end = scenario.simulation().nowNanos();
          a.process().sleep(Duration.ofSeconds(30));
          assertThat(a.store().history()).allMatch(request -> request.atNanos() <= end);
        });
  }

  @Test
  default void whoeverWasSeenToHoldALockIsNamedThoughTheStoreTellsNothingOfItInTheEnd() {
    for (Kind kind : List.of(Kind.READ, Kind.LIST)) {
      for (Fate fate : List.of(Fate.LOST, Fate.NO_ANSWER)) {
        playOnce(
            (scenario, a, b) -> {
              b.acquireModels(Duration.ZERO, "t/a", "t/b", "t/c");
              long late = scenario.simulation().nowNanos() + Duration.ofSeconds(14).toNanos();
              a.store()
                  .always(
                      request ->
                          request.atNanos() >= late
                              && request.kind() == kind
                              && (kind == Kind.LIST || request.key().contains("t/b")),
                      fate);
              LockTimeoutException over = failToAcquire(a, Duration.ofSeconds(20));
              assertThat(over.waitedFor())
                  .extracting(LockStatus::name)
                  .containsExactly("t/a", "t/b", "t/c");
              assertThat(over)
                  .hasMessageContaining("3 models are locked")
                  .hasMessageContaining("model lock \"t/b\": held by p1@host");
            });
      }
    }
  }

  @Test
  default void passesThatAreCleanInOtherVersionsEachTimeCostGrowingPauses() {
    playOnce(
        (scenario, a, b) -> {
          b.acquireModels(Duration.ZERO, "t/a").close();
          String body = scenario.body(b, Scenario.keyOf("t/a"));
          int[] passes = {0};
          a.store()
              .always(
                  request -> {
                    if (request.kind() == Kind.LIST) {
                      passes[0]++;
                      scenario
                          .medium()
                          .overwrite(
                              Scenario.keyOf("t/a"),
                              body.replace("\"revision\":2", "\"revision\":" + (2 + passes[0])));
                    }
                    return false;
                  },
                  Fate.DONE);
          assertThat(failToAcquire(a, Duration.ofSeconds(20)))
              .hasMessageContaining("model locks were taken and given back again and again");
          assertThat(passes[0]).isBetween(6, 20);
        });
  }

  @Test
  default void whoLostTheGlobalLockOverItsLastListingPausesBeforeItAsksAgain() {
    playOnce(
        (scenario, a, b) -> {
          long[] goesOn = {0};
          a.store()
              .always(
                  request -> {
                    if (goesOn[0] == 0
                        && request.kind() == Kind.LIST
                        && a.store().count(Kind.CREATE, Scenario.GLOBAL) == 1) {
                      goesOn[0] = request.atNanos() + Duration.ofSeconds(9).toNanos();
                      a.process().stop(Duration.ofSeconds(9));
                    }
                    return false;
                  },
                  Fate.DONE);
          LockOptions options = a.within(Duration.ofSeconds(60)).withTtl(Duration.ofSeconds(2));
          a.models().acquireGlobal(options, told -> {}).close();
          assertThat(goesOn[0]).isPositive();
          assertThat(a.store().history())
              .filteredOn(
                  request ->
                      request.kind() == Kind.REPLACE
                          && String.valueOf(request.body()).contains("\"held\"")
                          && request.atNanos() >= goesOn[0])
              .isNotEmpty()
              .allMatch(
                  request -> request.atNanos() >= goesOn[0] + Duration.ofMillis(200).toNanos());
        });
  }

  @Test
  default void aStoreThatFailsIsToldOfOnceWhileItWaits() {
    for (Kind kind : List.of(Kind.READ, Kind.LIST)) {
      playOnce(
          (scenario, a, b) -> {
            b.acquireModels(Duration.ZERO, "t/a").close();
            a.store().always(request -> request.kind() == kind, Fate.LOST);
            List<LockStatus> told = new ArrayList<>();
            assertThatThrownBy(
                    () -> a.models().acquireGlobal(a.within(Duration.ofSeconds(20)), told::add))
                .isInstanceOf(LockTimeoutException.class);
            // The global lock's own record is not read in the end, either.
            assertThat(told).hasSize(kind == Kind.LIST ? 1 : 2);
            assertThat(told.get(0).kind()).isEqualTo(LockKind.GLOBAL);
            assertThat(told.get(0).problem()).contains("planted", "trying again");
          });
    }
  }

  @Test
  default void structuralCommandsExcludeOneAnother() {
    play(
        (scenario, a, b) -> {
          Referee referee = new Referee();
          List<SimulatedProcess.Task> tasks = new ArrayList<>();
          for (Party party : List.of(a, b, scenario.newParty())) {
            tasks.add(
                party
                    .process()
                    .start(
                        "structural",
                        () -> {
                          for (int round = 0; round < 3; round++) {
                            referee.work(
                                Referee.Worker.structural(party.process().name()),
                                party.acquireGlobal(Duration.ofMinutes(2)),
                                () -> party.process().sleep(Duration.ofMillis(700)));
                          }
                        }));
          }
          for (SimulatedProcess.Task task : tasks) {
            task.join();
          }
          assertThat(referee.worked()).isEqualTo(9);
        });
  }

  @Test
  default void whoLosesTheGlobalLockWhileItWaitsStartsOverAndEndsInTime() {
    play(
        (scenario, a, b) -> {
          LeaseGroup busy = b.acquireModels(Duration.ZERO, "t/a");
          SimulatedProcess.Task structural =
              a.process()
                  .start("structural", () -> a.acquireGlobal(Duration.ofSeconds(60)).close());
          b.process().sleep(Duration.ofSeconds(35));
          b.models().forceReleaseGlobal(java.util.OptionalLong.empty());
          b.process().sleep(Duration.ofSeconds(12));
          busy.close();
          structural.join();
          assertThat(a.store().count(Kind.CREATE, Scenario.GLOBAL)).isEqualTo(1);
        });
  }

  @Test
  default void aStreamOfStructuralCommandsLeavesRunsAChance() {
    play(
        (scenario, a, b) -> {
          SimulatedProcess.Task stream =
              b.process()
                  .start(
                      "stream",
                      () -> {
                        while (true) {
                          LeaseGroup group = b.acquireGlobal(Duration.ofMinutes(2));
                          b.process().sleep(Duration.ofSeconds(3));
                          group.close();
                        }
                      });
          a.process().sleep(Duration.ofSeconds(1));
          for (int run = 0; run < 10; run++) {
            a.acquireModels(Duration.ofSeconds(60), "t/a", "t/b", "t/c").close();
            a.process().sleep(Duration.ofSeconds(1));
          }
          assertThat(stream.isDone()).isFalse();
        });
  }

  @Test
  default void afterItsReleaseAStructuralCommandPauses() {
    play(
        (scenario, a, b) -> {
          LeaseGroup group = a.acquireGlobal(Duration.ZERO);
          long start = scenario.simulation().nowNanos();
          group.close();
          assertThat(scenario.simulation().nowNanos() - start)
              .isBetween(Duration.ofMillis(500).toNanos(), Duration.ofMillis(1_000).toNanos());
          group.close();
          assertThat(scenario.body(a, Scenario.GLOBAL)).contains("\"released\"");
        });
  }

  @Test
  default void namespacesNeverWaitForEachOther() {
    play(
        (scenario, a, b) -> {
          LeaseGroup structural = a.acquireGlobal(Duration.ZERO);
          LockService other =
              new LockService(b.store(), new Namespace("team-x"), LockOptions.of("x"), b.process());
          LockOptions now = LockOptions.of("x").withMaxWait(Duration.ZERO);
          LeaseGroup run = other.models().acquireModels(List.of("t/a"), now, status -> {});
          assertThat(
                  scenario.body(
                      b, new dev.fen.lock.store.RegisterKey("team-x/locks/models/t/a.lock")))
              .contains("\"held\"");
          structural.ensureHeld();
          structural.close();
          // The run of the other namespace is nobody that a structural command of this one sees.
          LeaseGroup again = a.acquireGlobal(Duration.ZERO);
          assertThatThrownBy(() -> other.models().acquireGlobal(now, status -> {}))
              .isInstanceOf(LockTimeoutException.class)
              .hasMessageContaining("model lock \"t/a\" of namespace \"team-x\"")
              .hasMessageContaining("--namespace team-x");
          assertThat(other.models().list()).extracting(LockStatus::name).containsExactly("t/a");
          assertThat(a.models().list()).isEmpty();
          other.acquire("demo", now).close();
          assertThat(a.locks().list()).isEmpty();
          run.close();
          again.ensureHeld();
          for (String name : List.of("locks", "Data", "manifests", "a/b", "-x", "..", "a b")) {
            assertThatThrownBy(() -> new Namespace(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
          }
        });
  }
}
