package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.ReleaseResult;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.FaultyRegisterStore.Request;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Stores that fail: what is unknown is neither a success nor a failure, and every call ends. */
interface FaultContract extends Contract {

  /** What may become of a write without anybody being to blame. */
  Set<Fate> FATES =
      EnumSet.of(Fate.NOT_APPLIED, Fate.LOST, Fate.ANSWER_LOST, Fate.LATE, Fate.CONFLICT);

  /** There is at most one held record, it is the lease's own, and the lease is good. */
  private static void assertHeldBy(Scenario scenario, Party party, Lease lease) {
    lease.ensureHeld();
    assertThat(scenario.body(party)).contains("\"held\"").contains("\"token\":" + lease.token());
  }

  @Test
  default void anAcquisitionWhoseFirstWriteFailsInAnyWayEndsWithOneHolder() {
    for (Fate fate : FATES) {
      for (Kind kind : List.of(Kind.CREATE, Kind.REPLACE)) {
        play(
            (scenario, a, b) -> {
              if (kind == Kind.REPLACE) {
                b.acquire().close();
              }
              a.store().next(kind, fate);
              Lease lease = a.acquire();
              assertHeldBy(scenario, a, lease);
              a.store().letLateOnesLand();
              assertHeldBy(scenario, a, lease);
              a.process().sleep(Duration.ofSeconds(11));
              assertHeldBy(scenario, a, lease);
              assertThat(b.locks().tryAcquire(Scenario.LOCK)).isEmpty();
              lease.close();
              assertThat(scenario.body(a)).contains("\"released\"");
            });
      }
    }
  }

  @Test
  default void theProofOfAnAcquisitionMayFailTooAndMore() {
    for (Fate first : FATES) {
      for (Fate second : FATES) {
        play(
            (scenario, a, b) -> {
              b.acquire().close();
              a.store().next(Kind.REPLACE, first);
              a.store().next(Kind.REPLACE, second);
              Lease lease = a.acquire();
              assertHeldBy(scenario, a, lease);
              a.store().letLateOnesLand();
              a.process().sleep(Duration.ofSeconds(25));
              assertHeldBy(scenario, a, lease);
              lease.close();
              assertThat(scenario.body(a)).contains("\"released\"");
            });
      }
    }
  }

  @Test
  default void aRenewalThatFailsInAnyWayIsTriedAgain() {
    for (Fate fate : FATES) {
      play(
          (scenario, a, b) -> {
            Lease lease = a.acquire();
            a.store().next(Kind.REPLACE, fate);
            a.process().sleep(Duration.ofSeconds(12));
            assertHeldBy(scenario, a, lease);
            a.store().letLateOnesLand();
            a.process().sleep(Duration.ofSeconds(40));
            assertHeldBy(scenario, a, lease);
            lease.close();
            assertThat(scenario.body(a)).contains("\"released\"");
          });
    }
  }

  @Test
  default void aRenewalMayFailInTwoWaysInARow() {
    for (Fate first : FATES) {
      for (Fate second : FATES) {
        play(
            (scenario, a, b) -> {
              Lease lease = a.acquire();
              a.store().next(Kind.REPLACE, first);
              a.store().next(Kind.REPLACE, second);
              a.process().sleep(Duration.ofSeconds(15));
              assertHeldBy(scenario, a, lease);
              a.store().letLateOnesLand();
              a.process().sleep(Duration.ofSeconds(40));
              assertHeldBy(scenario, a, lease);
              lease.close();
              assertThat(scenario.body(a)).contains("\"released\"");
            });
      }
    }
  }

  @Test
  default void aTakeoverThatFailsInAnyWayEndsWithOneHolder() {
    for (Fate fate : FATES) {
      play(
          (scenario, a, b) -> {
            b.process().markAs(new dev.fen.lock.platform.ProcessMark("other", 1, "boot-7/1,1/1"));
            Lease dead = b.acquire();
            b.process().crash();
            scenario.medium().age(Scenario.KEY, Duration.ofHours(1));
            a.store().next(Kind.REPLACE, fate);
            Lease lease = a.acquire();
            assertThat(lease.token()).isGreaterThan(dead.token());
            a.store().letLateOnesLand();
            assertHeldBy(scenario, a, lease);
          });
    }
  }

  @Test
  default void aForcedReleaseThatFailsInAnyWayIsTriedAgain() {
    for (Fate fate : FATES) {
      play(
          (scenario, a, b) -> {
            Lease lease = a.acquire();
            b.store().next(Kind.REPLACE, fate);
            assertThat(
                    b.locks().forceRelease(Scenario.LOCK, OptionalLong.of(lease.token())).outcome())
                .isEqualTo(ReleaseResult.Outcome.RELEASED);
            assertThat(scenario.body(a)).contains("\"released\"");
            Lease next = b.acquire(Duration.ZERO);
            b.store().letLateOnesLand();
            next.ensureHeld();
            assertHeldBy(scenario, b, next);
          });
    }
  }

  @Test
  default void twoWhoseWritesAllGoWrongSometimesNeverBothHold() {
    for (Fate first : FATES) {
      for (Fate second : FATES) {
        play(
            (scenario, a, b) -> {
              a.store().next(Kind.CREATE, first);
              b.store().next(Kind.CREATE, second);
              int[] inside = {0};
              List<SimulatedProcess.Task> tasks = new ArrayList<>();
              for (Party party : List.of(a, b)) {
                tasks.add(
                    party
                        .process()
                        .start(
                            "worker",
                            () -> {
                              for (int i = 0; i < 3; i++) {
                                try (Lease lease = party.acquire(Duration.ofMinutes(5))) {
                                  assertThat(++inside[0]).isEqualTo(1);
                                  party.process().sleep(Duration.ofMillis(300));
                                  party.store().letLateOnesLand();
                                  lease.ensureHeld();
                                  inside[0]--;
                                }
                              }
                            }));
              }
              for (SimulatedProcess.Task task : tasks) {
                task.join();
              }
              assertThat(scenario.body(a)).contains("\"released\"");
            });
      }
    }
  }

  @Test
  default void whatIsUnknownIsNeverTakenForFree() {
    play(
        (scenario, a, b) -> {
          a.acquire();
          b.store().always(request -> request.kind() == Kind.READ, Fate.LOST);
          LockTimeoutException timeout = b.failToAcquire(Duration.ofSeconds(20));
          assertThat(timeout).hasMessageContaining("the store gave no usable answer (planted)");
          assertThat(timeout.lastSeen()).isEmpty();
          assertThat(timeout.isStoreSilent()).isTrue();
          assertThat(b.store().history()).extracting(Request::kind).containsOnly(Kind.READ);
          assertThatThrownBy(() -> b.locks().tryAcquire(Scenario.LOCK))
              .isInstanceOf(LockStoreException.class);
          assertThatThrownBy(() -> b.locks().inspect(Scenario.LOCK))
              .isInstanceOf(LockStoreException.class);
        });
  }

  @Test
  default void aStoreThatAnsweredForOneLockIsNotCalledSilentForAnother() {
    play(
        (scenario, a, b) -> {
          b.store()
              .always(
                  request -> request.kind() == Kind.READ && request.key().contains("second"),
                  Fate.LOST);
          LockOptions options = b.locks().defaults().withMaxWait(Duration.ofSeconds(20));
          assertThatThrownBy(
                  () ->
                      b.locks()
                          .models()
                          .acquireNamed(List.of("first", "second"), options, status -> {}))
              .isInstanceOfSatisfying(
                  LockTimeoutException.class,
                  timeout -> {
                    assertThat(timeout).hasMessageContaining("the store gave no usable answer");
                    assertThat(timeout.isStoreSilent()).isFalse();
                  });
        });
  }

  @Test
  default void errorsThatPassAreRiddenOut() {
    play(
        (scenario, a, b) -> {
          for (int i = 0; i < 3; i++) {
            a.store().next(Kind.READ, Fate.LOST);
            a.store().next(Kind.CREATE, Fate.NOT_APPLIED);
          }
          a.acquire().ensureHeld();
        });
  }

  @Test
  default void whatNoRetryCuresEndsAnAcquisitionAtOnce() {
    for (Kind kind : List.of(Kind.READ, Kind.CREATE)) {
      play(
          (scenario, a, b) -> {
            a.store().next(kind, Fate.REFUSED);
            long start = scenario.simulation().nowNanos();
            assertThatThrownBy(a::acquire)
                .isInstanceOf(LockStoreException.class)
                .hasMessageContaining("planted refusal");
            assertThat(scenario.simulation().nowNanos()).isEqualTo(start);
          });
    }
  }

  @Test
  default void aRenewalRidesOutWhatAnAcquisitionMayNot() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().always(request -> true, Fate.REFUSED);
          a.process().sleep(Duration.ofSeconds(25));
          a.store().heal();
          a.process().sleep(Duration.ofSeconds(30));
          lease.ensureHeld();
        });
  }

  @Test
  default void aStoreThatNeverAnswersIsGivenUpInTime() {
    for (Kind kind : List.of(Kind.READ, Kind.CREATE)) {
      play(
          (scenario, a, b) -> {
            a.store().always(request -> request.kind() == kind, Fate.NO_ANSWER);
            long start = scenario.simulation().nowNanos();
            a.failToAcquire(Duration.ofSeconds(20));
            assertThat(scenario.simulation().nowNanos() - start)
                .isBetween(Duration.ofSeconds(20).toNanos(), Duration.ofSeconds(25).toNanos());
          });
    }
  }

  @Test
  default void aCrowdOfRequestsThatHangDoesNotKeepOtherLocksFromTheirDeadlines() {
    play(
        (scenario, a, b) -> {
          a.store().always(request -> request.key().contains("stuck"), Fate.NO_ANSWER);
          List<SimulatedProcess.Task> tasks = new ArrayList<>();
          for (int i = 0; i < 40; i++) {
            String name = "stuck" + i;
            tasks.add(
                a.process()
                    .start(
                        name,
                        () ->
                            assertThatThrownBy(
                                    () ->
                                        a.locks()
                                            .acquire(
                                                name,
                                                a.locks()
                                                    .defaults()
                                                    .withMaxWait(Duration.ofSeconds(10))))
                                .isInstanceOf(LockTimeoutException.class)));
          }
          long start = scenario.simulation().nowNanos();
          for (SimulatedProcess.Task task : tasks) {
            task.join();
          }
          assertThat(scenario.simulation().nowNanos() - start)
              .isLessThanOrEqualTo(Duration.ofSeconds(20).toNanos());
        });
  }

  @Test
  default void nothingIsAskedAfterTheDeadline() {
    play(
        (scenario, a, b) -> {
          a.acquire();
          b.failToAcquire(Duration.ofSeconds(7));
          int requests = b.store().history().size();
          b.process().sleep(Duration.ofMinutes(5));
          assertThat(b.store().history()).hasSize(requests);
          long deadline = Duration.ofSeconds(7).toNanos();
          assertThat(b.store().history())
              .allSatisfy(request -> assertThat(request.atNanos()).isLessThanOrEqualTo(deadline));
        });
  }

  @Test
  default void aTimeOutWithAWriteOfUnknownOutcomeLeavesNothingBehind() {
    for (Fate fate : List.of(Fate.LOST, Fate.ANSWER_LOST, Fate.LATE)) {
      play(
          (scenario, a, b) -> {
            a.store().next(Kind.CREATE, fate);
            a.failToAcquire(Duration.ZERO);
            a.process().sleep(Duration.ofSeconds(5));
            a.store().letLateOnesLand();
            assertThat(scenario.body(a)).doesNotContain("\"held\"");
            b.acquire(Duration.ZERO).ensureHeld();
          });
    }
  }

  @Test
  default void aProcessTakesOverAtOnceWhatItAbandonedItself() {
    play(
        (scenario, a, b) -> {
          a.store().next(Kind.CREATE, Fate.LATE);
          a.store().always(request -> true, Fate.DONE);
          a.failToAcquire(Duration.ZERO);
          a.store().letLateOnesLand();
          if (scenario.body(a).contains("\"held\"")) {
            a.acquire(Duration.ofSeconds(2)).ensureHeld();
          }
        });
  }

  @Test
  default void anInterruptEndsTheWaitAtOnceAndUndoesWhatWasBegun() {
    for (int millis : List.of(0, 5, 15, 25, 35, 45, 300)) {
      play(
          (scenario, a, b) -> {
            a.store().slow(Duration.ofMillis(20));
            boolean[] interrupted = {false};
            List<Lease> leases = new ArrayList<>();
            SimulatedProcess.Task task =
                a.process()
                    .start(
                        "acquirer",
                        () -> {
                          try {
                            leases.add(a.acquire());
                          } catch (InterruptedException expected) {
                            interrupted[0] = true;
                          }
                        });
            b.process().sleep(Duration.ofMillis(millis));
            long at = scenario.simulation().nowNanos();
            task.interrupt();
            task.join();
            assertThat(interrupted[0] || !leases.isEmpty()).isTrue();
            if (interrupted[0]) {
              assertThat(scenario.simulation().nowNanos()).isEqualTo(at);
              b.process().sleep(Duration.ofSeconds(2));
              assertThat(scenario.body(a)).doesNotContain("\"held\"");
            }
          });
    }
  }

  @Test
  default void aRegisterThatChangesBetweenReadAndWriteIsReadAgain() {
    play(
        (scenario, a, b) -> {
          b.acquire().close();
          List<Lease> others = new ArrayList<>();
          a.store()
              .beforeNextWrite(
                  () -> {
                    try {
                      others.add(b.acquire(Duration.ZERO));
                    } catch (InterruptedException interrupted) {
                      throw new IllegalStateException(interrupted);
                    }
                  });
          LockTimeoutException timeout = a.failToAcquire(Duration.ofSeconds(3));
          assertThat(timeout.holder().map(dev.fen.lock.Holder::name)).hasValue("p1@host");
          others.get(0).ensureHeld();
        });
  }

  @Test
  default void aCrowdOfRequestsThatHangDoesNotKeepLeasesFromBeingRenewed() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().always(request -> request.key().contains("stuck"), Fate.NO_ANSWER);
          for (int i = 0; i < 40; i++) {
            String name = "stuck" + i;
            a.process()
                .start(
                    name,
                    () ->
                        assertThatThrownBy(() -> a.locks().acquire(name))
                            .isInstanceOf(LockTimeoutException.class));
          }
          a.process().sleep(Duration.ofMinutes(2));
          assertHeldBy(scenario, a, lease);
        });
  }

  @Test
  default void anAcquisitionThatIsAnsweredAfterItsTtlIsNoLease() {
    play(
        (scenario, a, b) -> {
          a.store()
              .always(
                  request -> {
                    boolean isFirstWrite = request.kind() == Kind.CREATE;
                    a.store().slow(isFirstWrite ? Duration.ofSeconds(4) : Duration.ZERO);
                    return false;
                  },
                  Fate.DONE);
          Lease lease =
              a.locks().acquire(Scenario.LOCK, a.locks().defaults().withTtl(Duration.ofSeconds(1)));
          assertHeldBy(scenario, a, lease);
          a.process().sleep(Duration.ofSeconds(5));
          assertHeldBy(scenario, a, lease);
        });
  }
}
