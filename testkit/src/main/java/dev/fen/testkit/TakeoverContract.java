package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.LossCause;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.FaultyRegisterStore.Request;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** When a lock may be taken from a holder that is gone, and when not; whose clock says so. */
interface TakeoverContract extends Contract {

  private static void sleep(Party party, Duration duration) {
    try {
      party.process().sleep(duration);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static long nanosToAcquire(Scenario scenario, Party party) throws InterruptedException {
    long start = scenario.simulation().nowNanos();
    party.acquire(Duration.ofMinutes(10)).close();
    return scenario.simulation().nowNanos() - start;
  }

  @Test
  default void aDeadHoldersLockIsTakenOverByWatchingAlone() {
    play(
        (scenario, a, b) -> {
          Party holder = scenario.newPartyElsewhere();
          holder.acquire();
          holder.process().crash();
          long took = nanosToAcquire(scenario, a);
          assertThat(took)
              .isBetween(Duration.ofMillis(17_000).toNanos(), Duration.ofMillis(33_100).toNanos());
        });
  }

  @Test
  default void aWaiterThatMayNotTrustAgesWaitsForTheWholeMargin() {
    play(
        (scenario, a, b) -> {
          b.acquire();
          b.process().stop(Duration.ofHours(1));
          scenario.medium().age(Scenario.KEY, Duration.ofHours(1));
          long took = nanosToAcquire(scenario, a);
          if (a.store().machineLocal()) {
            // The holder's process is proven alive, so the store's age has no say: only (a) is
            // left.
            assertThat(took)
                .isBetween(
                    Duration.ofMillis(32_500).toNanos(), Duration.ofMillis(33_100).toNanos());
          } else {
            assertThat(took).isLessThan(Duration.ofSeconds(1).toNanos());
          }
        });
  }

  @Test
  default void oldByTheStoresClockIsStaleAtOnce() {
    play(
        (scenario, a, b) -> {
          Party holder = scenario.newPartyElsewhere();
          Lease lease = holder.acquire();
          holder.process().crash();
          scenario.medium().age(Scenario.KEY, Duration.ofMillis(62_500));
          Lease taken = a.locks().tryAcquire(Scenario.LOCK).orElseThrow();
          assertThat(taken.token()).isGreaterThan(lease.token());
        });
  }

  @Test
  default void notOldEnoughByTheStoresClockIsNotStaleAtOnce() {
    play(
        (scenario, a, b) -> {
          Party holder = scenario.newPartyElsewhere();
          holder.acquire();
          holder.process().crash();
          scenario.medium().age(Scenario.KEY, Duration.ofMillis(61_000));
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isEmpty();
        });
  }

  @Test
  default void aProcessThatDiedOnThisMachineIsTakenOverAtOnce() {
    play(
        (scenario, a, b) -> {
          b.acquire();
          b.process().crash();
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isPresent();
        });
  }

  @Test
  default void aMachineClonedFromThisOneProvesNothingOnAStoreThatBothReach() {
    play(
        (scenario, a, b) -> {
          b.process().moveTo("clone");
          b.acquire();
          b.process().crash();
          assertThat(a.locks().tryAcquire(Scenario.LOCK).isPresent())
              .isEqualTo(a.store().machineLocal());
        });
  }

  @Test
  default void aProcessThatDiedOverALostAnswerIsTakenOverAtOnce() {
    play(
        (scenario, a, b) -> {
          b.store().next(FaultyRegisterStore.Kind.CREATE, FaultyRegisterStore.Fate.ANSWER_LOST);
          b.process()
              .start(
                  "acquire",
                  () -> {
                    Lease lease = b.acquire();
                    lease.token();
                  });
          a.process().sleep(Duration.ofMillis(100));
          b.process().crash();
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isPresent();
        });
  }

  @Test
  default void noFileIsKeptForALockThatWasGivenBackLostOrNotHad() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          assertThat(a.process().keepsHolderFiles()).isEqualTo(!a.store().machineLocal());
          assertThat(b.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          assertThat(b.process().keepsHolderFiles()).isFalse();
          lease.close();
          assertThat(a.process().keepsHolderFiles()).isFalse();

          Lease lost = a.acquire();
          b.locks().forceRelease(Scenario.LOCK, OptionalLong.empty());
          a.process().sleep(Duration.ofSeconds(20));
          lost.close();
          assertThat(a.process().keepsHolderFiles()).isFalse();
        });
  }

  @Test
  default void aCompanionThatStillLivesKeepsTheLock() {
    play(
        (scenario, a, b) -> {
          Party companion = scenario.newParty();
          b.locks()
              .acquire(
                  Scenario.LOCK,
                  b.locks().defaults().withCompanions(List.of(companion.process().pid())));
          b.process().crash();
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          companion.process().crash();
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isPresent();
        });
  }

  @Test
  default void whoTakesOverFromOneWithALivingCompanionIsWarned() {
    playOnce(
        (scenario, a, b) -> {
          Party companion = scenario.newParty();
          long watchdog = scenario.newParty().process().pid();
          long pid = companion.process().pid();
          b.locks()
              .acquire(Scenario.LOCK, b.locks().defaults().withCompanions(List.of(watchdog, pid)));
          b.process().crash();
          try (Warnings warnings = Warnings.capture()) {
            a.acquire(Duration.ofMinutes(2)).close();
            a.process().sleep(Duration.ofSeconds(1));
            assertThat(warnings.messages())
                .as("the last one that the record names is the nearest to the work")
                .singleElement()
                .asString()
                .contains(
                    "\"" + Scenario.LOCK + "\"", "p1@host", "process " + pid + " is still alive");
            a.acquire().close();
            assertThat(warnings.messages()).as("once").hasSizeLessThan(2);
          }
        });
  }

  @Test
  default void aCompanionIsKnownFromTheBeginningOfTheWait() {
    play(
        (scenario, a, b) -> {
          SimulatedProcess companion = scenario.newParty().process();
          String known = companion.processes().self().instance();
          Lease held = a.acquire();
          a.process()
              .start(
                  "reuse",
                  () -> {
                    a.process().sleep(Duration.ofSeconds(1));
                    companion.markAs(
                        new ProcessMark("host", companion.pid(), "boot-1/4026531836/999999"));
                    held.close();
                  });
          b.locks()
              .acquire(
                  Scenario.LOCK,
                  b.locks()
                      .defaults()
                      .withMaxWait(Duration.ofSeconds(10))
                      .withCompanions(List.of(companion.pid())));
          assertThat(scenario.body(a)).contains(known).doesNotContain("999999");
        });
  }

  @Test
  default void aCompanionThatIsNamedLaterCountsAsWell() {
    play(
        (scenario, a, b) -> {
          Party companion = scenario.newParty();
          Lease lease = b.acquire();
          lease.addCompanion(companion.process().pid());
          a.process().sleep(Duration.ofMillis(100));
          assertThat(scenario.body(a)).contains("companions");
          b.process().crash();
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          lease.token();
        });
  }

  @Test
  default void nothingIsProvenAboutAnotherMachineWithTheSameNameAndNumber() {
    play(
        (scenario, a, b) -> {
          b.process().markAs(new ProcessMark("host", 4711, "boot-2/4026531836,4026531834/77"));
          b.acquire();
          b.process().crash();
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isEmpty();
        });
  }

  @Test
  default void nothingIsProvenAboutAnotherContainerOfTheSameMachine() {
    play(
        (scenario, a, b) -> {
          b.process().markAs(new ProcessMark("host", 1, "boot-1/4026999999,4026531834/77"));
          b.acquire();
          b.process().crash();
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isEmpty();
        });
  }

  @Test
  default void aNumberThatAnotherProcessGotIsNoSignOfLife() {
    play(
        (scenario, a, b) -> {
          b.acquire();
          b.process().crash();
          Party reused = scenario.newParty();
          reused
              .process()
              .markAs(
                  new ProcessMark(
                      "host", b.process().pid(), "boot-1/4026531836,4026531834/999999"));
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isPresent();
        });
  }

  @Test
  default void wallClocksThatAreOffMeanNothing() {
    for (Duration off : List.of(Duration.ofHours(5), Duration.ofHours(-5))) {
      play(
          (scenario, a, b) -> {
            a.process().stepWallClock(off);
            Party holder = scenario.newPartyElsewhere();
            Lease lease = holder.acquire();
            a.failToAcquire(Duration.ofSeconds(120));
            a.process().stepWallClock(off.multipliedBy(-2));
            a.failToAcquire(Duration.ofSeconds(120));
            lease.ensureHeld();
            holder.process().crash();
            assertThat(nanosToAcquire(scenario, a))
                .isLessThanOrEqualTo(Duration.ofMillis(33_100).toNanos());
          });
    }
  }

  @Test
  default void aLiveHolderIsNeverTakenOverAlthoughItsTimesLookOld() {
    play(
        (scenario, a, b) -> {
          Lease lease = b.acquire();
          scenario.medium().age(Scenario.KEY, Duration.ofDays(1));
          assertThat(a.locks().tryAcquire(Scenario.LOCK).isPresent())
              .isEqualTo(!a.store().machineLocal());
          lease.token();
        });
  }

  @Test
  default void aHolderThatRenewsAtTheLastMomentIsNotOverwritten() {
    play(
        (scenario, a, b) -> {
          Party holder = scenario.newPartyElsewhere();
          Lease lease = holder.acquire();
          scenario.medium().age(Scenario.KEY, Duration.ofMillis(62_500));
          // Between the read that found it stale and the takeover, the holder renews.
          a.store()
              .beforeNextWrite(
                  () -> {
                    lease.addCompanion(a.process().pid());
                    sleep(a, Duration.ofMillis(10));
                  });
          a.store().slow(Duration.ofMillis(50));
          assertThat(a.failToAcquire(Duration.ofSeconds(5))).hasMessageContaining("who is alive");
          lease.ensureHeld();
        });
  }

  @Test
  default void aTakeoverThatAlwaysFailsIsBoundedAndPaced() {
    for (Fate fate : List.of(Fate.NOT_APPLIED, Fate.LOST)) {
      play(
          (scenario, a, b) -> {
            Party holder = scenario.newPartyElsewhere();
            holder.acquire();
            holder.process().crash();
            scenario.medium().age(Scenario.KEY, Duration.ofHours(1));
            a.store().always(request -> request.kind() == Kind.REPLACE, fate);
            long start = scenario.simulation().nowNanos();
            LockTimeoutException timeout = a.failToAcquire(Duration.ofSeconds(60));
            assertThat(scenario.simulation().nowNanos() - start)
                .isEqualTo(Duration.ofSeconds(60).toNanos());
            assertThat(timeout)
                .hasMessageContaining("taking it over failed (planted)")
                .hasMessageContaining("who is gone");
            assertPaced(
                a.store().history().stream().filter(r -> r.kind() == Kind.REPLACE).toList());
          });
    }
  }

  /**
   * Pauses that grow from 200 ms to 5 s: so in a minute there is room for no more than some twenty
   * attempts.
   */
  private static void assertPaced(List<Request> writes) {
    assertThat(writes).hasSizeBetween(8, 22);
    for (int i = 1; i < writes.size(); i++) {
      long pause = writes.get(i).atNanos() - writes.get(i - 1).atNanos();
      assertThat(pause)
          .isBetween(Duration.ofMillis(200).toNanos(), Duration.ofMillis(5_000).toNanos());
    }
  }

  @Test
  default void aStaleRecordThatComesBackAfterEveryWriteEndsInTime() {
    play(
        (scenario, a, b) -> {
          Party holder = scenario.newPartyElsewhere();
          holder.acquire();
          holder.process().crash();
          String stale = scenario.body(a);
          // As on a bucket where a marker is removed: whatever is written, the old record is what
          // is read.
          a.store()
              .always(
                  request -> {
                    if (request.kind() == Kind.READ) {
                      scenario.medium().overwrite(Scenario.KEY, stale);
                      scenario.medium().age(Scenario.KEY, Duration.ofHours(1));
                    }
                    return false;
                  },
                  Fate.DONE);
          a.store().always(request -> request.kind() == Kind.REPLACE, Fate.CONFLICT);
          long start = scenario.simulation().nowNanos();
          LockTimeoutException timeout = a.failToAcquire(Duration.ofSeconds(30));
          assertThat(scenario.simulation().nowNanos() - start)
              .isEqualTo(Duration.ofSeconds(30).toNanos());
          assertThat(timeout).hasMessageContaining("who is gone");
          assertThat(a.store().history().stream().filter(r -> r.kind() == Kind.REPLACE).toList())
              .hasSizeBetween(5, 16);
        });
  }

  @Test
  default void theLateHolderFindsItsLockTakenOverAndTouchesNothing() {
    play(
        (scenario, a, b) -> {
          Party holder = scenario.newPartyElsewhere();
          Lease late = holder.acquire();
          holder.process().stop(Duration.ofMinutes(2));
          Lease taken = a.acquire(Duration.ofMinutes(1));
          String body = scenario.body(a);
          a.process().sleep(Duration.ofSeconds(1));
          holder.process().stop(Duration.ZERO);
          holder
              .process()
              .start(
                  "late",
                  () -> {
                    LockLostException lost =
                        Assertions.catchThrowableOfType(LockLostException.class, late::ensureHeld);
                    assertThat(lost.lossCause()).isEqualTo(LossCause.PROCESS_PAUSED);
                    late.close();
                  })
              .join();
          assertThat(scenario.body(a)).isEqualTo(body);
          taken.ensureHeld();
        });
  }

  @Test
  default void tokensRiseWhateverHappensToTheRecord() {
    play(
        (scenario, a, b) -> {
          long last = 0;
          for (int round = 0; round < 6; round++) {
            Party party = round % 2 == 0 ? a : b;
            Lease lease = party.acquire(Duration.ofMinutes(2));
            assertThat(lease.token()).isGreaterThan(last);
            last = lease.token();
            switch (round) {
              case 0 -> lease.close();
              case 1 -> {
                scenario.medium().remove(Scenario.KEY);
                a.process().sleep(Duration.ofSeconds(11));
              }
              case 2 -> scenario.medium().overwrite(Scenario.KEY, "rubbish");
              case 3 ->
                  assertThat(a.locks().forceRelease(Scenario.LOCK, OptionalLong.empty()))
                      .isNotNull();
              case 4 ->
                  scenario
                      .medium()
                      .overwrite(
                          Scenario.KEY,
                          "{\"format\":1,\"state\":\"released\",\"token\":99999999999999999,\"nonce\":\"x\"}");
              default -> lease.close();
            }
          }
        });
  }

  @Test
  default void nothingIsProvenWhereOneOfTheHoldersProcessesIsOfAnotherContainer() {
    play(
        (scenario, a, b) -> {
          Party companion = scenario.newParty();
          companion
              .process()
              .markAs(new ProcessMark("host", companion.process().pid(), "boot-1/4026999999,1/5"));
          b.locks()
              .acquire(
                  Scenario.LOCK,
                  b.locks().defaults().withCompanions(List.of(companion.process().pid())));
          assertThat(scenario.body(a)).contains("4026999999");
          b.process().crash();
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isEmpty();
        });
  }

  @Test
  default void tokensAreNotBelowTheClockOfAStoreThatMayForgetWrites() {
    play(
        (scenario, a, b) -> {
          long last = 0;
          for (int i = 0; i < 5; i++) {
            Party party = i % 2 == 0 ? a : b;
            long storeTime =
                scenario.medium().open(a.process()).read(new RegisterKey("locks/named/other.lock"))
                        instanceof ReadResult.Absent absent
                    ? absent.storeTimeMillis().orElseThrow()
                    : 0;
            try (Lease lease = party.acquire(Duration.ZERO)) {
              assertThat(lease.token()).isGreaterThan(last);
              assertThat(lease.token() >= storeTime)
                  .isEqualTo(a.store().mayForgetWrites() || i == 0);
              last = lease.token();
            }
            a.process().sleep(Duration.ofSeconds(10));
          }
        });
  }

  @Test
  default void aHolderThatRenewsWhileTheReadIsBeingAnsweredIsNotOverwritten() {
    play(
        (scenario, a, b) -> {
          Party holder = scenario.newPartyElsewhere();
          Lease lease = holder.acquire();
          a.store().showAge(() -> OptionalLong.of(62_500));
          // The read is carried out after one second and answered after two.
          a.store().slow(Duration.ofSeconds(2));
          holder
              .process()
              .start(
                  "renewer",
                  () -> {
                    holder.process().sleep(Duration.ofMillis(1_500));
                    lease.addCompanion(a.process().pid());
                  });
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          a.process().sleep(Duration.ofSeconds(30));
          lease.ensureHeld();
          assertThat(scenario.body(a)).contains("\"token\":" + lease.token());
        });
  }
}
