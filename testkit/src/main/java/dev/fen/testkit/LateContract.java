package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.LossCause;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.FaultyRegisterStore.Request;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Writes that land long after their caller went on, and what a caller leaves that gave up. */
interface LateContract extends Contract {

  /** How long a write may be on its way in these tests. */
  List<Duration> DELAYS =
      List.of(
          Duration.ofMillis(50),
          Duration.ofMillis(300),
          Duration.ofSeconds(1),
          Duration.ofSeconds(6),
          Duration.ofSeconds(27));

  /** The slowest request that a renewal of the default ttl still waits for. */
  Duration SLOW = Duration.ofSeconds(6);

  private static long renewalsSent(Party party) {
    return party.store().history().stream()
        .filter(request -> request.kind() == Kind.REPLACE && request.fate() == Fate.DONE)
        .count();
  }

  private static LockLostException loss(Lease lease) {
    return Assertions.catchThrowableOfType(LockLostException.class, lease::ensureHeld);
  }

  /** Lets renewals fail until so late that the next one is answered after the lease's end only. */
  private static void renewTooLate(Scenario scenario, Party holder, Party other)
      throws InterruptedException {
    holder.store().always(request -> true, Fate.LOST);
    other.process().sleep(Duration.ofMillis(23_500));
    holder.store().slow(request -> request.kind() == Kind.REPLACE, SLOW);
    holder.store().heal();
    while (renewalsSent(holder) == 0) {
      other.process().sleep(Duration.ofMillis(10));
    }
    assertThat(scenario.simulation().nowNanos()).isLessThan(Duration.ofMillis(28_500).toNanos());
  }

  /** The next write of a kind is answered as unknown and lands so much later. */
  private static void delayNext(Party party, Kind kind, Duration delay) {
    party.store().next(kind, Fate.LATE);
    party.store().beforeNextWrite(() -> party.store().letLateOnesLandIn(delay));
  }

  private static void work(Party party, int[] inside) throws InterruptedException {
    for (int i = 0; i < 4; i++) {
      try (Lease lease = party.acquire(Duration.ofMinutes(10))) {
        assertThat(++inside[0]).isEqualTo(1);
        party.process().sleep(Duration.ofMillis(i == 2 ? 12_000 : 300));
        lease.ensureHeld();
        inside[0]--;
      }
      party.process().sleep(Duration.ofMillis(10));
    }
  }

  @Test
  default void whereverAWriteLandsLateThereIsOneHolderAndNoOrphan() {
    for (Duration delay : DELAYS) {
      for (int nth = 0; nth < 8; nth++) {
        int which = nth;
        play(
            (scenario, a, b) -> {
              int[] writes = {0};
              a.store()
                  .always(
                      request -> {
                        boolean chosen = request.kind() != Kind.READ && writes[0]++ == which;
                        if (chosen) {
                          a.store().beforeNextWrite(() -> a.store().letLateOnesLandIn(delay));
                        }
                        return chosen;
                      },
                      Fate.LATE);
              int[] inside = {0};
              List<SimulatedProcess.Task> tasks = new ArrayList<>();
              for (Party party : List.of(a, b)) {
                tasks.add(party.process().start("worker", () -> work(party, inside)));
              }
              for (SimulatedProcess.Task task : tasks) {
                task.join();
              }
              a.process().sleep(Duration.ofSeconds(40));
              assertThat(scenario.body(a)).contains("\"released\"");
              b.acquire(Duration.ZERO).close();
            });
      }
    }
  }

  @Test
  default void aTakeoverThatLandsLateNeverOverwritesAnotherTaker() {
    for (Duration delay : DELAYS) {
      play(
          (scenario, a, b) -> {
            Party dead = scenario.newParty();
            dead.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
            dead.acquire();
            dead.process().crash();
            a.store().showAge(() -> OptionalLong.of(3_600_000));
            b.store().showAge(() -> OptionalLong.of(3_600_000));
            delayNext(a, Kind.REPLACE, delay);
            assertThat(a.failToAcquire(Duration.ZERO)).isNotNull();
            a.store().always(request -> true, Fate.LOST);
            b.store().showAge(() -> OptionalLong.of(0));
            b.process().sleep(Duration.ofSeconds(40));
            Lease lease = b.acquire(Duration.ofMinutes(2));
            b.process().sleep(Duration.ofSeconds(40));
            lease.ensureHeld();
            assertThat(scenario.body(b)).contains("\"token\":" + lease.token());
          });
    }
  }

  @Test
  default void aForcedReleaseThatLandsLateFreesNoLaterHoldersLock() {
    for (Duration delay : DELAYS) {
      play(
          (scenario, a, b) -> {
            Lease first = a.acquire();
            delayNext(b, Kind.REPLACE, delay);
            b.locks().forceRelease(Scenario.LOCK, OptionalLong.of(first.token()));
            Lease next = a.locks().tryAcquire(Scenario.LOCK).orElse(null);
            if (next == null) {
              // The first lease does not know yet, so the service still queues behind it.
              first.close();
              next = a.acquire();
            }
            a.process().sleep(Duration.ofSeconds(40));
            next.ensureHeld();
            assertThat(scenario.body(a)).contains("\"held\"").contains("\"token\":" + next.token());
          });
    }
  }

  @Test
  default void aRenewalThatLandsAfterTheReleaseChangesNothing() {
    for (Duration delay : DELAYS) {
      play(
          (scenario, a, b) -> {
            Lease lease = a.acquire();
            delayNext(a, Kind.REPLACE, delay);
            a.process().sleep(Duration.ofMillis(10_001));
            lease.close();
            Lease next = b.acquire(Duration.ofSeconds(1));
            b.process().sleep(Duration.ofSeconds(40));
            next.ensureHeld();
            assertThat(scenario.body(b)).contains("\"token\":" + next.token());
          });
    }
  }

  @Test
  default void whatAProcessAbandonedKeepsOthersOutButNotItself() {
    play(
        (scenario, a, b) -> {
          a.store().next(Kind.CREATE, Fate.LATE);
          a.store().always(request -> a.store().count(Kind.CREATE) > 0, Fate.LOST);
          assertThat(a.failToAcquire(Duration.ZERO)).isNotNull();
          a.process().sleep(Duration.ofSeconds(8));
          a.store().letLateOnesLand();
          a.store().heal();
          assertThat(scenario.body(a)).contains("\"held\"");
          assertThat(b.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          a.acquire(Duration.ZERO).ensureHeld();
        });
  }

  @Test
  default void anInterruptedAcquisitionThatCouldNotBeUndoneIsTakenOverByItsOwnProcessAtOnce() {
    play(
        (scenario, a, b) -> {
          a.store().slow(Duration.ofMillis(100));
          SimulatedProcess.Task task =
              a.process()
                  .start(
                      "acquirer",
                      () ->
                          assertThatThrownBy(a::acquire).isInstanceOf(InterruptedException.class));
          b.process().sleep(Duration.ofMillis(190));
          task.interrupt();
          task.join();
          a.store().always(request -> true, Fate.LOST);
          b.process().sleep(Duration.ofSeconds(8));
          a.store().heal();
          assertThat(scenario.body(a)).contains("\"held\"");
          assertThat(b.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          a.acquire(Duration.ZERO).ensureHeld();
        });
  }

  @Test
  default void aRefusalWithAWriteThatMayStandEndsAtOnceAndLeavesNothing() {
    for (boolean stale : List.of(true, false)) {
      play(
          (scenario, a, b) -> {
            if (stale) {
              Party dead = scenario.newParty();
              dead.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
              dead.acquire();
              dead.process().crash();
              a.store().showAge(() -> OptionalLong.of(3_600_000));
            }
            a.store().next(stale ? Kind.REPLACE : Kind.CREATE, Fate.ANSWER_REFUSED);
            long start = scenario.simulation().nowNanos();
            assertThatThrownBy(a::acquire)
                .isInstanceOf(LockStoreException.class)
                .hasMessageContaining("planted refusal");
            assertThat(scenario.simulation().nowNanos()).isEqualTo(start);
            a.process().sleep(Duration.ofSeconds(1));
            assertThat(scenario.body(a)).contains("\"released\"");
            b.acquire(Duration.ZERO).close();
          });
    }
  }

  @Test
  default void aRefusedTakeoverEndsAtOnce() {
    play(
        (scenario, a, b) -> {
          Party dead = scenario.newParty();
          dead.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
          dead.acquire();
          dead.process().crash();
          a.store().showAge(() -> OptionalLong.of(3_600_000));
          a.store().next(Kind.REPLACE, Fate.REFUSED);
          assertThatThrownBy(a::acquire).isInstanceOf(LockStoreException.class);
        });
  }

  @Test
  default void aRenewalCountsFromItsSendingNotFromItsAnswer() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().slow(SLOW);
          a.process().sleep(Duration.ofMillis(16_500));
          assertThat(lease.remaining()).isEqualTo(Duration.ofSeconds(22));
        });
  }

  @Test
  default void anAnswerAfterTheEndRevivesNothing() {
    play(
        (scenario, a, b) -> {
          Lease lease = b.acquire();
          List<LossCause> told = new ArrayList<>();
          lease.onLost(lost -> told.add(lost.lossCause()));
          b.store().clearHistory();
          renewTooLate(scenario, b, a);
          a.process().sleep(Duration.ofSeconds(15));
          assertThat(told).containsExactly(LossCause.STORE_UNREACHABLE);
          assertThat(lease.remaining()).isZero();
          assertThat(loss(lease)).isNotNull();
          long renewals = renewalsSent(b);
          a.process().sleep(Duration.ofMinutes(5));
          assertThat(renewalsSent(b)).isEqualTo(renewals);
        });
  }

  @Test
  default void anAnswerThatCameWhileTheProcessStoodStillRevivesNothing() {
    play(
        (scenario, a, b) -> {
          Lease lease = b.acquire();
          b.store().clearHistory();
          renewTooLate(scenario, b, a);
          // The store has done it, and its answer waits with the end of the lease for the process
          // to go on.
          a.process().sleep(SLOW.dividedBy(2).plusMillis(1));
          b.process().stop(Duration.ofSeconds(20));
          a.process().sleep(Duration.ofSeconds(25));
          assertThat(loss(lease)).isNotNull();
          assertThat(lease.remaining()).isZero();
        });
  }

  @Test
  default void aWriteUponAReleasedRecordThatLandsAfterATimeOutLeavesNothingBehind() {
    for (Fate fate : List.of(Fate.LOST, Fate.ANSWER_LOST, Fate.LATE)) {
      play(
          (scenario, a, b) -> {
            b.acquire().close();
            a.store().next(Kind.REPLACE, fate);
            assertThat(a.failToAcquire(Duration.ZERO)).isNotNull();
            a.process().sleep(Duration.ofSeconds(5));
            a.store().letLateOnesLand();
            assertThat(scenario.body(a)).contains("\"released\"");
            b.acquire(Duration.ZERO).ensureHeld();
          });
    }
  }

  @Test
  default void aStaleRecordThatComesBackAfterAWriteThatWasAnsweredGoodIsALoss() {
    play(
        (scenario, a, b) -> {
          b.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
          b.acquire();
          b.process().crash();
          String stale = scenario.body(a);
          scenario.medium().age(Scenario.KEY, Duration.ofHours(1));
          Lease lease = a.acquire();
          scenario.medium().overwrite(Scenario.KEY, stale);
          a.process().sleep(Duration.ofSeconds(11));
          assertThat(loss(lease).lossCause()).isEqualTo(LossCause.TAKEN_OVER);
          lease.close();
          assertThat(scenario.body(a)).isEqualTo(stale);
        });
  }

  @Test
  default void aClosedLeaseCannotBeUsedByARenewalThatIsStillUnderWay() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().slow(Duration.ofSeconds(2));
          a.process().sleep(Duration.ofMillis(10_500));
          lease.close();
          a.store().slow(Duration.ZERO);
          Lease next = b.acquire(Duration.ZERO);
          a.store().clearHistory();
          a.process().sleep(Duration.ofMinutes(2));
          assertThat(a.store().history()).extracting(Request::kind).isEmpty();
          next.ensureHeld();
          assertThatThrownBy(lease::ensureHeld).isInstanceOf(IllegalStateException.class);
        });
  }
}
