package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LossCause;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How renewals and releases are sent: how many at once, with which limits and pauses. */
interface RenewalContract extends Contract {

  /** Answers every replacement by a conflict once it is told to, and counts them. */
  final class Conflicting extends ForwardingRegisterStore {
    private final AtomicBoolean conflicting = new AtomicBoolean();
    private final AtomicInteger replacements = new AtomicInteger();

    Conflicting(RegisterStore store) {
      super(store);
    }

    @Override
    public WriteResult replace(RegisterKey key, Version expected, String body) {
      replacements.incrementAndGet();
      return conflicting.get() ? new WriteResult.Conflict() : super.replace(key, expected, body);
    }
  }

  @Test
  default void conflictsThatNeverEndAreMetWithPauses() {
    playOnce(
        (scenario, a, b) -> {
          Conflicting store = new Conflicting(a.store());
          LockService locks = new LockService(store, LockOptions.of("x"), a.process());
          Lease renewed = locks.acquire(Scenario.LOCK);
          store.conflicting.set(true);
          a.process().sleep(Duration.ofSeconds(29));
          assertThat(catchThrowableOfType(LockLostException.class, renewed::ensureHeld).lossCause())
              .isEqualTo(LossCause.STORE_UNREACHABLE);
          assertThat(store.replacements.get()).isBetween(5, 12);

          store.conflicting.set(false);
          Lease released = locks.acquire("other");
          store.conflicting.set(true);
          store.replacements.set(0);
          released.close();
          assertThat(store.replacements.get()).isBetween(4, 8);
        });
  }

  @Test
  default void aReleaseThatMeetsOneConflictIsTriedAgainAtOnce() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.process().sleep(Duration.ofSeconds(1));
          a.store().next(Kind.REPLACE, Fate.CONFLICT);
          long start = scenario.simulation().nowNanos();
          lease.close();
          assertThat(scenario.simulation().nowNanos()).isEqualTo(start);
        });
  }

  @Test
  default void noMoreThanSixteenRenewalsAreUnderWayAtOnce() {
    playOnce(
        (scenario, a, b) -> {
          for (int i = 0; i < 40; i++) {
            a.locks().acquire("lock" + i);
          }
          a.store().clearHistory();
          a.store().always(request -> true, Fate.NO_ANSWER);
          a.process().sleep(Duration.ofMillis(17_400));
          assertThat(a.store().count(Kind.REPLACE)).isEqualTo(16);
        });
  }

  @Test
  default void aRenewalWithoutAnAnswerLeavesTimeForAnother() {
    for (Duration ttl : new Duration[] {Duration.ofSeconds(4), Duration.ofHours(1)}) {
      playOnce(
          (scenario, a, b) -> {
            Lease lease = a.locks().acquire(Scenario.LOCK, a.locks().defaults().withTtl(ttl));
            a.store().clearHistory();
            a.store().next(Kind.REPLACE, Fate.NO_ANSWER);
            Duration limit = Duration.ofSeconds(ttl.toSeconds() == 4 ? 1 : 10);
            a.process().sleep(ttl.dividedBy(3).plus(limit).plusMillis(300));
            assertThat(a.store().count(Kind.READ)).isOne();
            a.process().sleep(ttl.multipliedBy(3));
            lease.ensureHeld();
          });
    }
  }

  @Test
  default void aListenerThatBlocksHoldsUpNoRenewal() {
    playOnce(
        (scenario, a, b) -> {
          Lease lost = a.acquire();
          Lease other = a.locks().acquire("other");
          AtomicBoolean told = new AtomicBoolean();
          lost.onLost(
              loss -> {
                told.set(true);
                block(a.process());
              });
          scenario.medium().remove(Scenario.KEY);
          a.process().sleep(Duration.ofMinutes(5));
          assertThat(told).isTrue();
          other.ensureHeld();
        });
  }

  @Test
  default void listenersThatBlockHoldUpNoReleaseAndNoListenerOfAnotherLease() {
    playOnce(
        (scenario, a, b) -> {
          AtomicInteger told = new AtomicInteger();
          for (int i = 0; i < 20; i++) {
            a.locks()
                .acquire("lost " + i)
                .onLost(
                    loss -> {
                      told.incrementAndGet();
                      block(a.process());
                    });
          }
          for (int i = 0; i < 20; i++) {
            b.locks().forceRelease("lost " + i, OptionalLong.empty());
          }
          a.process().sleep(Duration.ofSeconds(15));
          assertThat(told).hasValue(20);

          Lease other = a.locks().acquire("other");
          long beginNanos = a.process().nanoTime();
          other.close();
          assertThat(a.process().nanoTime() - beginNanos).isLessThan(TimeUnit.SECONDS.toNanos(1));
        });
  }

  private static void block(SimulatedProcess process) {
    try {
      process.sleep(Duration.ofHours(1));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  default void aCompanionNamedDuringARenewalIsWrittenRightAfterIt() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().slow(Duration.ofMillis(100));
          a.process().sleep(Duration.ofMillis(10_020));
          lease.addCompanion(b.process().pid());
          a.process().sleep(Duration.ofMillis(200));
          assertThat(scenario.body(a)).contains("companions");
          lease.ensureHeld();
        });
  }

  @Test
  default void closingALeaseThatWasLostEndsNoLaterOneOfTheSameService() {
    playOnce(
        (scenario, a, b) -> {
          Lease lost = a.acquire();
          scenario.medium().remove(Scenario.KEY);
          a.process().sleep(Duration.ofSeconds(11));
          Lease next = a.acquire();
          lost.close();
          assertThat(a.failToAcquire(Duration.ZERO))
              .hasMessageContaining("held by this very service");
          next.ensureHeld();
        });
  }
}
