package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Claims;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOrderException;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.LossCause;
import dev.fen.lock.ModelLocks;
import dev.fen.lock.ReleasedVersions;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Referee.Worker;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Processes that were started under locks, at any depth. */
interface NestedContract extends Contract {

  /** Stops a process for a time at the first request that a test chooses. */
  private static boolean[] stopAt(Party party, Kind kind, String key, Duration duration) {
    boolean[] stopped = {false};
    party
        .store()
        .always(
            request -> {
              if (!stopped[0] && request.kind() == kind && request.key().contains(key)) {
                stopped[0] = true;
                party.process().stop(duration);
              }
              return false;
            },
            Fate.DONE);
    return stopped;
  }

  private static void await(Party party, boolean[] flag) throws InterruptedException {
    for (int i = 0; !flag[0]; i++) {
      assertThat(i).isLessThan(100_000);
      party.process().sleep(Duration.ofMillis(1));
    }
  }

  /** Starts a structural command and returns when it holds the global lock and drains. */
  private static SimulatedProcess.Task startDraining(
      Scenario scenario, Referee referee, Party s, Duration wait) throws InterruptedException {
    SimulatedProcess.Task task =
        s.process()
            .start(
                "structural",
                () ->
                    referee.work(
                        Worker.structural("s"),
                        s.acquireGlobal(wait),
                        () -> s.process().sleep(Duration.ofSeconds(5))));
    for (int i = 0; !scenario.body(s, Scenario.GLOBAL).contains("\"held\""); i++) {
      assertThat(i).isLessThan(1_000);
      scenario.simulation().processes().get(0).sleep(Duration.ofMillis(100));
    }
    return task;
  }

  @Test
  default void aParentHoldsOneModelAStructuralCommandDrainsAndItsChildAsksForAnotherAllThreeEnd() {
    play(
        (scenario, a, b) -> {
          Referee referee = new Referee();
          Party s = scenario.newParty();
          Worker parent = Worker.run("parent", "t/a");
          Worker child = parent.child("child", "t/b");
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          referee.enter(parent);
          SimulatedProcess.Task structural =
              startDraining(scenario, referee, s, Duration.ofSeconds(40));
          referee.work(
              child,
              b.acquireModels(held, Duration.ofSeconds(5), "t/b"),
              () -> b.process().sleep(Duration.ofSeconds(2)));
          assertThatThrownBy(() -> b.acquireModels(Duration.ofSeconds(1), "t/c"))
              .isInstanceOf(LockTimeoutException.class);
          held.ensureHeld();
          referee.leave(parent);
          held.close();
          structural.join();
          assertThat(referee.worked()).isEqualTo(3);
        });
  }

  @Test
  default void aChildThatMeetsFailuresIsStillLetInWhereAStructuralCommandWaitsForItsParent() {
    for (String key : List.of("t/a", "global")) {
      play(
          (scenario, a, b) -> {
            Referee referee = new Referee();
            LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
            SimulatedProcess.Task structural =
                startDraining(scenario, referee, scenario.newParty(), Duration.ofMinutes(2));
            int[] reads = {0};
            b.store()
                .always(
                    request ->
                        request.kind() == Kind.READ
                            && request.key().contains(key)
                            && reads[0]++ % 3 != 2,
                    Fate.LOST);
            b.acquireModels(held, Duration.ofSeconds(20), "t/b").close();
            held.close();
            structural.join();
          });
    }
  }

  @Test
  default void aChildWaitsForAModelThoughAStructuralCommandWaitsForItsParent() {
    play(
        (scenario, a, b) -> {
          Referee referee = new Referee();
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          Party r = scenario.newParty();
          LeaseGroup other = r.acquireModels(Duration.ZERO, "t/b");
          SimulatedProcess.Task structural =
              startDraining(scenario, referee, scenario.newParty(), Duration.ofMinutes(2));
          SimulatedProcess.Task child =
              b.process()
                  .start(
                      "child", () -> b.acquireModels(held, Duration.ofSeconds(30), "t/b").close());
          a.process().sleep(Duration.ofSeconds(10));
          other.close();
          child.join();
          held.close();
          structural.join();
        });
  }

  @Test
  default void
      aChildThatWaitsWhileAStructuralCommandWaitsForItsParentGivesBackNothingThatSortsBefore() {
    playOnce(
        (scenario, a, b) -> {
          Referee referee = new Referee();
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          Party r = scenario.newParty();
          LeaseGroup other = r.acquireModels(Duration.ZERO, "t/c");
          SimulatedProcess.Task structural =
              startDraining(scenario, referee, scenario.newParty(), Duration.ofMinutes(2));
          SimulatedProcess.Task child =
              b.process()
                  .start(
                      "child",
                      () -> b.acquireModels(held, Duration.ofSeconds(30), "t/b", "t/c").close());
          a.process().sleep(Duration.ofSeconds(8));
          // Taken once, and not given back since.
          assertThat(b.store().count(Kind.CREATE, Scenario.keyOf("t/b"))).isEqualTo(1);
          assertThat(b.store().count(Kind.REPLACE, Scenario.keyOf("t/b"))).isZero();
          other.close();
          child.join();
          held.close();
          structural.join();
        });
  }

  @Test
  default void aChildIsNotLetInWhereNothingTellsThatItsParentIsStillWaitedFor() {
    play(
        (scenario, a, b) -> {
          Referee referee = new Referee();
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          SimulatedProcess.Task structural =
              startDraining(scenario, referee, scenario.newParty(), Duration.ofMinutes(2));
          b.store()
              .always(
                  request -> request.kind() == Kind.READ && request.key().contains("t/a"),
                  Fate.LOST);
          assertThatThrownBy(() -> b.acquireModels(held, Duration.ofSeconds(10), "t/b"))
              .isInstanceOf(LockTimeoutException.class);
          held.close();
          structural.join();
        });
  }

  @Test
  default void aLockThatAnAncestorHoldsIsPassedThroughAtAnyDepth() {
    play(
        (scenario, a, b) -> {
          LeaseGroup one = a.acquireModels(Duration.ZERO, "t/a", "t/b");
          LeaseGroup two = b.acquireModels(one, Duration.ZERO, "t/b", "t/c");
          Party c = scenario.newParty();
          LeaseGroup three = c.acquireModels(two, Duration.ZERO, "t/c", "t/a");
          assertThat(two.tokens()).containsEntry("t/b", one.tokens().get("t/b"));
          assertThat(two.leases()).hasSize(1);
          assertThat(three.tokens())
              .containsEntry("t/a", one.tokens().get("t/a"))
              .containsEntry("t/c", two.tokens().get("t/c"));
          assertThat(three.leases()).isEmpty();
          assertThat(c.store().history()).allMatch(request -> request.kind() == Kind.READ);
          three.ensureHeld();
          three.close();
          assertThatThrownBy(three::ensureHeld).isInstanceOf(IllegalStateException.class);
          two.close();
          one.ensureHeld();
          assertThat(scenario.body(a, Scenario.keyOf("t/b"))).contains("\"held\"");
          assertThat(scenario.body(a, Scenario.keyOf("t/c"))).contains("\"released\"");
        });
  }

  @Test
  default void aClaimThatDoesNotMatchTheLiveRecordIsRefused() {
    play(
        (scenario, a, b) -> {
          LeaseGroup first = a.acquireModels(Duration.ZERO, "t/a");
          Claims claims = first.claims();
          first.close();
          LeaseGroup second = a.acquireModels(Duration.ZERO, "t/a");
          for (String model : List.of("t/a", "t/b")) {
            assertAncestorLost(
                () ->
                    b.locks()
                        .models(claims, ReleasedVersions.inMemory())
                        .acquireModels(List.of(model)));
          }
          assertThat(b.store().history()).allMatch(request -> request.kind() == Kind.READ);
          second.ensureHeld();
          a.process().crash();
        });
  }

  @Test
  default void aClaimIsRefusedForItsNonceAloneAndForItsTokenAlone() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          String right = held.claims().toText();
          String token = "\"token\":" + held.tokens().get("t/a");
          for (String wrong :
              List.of(
                  right.replace("\"nonce\":\"", "\"nonce\":\"x"),
                  right.replace(token, token + "1"))) {
            assertThatThrownBy(
                    () ->
                        b.locks()
                            .models(Claims.parse(wrong), ReleasedVersions.inMemory())
                            .acquireModels(List.of("t/a")))
                .isInstanceOf(LockLostException.class);
          }
          b.acquireModels(held, Duration.ZERO, "t/a").close();
          held.ensureHeld();
          held.close();
        });
  }

  @Test
  default void whatAChildStillAsksWhenItsServiceIsClosedFailsNobody() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          b.store().always(request -> request.kind() == Kind.READ, Fate.LOST);
          List<LockStatus> told = new ArrayList<>();
          assertThatThrownBy(
                  () ->
                      b.models(held)
                          .acquireModels(
                              List.of("t/a"), b.within(Duration.ofSeconds(6)), told::add))
              .isInstanceOf(LockTimeoutException.class);
          assertThat(told).hasSize(1);
          assertThat(told.get(0).problem()).contains("the store did not tell", "trying again");
          b.locks().close();
          // A failure on a thread of the service would fail the play.
          a.process().sleep(Duration.ofSeconds(1));
          held.close();
        });
  }

  @Test
  default void whatAStructuralCommandStartedIsNotKeptOutByIt() {
    play(
        (scenario, a, b) -> {
          LeaseGroup structural = a.acquireGlobal(Duration.ZERO);
          LeaseGroup run = b.acquireModels(structural, Duration.ZERO, "t/a");
          LeaseGroup again =
              b.models(structural).acquireGlobal(b.within(Duration.ZERO), told -> {});
          assertThat(again.leases()).isEmpty();
          run.ensureHeld();
          run.close();
          again.close();
          structural.ensureHeld();
          structural.close();
          assertThatThrownBy(
                  () -> b.models(structural).acquireGlobal(b.within(Duration.ZERO), told -> {}))
              .isInstanceOf(LockLostException.class);
        });
  }

  @Test
  default void whatAStructuralCommandStartedWaitsForItsSiblingHoldingWhatSortsBefore() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup structural = a.acquireGlobal(Duration.ZERO);
          LeaseGroup sibling = b.acquireModels(structural, Duration.ZERO, "t/b");
          Party c = scenario.newParty();
          SimulatedProcess.Task child =
              c.process()
                  .start(
                      "child",
                      () ->
                          c.acquireModels(structural, Duration.ofSeconds(30), "t/a", "t/b")
                              .close());
          a.process().sleep(Duration.ofSeconds(8));
          // Taken once, and not given back since.
          assertThat(c.store().count(Kind.CREATE, Scenario.keyOf("t/a"))).isEqualTo(1);
          assertThat(c.store().count(Kind.REPLACE, Scenario.keyOf("t/a"))).isZero();
          sibling.close();
          child.join();
          structural.close();
        });
  }

  @Test
  default void aNamedLockAboveLetsNobodyInPastTheGlobalLock() {
    play(
        (scenario, a, b) -> {
          LeaseGroup named =
              a.models().acquireNamed(List.of("demo"), a.within(Duration.ZERO), told -> {});
          LeaseGroup structural = scenario.newParty().acquireGlobal(Duration.ZERO);
          assertThatThrownBy(() -> b.acquireModels(named, Duration.ofSeconds(5), "t/a"))
              .isInstanceOf(LockTimeoutException.class)
              .hasMessageContaining("because of the global lock");
          structural.close();
          b.acquireModels(named, Duration.ofSeconds(5), "t/a").close();
          named.close();
        });
  }

  @Test
  default void theGlobalLockIsRefusedToWhoWasStartedUnderAModels() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          assertThatThrownBy(() -> b.models(held).acquireGlobal())
              .isInstanceOf(LockOrderException.class)
              .hasMessageContaining("t/a");
          assertThat(b.store().history()).isEmpty();
        });
  }

  @Test
  default void claimsOfOtherStoresAndNamespacesMeanNothingAndAreHandedOn() {
    playOnce(
        (scenario, a, b) -> {
          String other =
              "[{\"in\":\"elsewhere\",\"locks\":[{\"key\":\"locks/models/t/a.lock\",\"nonce\":\"1\",\"token\":2}]}]";
          ModelLocks locks = a.locks().models(Claims.parse(other), ReleasedVersions.inMemory());
          LeaseGroup group = locks.acquireModels(List.of("t/a"));
          assertThat(group.leases()).hasSize(1);
          assertThat(group.claims().toText())
              .contains("elsewhere")
              .contains("\"token\":" + group.tokens().get("t/a"));
          assertThat(Claims.parse(group.claims().toText())).isEqualTo(group.claims());
          assertThat(Claims.parse(" ").isEmpty()).isTrue();
          assertThat(Claims.NONE.toText()).isEmpty();
          for (String text : List.of("x", "{}", "[1]", "[{}]", "[{\"in\":\"x\",\"locks\":[{}]}]")) {
            assertThatThrownBy(() -> Claims.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
          }
        });
  }

  @Test
  default void whereverTheChildStandsWhenItsParentEndsNobodyWorksBesideTheStructuralCommand() {
    for (int nth = 0; nth < 6; nth++) {
      int which = nth;
      play(
          (scenario, a, b) -> {
            Referee referee = new Referee();
            Worker parent = Worker.run("parent", "t/a");
            LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
            referee.enter(parent);
            SimulatedProcess.Task structural =
                startDraining(scenario, referee, scenario.newParty(), Duration.ofSeconds(40));
            boolean[] stopped = {false};
            int[] requests = {0};
            b.store()
                .always(
                    request -> {
                      if (requests[0]++ == which) {
                        stopped[0] = true;
                        b.process().stop(Duration.ofSeconds(3));
                      }
                      return false;
                    },
                    Fate.DONE);
            SimulatedProcess.Task child =
                b.process()
                    .start(
                        "child",
                        () -> {
                          try {
                            referee.work(
                                parent.child("child", "t/b"),
                                b.acquireModels(held, Duration.ofSeconds(5), "t/b"),
                                () -> b.process().sleep(Duration.ofMillis(500)));
                          } catch (LockLostException | LockTimeoutException tooLate) {
                            // Its parent has ended.
                          }
                        });
            for (int i = 0; !stopped[0] && !child.isDone(); i++) {
              a.process().sleep(Duration.ofMillis(1));
            }
            a.process().sleep(Duration.ofMillis(100));
            referee.leave(parent);
            held.close();
            structural.join();
            child.join();
          });
    }
  }

  @Test
  default void aPassThatWasCleanByTurnsIsNoneThreeDeep() {
    play(
        (scenario, a, b) -> {
          Referee referee = new Referee();
          Party c = scenario.newParty();
          Party e = scenario.newParty();
          Party s = scenario.newParty();
          ReleasedVersions known = ReleasedVersions.inMemory();
          a.acquireModels(Duration.ZERO, "t/1", "t/2", "t/3").close();
          s.locks().models(Claims.NONE, known).acquireGlobal().close();
          Worker parent = Worker.run("parent", "t/1");
          LeaseGroup one = a.acquireModels(Duration.ZERO, "t/1");
          // Both passes are to be made under the global lock.
          LeaseGroup busy = b.acquireModels(Duration.ZERO, "t/0");
          SimulatedProcess.Task structural =
              s.process()
                  .start(
                      "structural",
                      () ->
                          referee.work(
                              Worker.structural("s"),
                              s.locks()
                                  .models(Claims.NONE, known)
                                  .acquireGlobal(s.within(Duration.ofSeconds(120)), told -> {}),
                              () -> s.process().sleep(Duration.ofSeconds(20))));
          a.process().sleep(Duration.ofSeconds(65));
          boolean[] first = stopAt(s, Kind.READ, "t/1", Duration.ofSeconds(5));
          busy.close();
          await(a, first);
          // The first pass has listed 2 and 3 as released and reads 1 next: the child comes in.
          boolean[] second = stopAt(s, Kind.READ, "t/2", Duration.ofSeconds(5));
          LeaseGroup two = c.acquireModels(one, Duration.ofSeconds(3), "t/2");
          one.close();
          await(a, second);
          // The second one has listed 1 and 3 as released and reads 2 next: the grandchild comes
          // in.
          Worker grandchild = parent.child("child", "t/2").child("grandchild", "t/3");
          Claims above = two.claims();
          SimulatedProcess.Task last =
              e.process()
                  .start(
                      "grandchild",
                      () -> {
                        try {
                          referee.work(
                              grandchild,
                              e.locks()
                                  .models(onlyOf(above, "t/2"), known)
                                  .acquireModels(
                                      List.of("t/3"), e.within(Duration.ofSeconds(3)), told -> {}),
                              () -> e.process().sleep(Duration.ofSeconds(20)));
                        } catch (LockLostException lost) {
                          // What it was started under was given back.
                        }
                      });
          a.process().sleep(Duration.ofMillis(500));
          two.close();
          structural.join();
          last.join();
          assertThat(referee.worked()).isEqualTo(2);
        });
  }

  /** Leaves out the claims to other locks, whose end the process would be told of. */
  private static Claims onlyOf(Claims claims, String model) {
    String text = claims.toText();
    int start = text.indexOf("{\"key\"");
    int at = text.indexOf(Scenario.keyOf(model).path());
    int from = text.lastIndexOf('{', at);
    int to = text.indexOf('}', at) + 1;
    return Claims.parse(text.substring(0, start) + text.substring(from, to) + "]}]");
  }

  @Test
  default void aChildOfAParentThatEndsWaitsForNothingMore() {
    for (boolean global : List.of(true, false)) {
      play(
          (scenario, a, b) -> {
            Referee referee = new Referee();
            LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
            Party other = scenario.newParty();
            LeaseGroup busy = other.acquireModels(Duration.ZERO, "t/b");
            Party s = scenario.newParty();
            SimulatedProcess.Task structural =
                startDraining(scenario, referee, s, Duration.ofMinutes(3));
            SimulatedProcess.Task child =
                b.process()
                    .start(
                        "child",
                        () ->
                            assertThatThrownBy(
                                    () -> b.acquireModels(held, Duration.ofMinutes(5), "t/b"))
                                .isInstanceOfSatisfying(
                                    LockLostException.class,
                                    lost ->
                                        assertThat(lost.lossCause())
                                            .isEqualTo(LossCause.ANCESTOR_LOST)));
            a.process().sleep(Duration.ofSeconds(2));
            held.close();
            if (global) {
              // The model comes free; the global lock is held all the same.
              busy.close();
            }
            a.process().sleep(Duration.ofSeconds(4));
            assertThat(child.isDone()).isTrue();
            busy.close();
            structural.join();
          });
    }
  }
}
