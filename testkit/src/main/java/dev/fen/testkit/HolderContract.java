package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LossCause;
import dev.fen.lock.ReleaseResult;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** What a holder may rely on, and how it learns that it no longer may. */
interface HolderContract extends Contract {

  private static LockLostException loss(Lease lease) {
    return Assertions.catchThrowableOfType(LockLostException.class, lease::ensureHeld);
  }

  private static void sleep(Party party, Duration duration) {
    try {
      party.process().sleep(duration);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @Test
  default void renewalKeepsALeaseForEver() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          long end = scenario.simulation().nowNanos() + forEver().toNanos();
          while (scenario.simulation().nowNanos() < end) {
            a.process().sleep(Duration.ofMinutes(50));
            lease.ensureHeld();
            assertThat(b.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          }
          assertThat(lease.remaining())
              .isBetween(Duration.ofSeconds(18), Duration.ofMillis(28_500));
          lease.close();
          assertThat(lease.remaining()).isZero();
        });
  }

  @Test
  default void aRemovedRecordIsALossAndNeverMadeAnew() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          scenario.medium().remove(Scenario.KEY);
          a.process().sleep(Duration.ofSeconds(11));
          assertThat(loss(lease).lossCause()).isEqualTo(LossCause.REMOVED);
          a.process().sleep(Duration.ofMinutes(2));
          assertThat(scenario.body(a)).isEmpty();
          lease.close();
          assertThat(scenario.body(a)).isEmpty();
        });
  }

  @Test
  default void aRecordThatIsGoneAtReleaseIsNoFailure() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          scenario.medium().remove(Scenario.KEY);
          lease.close();
          assertThat(scenario.body(a)).isEmpty();
        });
  }

  @Test
  default void anOverwrittenRecordIsALoss() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          scenario.medium().overwrite(Scenario.KEY, "rubbish");
          a.process().sleep(Duration.ofSeconds(11));
          assertThat(loss(lease).lossCause()).isEqualTo(LossCause.OVERWRITTEN);
          lease.close();
          assertThat(scenario.body(a)).isEqualTo("rubbish");
        });
  }

  @Test
  default void aForcedReleaseIsLearntOfAtTheNextRenewal() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          List<LockLostException> told = new ArrayList<>();
          lease.onLost(told::add);
          ReleaseResult result =
              b.locks().forceRelease(Scenario.LOCK, OptionalLong.of(lease.token()));
          assertThat(result.outcome()).isEqualTo(ReleaseResult.Outcome.RELEASED);
          assertThat(result.before().holder()).isNotNull();
          assertThat(result.before().holder().operation()).isEqualTo("work of p0");
          lease.ensureHeld();
          Lease next = b.acquire(Duration.ZERO);
          assertThat(next.token()).isGreaterThan(lease.token());
          next.close();
          a.process().sleep(Duration.ofSeconds(11));
          assertThat(told).hasSize(1);
          next = b.acquire();
          lease.close();
          next.ensureHeld();
          assertThat(scenario.body(a)).contains("\"held\"");
        });
  }

  @Test
  default void aForcedReleaseNamesWhoForcedIt() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          b.locks().forceRelease(Scenario.LOCK, OptionalLong.empty());
          // The renewal itself tells, not a later try.
          a.process().sleep(Duration.ofMillis(10_001));
          LockLostException lost = loss(lease);
          assertThat(lost.lossCause()).isEqualTo(LossCause.FORCE_RELEASED);
          assertThat(lost).hasMessageContaining("released by force by p1@host");
        });
  }

  @Test
  default void aForcedReleaseIsRefusedWhereThingsHaveMovedOn() {
    play(
        (scenario, a, b) -> {
          assertThat(b.locks().forceRelease(Scenario.LOCK, OptionalLong.empty()).outcome())
              .isEqualTo(ReleaseResult.Outcome.NOT_HELD);
          Lease lease = a.acquire();
          assertThat(
                  b.locks()
                      .forceRelease(Scenario.LOCK, OptionalLong.of(lease.token() - 1))
                      .outcome())
              .isEqualTo(ReleaseResult.Outcome.OTHER_TOKEN);
          assertThat(b.locks().releaseIfStale(Scenario.LOCK, OptionalLong.empty()).outcome())
              .isEqualTo(ReleaseResult.Outcome.NOT_STALE);
          b.store()
              .beforeNextWrite(
                  () -> {
                    scenario.medium().remove(Scenario.KEY);
                    scenario
                        .medium()
                        .overwrite(
                            Scenario.KEY,
                            "{\"format\":1,\"state\":\"held\",\"token\":7,\"nonce\":\"other\"}");
                  });
          // Where the store cannot tell what became of the write, freed from its holder it is.
          assertThat(b.locks().forceRelease(Scenario.LOCK, OptionalLong.empty()).outcome())
              .isIn(ReleaseResult.Outcome.HOLDER_CHANGED, ReleaseResult.Outcome.RELEASED);
          assertThat(scenario.body(a)).contains("\"other\"");
        });
  }

  @Test
  default void aForcedReleaseThatMeetsARenewalFreesTheLockAllTheSame() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          b.store().slow(Duration.ofMillis(200));
          b.store()
              .beforeNextWrite(
                  () -> {
                    lease.addCompanion(b.process().pid());
                    sleep(b, Duration.ofMillis(10));
                  });
          assertThat(
                  b.locks().forceRelease(Scenario.LOCK, OptionalLong.of(lease.token())).outcome())
              .isEqualTo(ReleaseResult.Outcome.RELEASED);
          assertThat(scenario.body(a))
              .contains("\"released\"")
              .contains("\"releasedBy\":\"p1@host\"");
        });
  }

  @Test
  default void renewalFindsTheLockTaken() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          scenario
              .medium()
              .overwrite(
                  Scenario.KEY,
                  "{\"format\":1,\"state\":\"held\",\"token\":9,\"nonce\":\"x\",\"holder\":\"eve@elsewhere\",\"pid\":5}");
          a.process().sleep(Duration.ofSeconds(11));
          LockLostException lost = loss(lease);
          assertThat(lost.lossCause()).isEqualTo(LossCause.TAKEN_OVER);
          assertThat(lost).hasMessageContaining("taken over by eve@elsewhere (pid 5)");
          String body = scenario.body(a);
          lease.close();
          assertThat(scenario.body(a)).isEqualTo(body);
        });
  }

  @Test
  default void aStoreThatAnswersNoRenewalEndsTheLeaseInTime() {
    for (Fate fate : List.of(Fate.LOST, Fate.NOT_APPLIED, Fate.NO_ANSWER, Fate.REFUSED)) {
      play(
          (scenario, a, b) -> {
            Lease lease = a.acquire();
            long acquired = scenario.simulation().nowNanos();
            List<Long> told = new ArrayList<>();
            lease.onLost(lost -> told.add(scenario.simulation().nowNanos() - acquired));
            a.store().always(request -> true, fate);
            a.process().sleep(Duration.ofMillis(28_400));
            lease.ensureHeld();
            a.process().sleep(Duration.ofMillis(200));
            LockLostException lost = loss(lease);
            assertThat(lost.lossCause()).isEqualTo(LossCause.STORE_UNREACHABLE);
            assertThat(told).hasSize(1);
            assertThat(told.get(0)).isLessThanOrEqualTo(Duration.ofMillis(28_501).toNanos());
            assertThat(
                    a.store().history().stream()
                        .filter(r -> r.kind() == Kind.REPLACE || r.kind() == Kind.READ)
                        .toList())
                .hasSizeGreaterThan(2);
          });
    }
  }

  @Test
  default void anEndedLeaseIsNeverRevivedByALateAnswer() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().slow(Duration.ofSeconds(60));
          a.process().sleep(Duration.ofSeconds(29));
          assertThat(loss(lease).lossCause()).isEqualTo(LossCause.STORE_UNREACHABLE);
          a.process().sleep(Duration.ofMinutes(3));
          assertThat(loss(lease).lossCause()).isEqualTo(LossCause.STORE_UNREACHABLE);
          assertThat(lease.remaining()).isZero();
        });
  }

  @Test
  default void theLeaseCountsFromTheSendingNotFromTheAnswer() {
    play(
        (scenario, a, b) -> {
          a.store().slow(Duration.ofSeconds(4));
          Lease lease = a.acquire();
          assertThat(lease.remaining()).isEqualTo(Duration.ofMillis(24_500));
        });
  }

  @Test
  default void aPausedProcessNoticesBeforeItGoesOn() {
    play(
        (scenario, a, b) -> {
          Lease lease = b.acquire();
          b.process().stop(Duration.ofSeconds(29));
          a.process().sleep(Duration.ofSeconds(30));
          b.process()
              .start(
                  "resumed",
                  () -> assertThat(loss(lease).lossCause()).isEqualTo(LossCause.PROCESS_PAUSED))
              .join();
        });
  }

  @Test
  default void aSuspendedMachinesLeaseIsProvenBeforeItCounts() {
    play(
        (scenario, a, b) -> {
          Lease lease = b.acquire();
          b.process().suspend(Duration.ofSeconds(10));
          a.process().sleep(Duration.ofSeconds(10));
          b.store().clearHistory();
          b.process().start("resumed", lease::ensureHeld).join();
          assertThat(b.store().history())
              .extracting(FaultyRegisterStore.Request::kind)
              .containsExactly(Kind.REPLACE);
          assertThat(lease.remaining()).isGreaterThan(Duration.ofSeconds(28));
        });
  }

  @Test
  default void aSuspendedMachinesLeaseThatWasTakenOverIsLost() {
    play(
        (scenario, a, b) -> {
          b.process().markAs(new ProcessMark("laptop", 5, "boot-9/1,1/5"));
          Lease lease = b.acquire();
          b.process().suspend(Duration.ofMinutes(5));
          Lease taken = a.acquire(Duration.ofMinutes(2));
          a.process().sleep(Duration.ofMinutes(5));
          b.process()
              .start(
                  "resumed",
                  () -> assertThat(loss(lease).lossCause()).isEqualTo(LossCause.TAKEN_OVER))
              .join();
          taken.ensureHeld();
        });
  }

  @Test
  default void listenersAreToldOnceAlsoWhenTheyComeLate() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          List<String> told = new ArrayList<>();
          lease.onLost(lost -> told.add("early"));
          lease.onLost(
              lost -> {
                throw new IllegalStateException("a listener that fails harms no other");
              });
          lease.onLost(
              lost -> {
                throw new AssertionError("not even by an error");
              });
          lease.onLost(lost -> told.add("after those that fail"));
          scenario.medium().remove(Scenario.KEY);
          a.process().sleep(Duration.ofSeconds(11));
          lease.onLost(lost -> told.add("late"));
          a.process().sleep(Duration.ofSeconds(1));
          assertThat(told).containsExactly("early", "after those that fail", "late");
          lease.close();
        });
  }

  @Test
  default void closingTwiceOrAfterALossIsHarmless() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          lease.close();
          Lease next = b.acquire(Duration.ZERO);
          lease.close();
          next.ensureHeld();
          assertThatThrownBy(lease::ensureHeld).isInstanceOf(IllegalStateException.class);
        });
  }

  @Test
  default void aLeaseThatWasLostForWantOfTheStoreIsGivenBackWhenItAnswersAgain() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().always(request -> true, Fate.LOST);
          a.process().sleep(Duration.ofSeconds(29));
          a.store().heal();
          lease.close();
          a.process().sleep(Duration.ofSeconds(1));
          assertThat(scenario.body(a)).contains("\"released\"").contains("\"clean\":false");
        });
  }

  @Test
  default void aRenewalUnderWayWhileClosingLeavesNoOrphan() {
    for (Fate fate :
        List.of(
            Fate.DONE, Fate.LOST, Fate.ANSWER_LOST, Fate.LATE, Fate.CONFLICT, Fate.NOT_APPLIED)) {
      play(
          (scenario, a, b) -> {
            Lease lease = a.acquire();
            a.store().slow(Duration.ofMillis(100));
            a.store().next(Kind.REPLACE, fate);
            a.process().sleep(Duration.ofMillis(10_020));
            lease.close();
            a.store().letLateOnesLand();
            a.process().sleep(Duration.ofSeconds(1));
            assertThat(scenario.body(a)).contains("\"released\"");
            b.acquire(Duration.ZERO).close();
          });
    }
  }

  @Test
  default void aReleaseWhoseOutcomeIsUnknownIsSettled() {
    for (Fate fate :
        List.of(Fate.LOST, Fate.ANSWER_LOST, Fate.LATE, Fate.CONFLICT, Fate.NOT_APPLIED)) {
      play(
          (scenario, a, b) -> {
            Lease lease = a.acquire();
            a.store().next(Kind.REPLACE, fate);
            lease.close();
            assertThat(scenario.body(a)).contains("\"released\"");
            a.store().letLateOnesLand();
            Lease next = b.acquire(Duration.ZERO);
            a.process().sleep(Duration.ofSeconds(1));
            next.ensureHeld();
          });
    }
  }

  @Test
  default void aReleaseThatFailsIsBoundedAndTheProcessMayTakeTheLockAgainAtOnce() {
    for (Fate fate : List.of(Fate.LOST, Fate.NO_ANSWER)) {
      play(
          (scenario, a, b) -> {
            Lease lease = a.acquire();
            a.store().always(request -> true, fate);
            long start = scenario.simulation().nowNanos();
            lease.close();
            assertThat(scenario.simulation().nowNanos() - start)
                .isLessThanOrEqualTo(Duration.ofSeconds(6).toNanos());
            a.store().heal();
            assertThat(b.locks().tryAcquire(Scenario.LOCK)).isEmpty();
            assertThat(a.acquire(Duration.ZERO).token()).isGreaterThan(lease.token());
          });
    }
  }

  @Test
  default void aHundredLeasesOnASlowStoreAreAllRenewedInTime() {
    play(
        (scenario, a, b) -> {
          List<Lease> leases = new ArrayList<>();
          for (int i = 0; i < 100; i++) {
            leases.add(a.locks().acquire("lock" + i));
          }
          a.store().slow(Duration.ofSeconds(1));
          for (int minute = 0; minute < 3; minute++) {
            a.process().sleep(Duration.ofMinutes(1));
            leases.forEach(Lease::ensureHeld);
          }
        });
  }

  @Test
  default void shuttingDownWaitsForTheWorkButNotForEver() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          SimulatedProcess.Task work =
              a.process()
                  .start(
                      "work",
                      () -> {
                        a.process().sleep(Duration.ofSeconds(3));
                        lease.close();
                      });
          long start = scenario.simulation().nowNanos();
          a.process().shutDown();
          assertThat(scenario.simulation().nowNanos() - start)
              .isBetween(3_000_000_000L, 3_100_000_000L);
          assertThat(scenario.body(a)).contains("\"released\"");
          work.join();
          a.acquire();
          start = scenario.simulation().nowNanos();
          a.process().shutDown();
          assertThat(scenario.simulation().nowNanos() - start).isEqualTo(5_000_000_000L);
          assertThat(scenario.body(a)).contains("\"held\"");
        });
  }

  @Test
  default void aClosedServiceGivesNoLocksAndRenewsNone() {
    play(
        (scenario, a, b) -> {
          Lease open = a.acquire();
          a.locks().close();
          assertThatThrownBy(a::acquire).isInstanceOf(IllegalStateException.class);
          a.process().sleep(Duration.ofSeconds(30));
          Party later = b;
          assertThat(loss(open)).isNotNull();
          later.acquire(Duration.ofMinutes(1)).close();
        });
  }

  @Test
  default void anAbandonedLeaseIsLeftToRunOut() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          String record = scenario.body(a);
          long start = scenario.simulation().nowNanos();
          lease.abandon();
          lease.close();
          a.locks().close();
          a.process().shutDown();
          assertThat(scenario.simulation().nowNanos()).as("nobody waits").isEqualTo(start);
          assertThat(lease.remaining()).isZero();
          b.process().sleep(Scenario.TTL.minusSeconds(1));
          assertThat(scenario.body(b)).as("neither renewed nor released").isEqualTo(record);
          assertThat(b.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          b.acquire(Duration.ofMinutes(1)).close();
        });
  }

  @Test
  default void aHoldersWallClockMayStepAnyWay() {
    for (Duration step : List.of(Duration.ofHours(5), Duration.ofHours(-5))) {
      play(
          (scenario, a, b) -> {
            Lease lease = a.acquire();
            a.process().sleep(Duration.ofSeconds(1));
            a.store().clearHistory();
            a.process().stepWallClock(step);
            lease.ensureHeld();
            // Only a step forward may be the sign of a suspended machine, and one renewal proves.
            assertThat(a.store().history()).hasSize(step.isNegative() ? 0 : 1);
            lease.ensureHeld();
            assertThat(a.store().history()).hasSize(step.isNegative() ? 0 : 1);
            a.process().sleep(Duration.ofMinutes(5));
            lease.ensureHeld();
            assertThat(b.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          });
    }
  }

  @Test
  default void aLeaseInDoubtWaitsForItsProofAndNoLongerThanItLasts() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.process().sleep(Duration.ofSeconds(1));
          a.process().stepWallClock(Duration.ofMinutes(1));
          a.store().always(request -> true, Fate.NO_ANSWER);
          LockLostException lost = loss(lease);
          assertThat(lost.lossCause()).isEqualTo(LossCause.STORE_UNREACHABLE);
          assertThat(scenario.simulation().nowNanos())
              .isEqualTo(Duration.ofMillis(28_500).toNanos());
        });
  }

  @Test
  default void renewalsAreSentEveryThirdOfTheTtl() {
    for (long seconds : List.of(3L, 20L, 30L, 3_600L)) {
      playOnce(
          (scenario, a, b) -> {
            Duration ttl = Duration.ofSeconds(seconds);
            Lease lease = a.locks().acquire(Scenario.LOCK, a.locks().defaults().withTtl(ttl));
            a.store().clearHistory();
            long start = scenario.simulation().nowNanos();
            a.process().sleep(ttl.multipliedBy(2).plusMillis(1));
            assertThat(a.store().history()).hasSize(6);
            for (int i = 0; i < 6; i++) {
              assertThat(a.store().history().get(i).atNanos() - start)
                  .isEqualTo(ttl.toNanos() / 3 * (i + 1));
            }
            lease.ensureHeld();
          });
    }
  }
}
