package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LossCause;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.FaultyRegisterStore.Request;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** What comes too late, comes back, or is only half proven. */
interface LatenessContract extends Contract {

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
    holder.store().heal();
    // Quick reads: what decides comes first, and then one slow write.
    holder
        .store()
        .always(
            request -> {
              if (request.kind() == Kind.REPLACE) {
                holder.store().slow(SLOW);
              }
              return false;
            },
            Fate.DONE);
    while (renewalsSent(holder) == 0) {
      other.process().sleep(Duration.ofMillis(10));
    }
    assertThat(scenario.simulation().nowNanos()).isLessThan(Duration.ofMillis(28_500).toNanos());
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
  default void whatAProcessAbandonedItTakesOverAtOnceAndNobodyElseDoes() {
    play(
        (scenario, a, b) -> {
          a.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
          a.store().next(Kind.CREATE, Fate.ANSWER_LOST);
          assertThat(a.failToAcquire(Duration.ZERO)).isNotNull();
          String body = scenario.body(a);
          a.process().sleep(Duration.ofSeconds(6));
          // As if the store had been gone while what was begun would have been undone.
          scenario.medium().overwrite(Scenario.KEY, body);
          assertThat(b.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isPresent();
        });
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
  default void nothingIsProvenAboutAProcessOfAStoreThatOtherMachinesReach() {
    play(
        (scenario, a, b) -> {
          b.acquire();
          b.process().crash();
          assertThat(a.locks().tryAcquire(Scenario.LOCK).isPresent())
              .isEqualTo(a.store().machineLocal());
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
  default void aDeeplyNestedRecordIsUnreadableAndHarmless() {
    play(
        (scenario, a, b) -> {
          scenario.medium().overwrite(Scenario.KEY, "{\"format\":1,\"x\":" + "[".repeat(60_000));
          assertThat(a.failToAcquire(Duration.ZERO)).hasMessageContaining("nested too deeply");
          scenario
              .medium()
              .overwrite(
                  Scenario.KEY,
                  "{\"format\":1,\"state\":\"held\",\"x\":"
                      + "[".repeat(20)
                      + "]".repeat(20)
                      + "}");
          assertThat(a.failToAcquire(Duration.ZERO)).hasMessageContaining("nested too deeply");
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
