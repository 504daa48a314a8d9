package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Which token an acquisition gets, and what its record says of the one before it. */
interface TokenContract extends Contract {

  private static long storeTime(Scenario scenario, Party party) {
    return scenario.medium().open(party.process()).read(new RegisterKey("locks/named/none.lock"))
            instanceof ReadResult.Absent absent
        ? absent.storeTimeMillis().orElseThrow()
        : 0;
  }

  @Test
  default void aTokenThatWasOnlySeenIsNotGivenOutAgain() {
    play(
        (scenario, a, b) -> {
          long ahead = storeTime(scenario, a) + Duration.ofDays(1).toMillis();
          scenario
              .medium()
              .overwrite(
                  Scenario.KEY,
                  "{\"format\":1,\"state\":\"released\",\"token\":" + ahead + ",\"nonce\":\"x\"}");
          assertThat(a.locks().inspect(Scenario.LOCK).token()).hasValue(ahead);
          scenario.medium().remove(Scenario.KEY);
          assertThat(a.acquire().token()).isGreaterThan(ahead);
        });
  }

  @Test
  default void whatIsTakenBackWhereTheRecordWasRemovedBringsNoOldTokenBack() {
    play(
        (scenario, a, b) -> {
          boolean[] away = {false};
          a.store().next(Kind.CREATE, Fate.LOST);
          a.store().beforeNextWrite(() -> away[0] = true);
          a.store().always(request -> away[0] && request.kind() == Kind.READ, Fate.LOST);
          assertThat(a.failToAcquire(Duration.ZERO)).isNotNull();
          b.process().sleep(Duration.ofSeconds(1));
          long token;
          try (Lease lease = b.acquire()) {
            token = lease.token();
          }
          scenario.medium().remove(Scenario.KEY);
          away[0] = false;
          a.process().sleep(Duration.ofSeconds(4));
          assertThat(scenario.body(a)).contains("\"released\"");
          assertThat(scenario.newParty().acquire().token()).isGreaterThan(token);
        });
  }

  @Test
  default void aTokenIsNotBelowTheClockOfAStoreThatMayForgetWritesAlsoWithoutALook() {
    play(
        (scenario, a, b) -> {
          a.acquire().close();
          a.process().sleep(Duration.ofSeconds(10));
          long now = storeTime(scenario, a);
          a.store().clearHistory();
          Lease warm = a.acquire();
          assertThat(a.store().count(Kind.READ)).isZero();
          // The store's clock is counted on from its last answer, to the millisecond.
          assertThat(warm.token() >= now - 1_000).isEqualTo(a.store().mayForgetWrites());
        });
  }

  @Test
  default void norWhereTheMachineWasSuspendedSinceThatClockWasRead() {
    play(
        (scenario, a, b) -> {
          a.acquire().close();
          a.process().suspend(Duration.ofSeconds(10));
          b.process().sleep(Duration.ofSeconds(1));
          a.process().sleep(Duration.ofSeconds(1));
          long now = storeTime(scenario, a);
          Lease warm = a.acquire();
          assertThat(warm.token() >= now - 1_000).isEqualTo(a.store().mayForgetWrites());
        });
  }

  @Test
  default void aForcedReleaseKeepsTheTokenAndMakesOneWhereNoneCanBeRead() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          assertThat(b.locks().forceRelease(Scenario.LOCK, OptionalLong.empty())).isNotNull();
          assertThat(scenario.body(b)).contains("\"token\":" + lease.token() + ",");
          long now = storeTime(scenario, a);
          scenario.medium().overwrite(Scenario.KEY, "rubbish");
          Party other = scenario.newParty();
          assertThat(other.locks().forceRelease(Scenario.LOCK, OptionalLong.empty())).isNotNull();
          assertThat(other.acquire().token()).isGreaterThan(lease.token()).isGreaterThan(now);
        });
  }

  @Test
  default void anAcquisitionIsCleanOnlyAfterAProperRelease() {
    play(
        (scenario, a, b) -> {
          Lease first = a.acquire();
          assertThat(scenario.body(a)).contains("\"clean\":false");
          first.close();
          assertThat(scenario.body(a)).contains("\"clean\":true");
          Lease second = b.acquire();
          assertThat(scenario.body(a)).contains("\"clean\":true");
          b.process().crash();
          a.store().showAge(() -> OptionalLong.of(62_000));
          Lease third = a.acquire(Duration.ZERO);
          assertThat(third.token()).isGreaterThan(second.token());
          assertThat(scenario.body(a)).contains("\"held\"").contains("\"clean\":false");
          Party other = scenario.newParty();
          assertThat(other.locks().forceRelease(Scenario.LOCK, OptionalLong.empty())).isNotNull();
          assertThat(scenario.body(a)).contains("\"released\"").contains("\"clean\":false");
          other.acquire(Duration.ZERO).close();
          assertThat(scenario.body(a)).contains("\"released\"").contains("\"clean\":true");
          // Also without a look at the record.
          other.acquire(Duration.ZERO);
          assertThat(scenario.body(a)).contains("\"held\"").contains("\"clean\":true");
        });
  }

  @Test
  default void aStoreThatNeverTellsItsTimeIsAskedWithPauses() {
    playOnce(
        (scenario, a, b) -> {
          AtomicInteger reads = new AtomicInteger();
          LockService locks =
              new LockService(
                  new ForwardingRegisterStore(scenario.medium().open(a.process())) {
                    @Override
                    public ReadResult read(RegisterKey key) {
                      reads.incrementAndGet();
                      return new ReadResult.Absent(OptionalLong.empty());
                    }
                  },
                  LockOptions.of("x").withMaxWait(Duration.ofSeconds(20)),
                  a.process());
          assertThatThrownBy(() -> locks.acquire(Scenario.LOCK))
              .isInstanceOf(LockTimeoutException.class)
              .hasMessageContaining("does not tell its time");
          assertThat(reads.get()).isBetween(5, 12);
        });
  }

  @Test
  default void aWriteWithoutALookThatFailsIsFollowedByAPauseToo() {
    playOnce(
        (scenario, a, b) -> {
          a.acquire().close();
          a.store().clearHistory();
          a.store().always(request -> request.kind() == Kind.REPLACE, Fate.NOT_APPLIED);
          a.failToAcquire(Duration.ofSeconds(3));
          List<Long> writes =
              a.store().history().stream()
                  .filter(request -> request.kind() == Kind.REPLACE)
                  .map(FaultyRegisterStore.Request::atNanos)
                  .toList();
          assertThat(writes.get(1) - writes.get(0))
              .isGreaterThanOrEqualTo(Duration.ofMillis(200).toNanos());
        });
  }

  @Test
  default void theProofOfAnAcquisitionNamesItsCompanionsToo() {
    play(
        (scenario, a, b) -> {
          a.store().next(Kind.CREATE, Fate.ANSWER_LOST);
          Lease lease =
              a.locks()
                  .acquire(
                      Scenario.LOCK,
                      a.locks().defaults().withCompanions(List.of(b.process().pid())));
          assertThat(scenario.body(a))
              .contains("\"revision\":2")
              .contains("\"companions\":[{\"pid\":" + b.process().pid());
          lease.ensureHeld();
        });
  }

  @Test
  default void tokensDoNotRunAheadOfTheClockThatIsAllThatIsLeftWhereARecordIsRemoved() {
    play(
        (scenario, a, b) -> {
          long simulated = scenario.simulation().storeMillis();
          if (!a.store().mayForgetWrites() || storeTime(scenario, a) != simulated) {
            // A real clock goes on while the virtual one stands.
            return;
          }
          long last = 0;
          for (int i = 0; i < 200; i++) {
            try (Lease lease = (i % 10 == 0 ? b : a).acquire()) {
              assertThat(lease.token()).isGreaterThan(last);
              last = lease.token();
            }
          }
          scenario.medium().remove(Scenario.KEY);
          assertThat(scenario.newParty().acquire().token()).isGreaterThan(last);
          assertThat(scenario.simulation().storeMillis() - simulated).isLessThan(600);
        });
  }
}
