package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.ReleaseResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Nothing hammers a store, hangs on it, outlives its bound or is left behind. */
interface BoundContract extends Contract {

  /** Whose lease outlasts its wait by far. */
  LockOptions LONG_LEASE =
      LockOptions.of("test").withTtl(Duration.ofMinutes(10)).withMaxWait(Duration.ofSeconds(20));

  @Test
  default void aLeaseInDoubtIsProvenWithPausesBetweenTheTries() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.process().suspend(Duration.ofSeconds(5));
          a.process().sleep(Duration.ofMillis(1));
          a.store().slow(Duration.ofMillis(20));
          a.store().always(request -> true, Fate.LOST);
          a.store().clearHistory();
          assertThatThrownBy(lease::ensureHeld).isInstanceOf(LockLostException.class);
          assertThat(a.store().history()).hasSizeBetween(2, 20);
        });
  }

  @Test
  default void aLeaseInDoubtIsProvenByTheRenewalAfterTheOneThatFailed() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.process().suspend(Duration.ofSeconds(5));
          a.store().next(Kind.REPLACE, Fate.LOST);
          lease.ensureHeld();
          assertThat(lease.remaining()).isGreaterThan(Duration.ofSeconds(27));
        });
  }

  @Test
  default void anAcquisitionIsBoundedThoughItsLeaseIsInDoubtAndCannotBeProven() {
    playOnce(
        (scenario, a, b) -> {
          a.store()
              .afterEveryWrite(
                  () -> {
                    a.process().suspend(Duration.ofMinutes(1));
                    a.store().always(request -> true, Fate.LOST);
                  });
          long start = a.process().nanoTime();
          assertThatThrownBy(
                  () -> a.locks().models().acquireNamed(List.of("x"), LONG_LEASE, status -> {}))
              .isInstanceOf(LockTimeoutException.class)
              .hasMessageStartingWith(
                  "lock \"x\" was not to be had within 20 s: this machine was suspended meanwhile, and whether it"
                      + " still is ours could not be found out (");
          assertThat(Duration.ofNanos(a.process().nanoTime() - start))
              .isEqualTo(LONG_LEASE.maxWait());
        });
  }

  @Test
  default void whoAsksForMoreIsBoundedThoughWhatItHasIsInDoubtAndCannotBeProven() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup run =
              a.locks().models().acquireModels(List.of("t/a"), LONG_LEASE, status -> {});
          a.process().suspend(Duration.ofMinutes(1));
          a.process().sleep(Duration.ofMillis(1));
          a.store().always(request -> true, Fate.LOST);
          long start = a.process().nanoTime();
          assertThatThrownBy(() -> run.acquireMore(List.of("t/b"), LONG_LEASE, status -> {}))
              .isInstanceOf(LockTimeoutException.class)
              .hasMessageStartingWith(
                  "model lock \"t/a\" was not to be had within 20 s: this machine");
          assertThat(Duration.ofNanos(a.process().nanoTime() - start))
              .isEqualTo(LONG_LEASE.maxWait());
          a.store().heal();
          run.acquireMore(List.of("t/b"), LONG_LEASE, status -> {});
          run.ensureHeld();
        });
  }

  @Test
  default void allCallsOfTheFirstAttemptTogetherAreBounded() {
    playOnce(
        (scenario, a, b) -> {
          a.acquire().close();
          b.acquire().close();
          a.store().slow(Duration.ofMillis(4_900));
          long start = scenario.simulation().nowNanos();
          assertThatThrownBy(() -> a.locks().tryAcquire(Scenario.LOCK))
              .isInstanceOf(LockStoreException.class);
          assertThat(scenario.simulation().nowNanos() - start)
              .isLessThan(Duration.ofMillis(5_500).toNanos());
        });
  }

  @Test
  default void aReadWithoutTheStoresTimeIsTriedAgain() {
    playOnce(
        (scenario, a, b) -> {
          AtomicInteger reads = new AtomicInteger();
          RegisterStore store =
              new ForwardingRegisterStore(scenario.medium().open(a.process())) {
                @Override
                public ReadResult read(RegisterKey key) {
                  ReadResult result = super.read(key);
                  return reads.getAndIncrement() == 0
                      ? new ReadResult.Absent(OptionalLong.empty())
                      : result;
                }
              };
          try (LockService locks = new LockService(store, LockOptions.of("x"), a.process());
              Lease lease = locks.acquire(Scenario.LOCK)) {
            assertThat(lease.token()).isPositive();
            assertThat(reads).hasValue(2);
          }
        });
  }

  @Test
  default void aTokenThatCannotBeCountedUpLeavesTheLockTakeable() {
    playOnce(
        (scenario, a, b) -> {
          a.acquire().close();
          String body = scenario.body(a).replaceAll("\"token\":\\d+", "\"token\":9007199254740992");
          scenario.medium().overwrite(Scenario.KEY, body);
          try (Lease lease = b.acquire()) {
            assertThat(lease.token()).isLessThan(1L << 52);
          }
        });
  }

  @Test
  default void aNinthCompanionIsRefusedAndAReaderProvesNothingFromTooMany() {
    playOnce(
        (scenario, a, b) -> {
          List<Long> nine = new ArrayList<>();
          for (int i = 0; i < 9; i++) {
            nine.add(scenario.simulation().newProcess("c" + i).pid());
          }
          assertThatThrownBy(() -> a.locks().defaults().withCompanions(nine))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("9 companions");
          try (Lease lease = a.acquire()) {
            for (long pid : nine.subList(0, 8)) {
              lease.addCompanion(pid);
              lease.addCompanion(pid);
            }
            assertThatThrownBy(() -> lease.addCompanion(nine.get(8)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("8 companions");
            lease.ensureHeld();
          }
        });
  }

  @Test
  default void aForcedReleaseWhoseAnswerIsLostSaysThatTheLockWasFreed() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          SimulatedProcess.Task waiter =
              a.process().start("other", () -> scenario.newParty().acquire());
          b.process().sleep(Duration.ofSeconds(1));
          b.store().next(Kind.REPLACE, Fate.ANSWER_LOST);
          ReleaseResult result =
              b.locks().forceRelease(Scenario.LOCK, OptionalLong.of(lease.token()));
          assertThat(result.outcome()).isEqualTo(ReleaseResult.Outcome.RELEASED);
          waiter.join();
        });
  }

  @Test
  default void aWaiterOfAServiceThatIsClosedGetsNoLease() {
    playOnce(
        (scenario, a, b) -> {
          Lease held = b.acquire();
          AtomicBoolean refused = new AtomicBoolean();
          SimulatedProcess.Task waiter =
              a.process()
                  .start(
                      "waiter",
                      () -> {
                        try {
                          a.locks().acquire(Scenario.LOCK);
                        } catch (IllegalStateException closed) {
                          refused.set(true);
                        }
                      });
          b.process().sleep(Duration.ofSeconds(1));
          a.locks().close();
          held.close();
          waiter.join();
          assertThat(refused).isTrue();
          assertThat(scenario.body(b)).contains("\"released\"");
        });
  }

  @Test
  default void whatNobodyWaitsForAnyMoreIsNotAskedFor() {
    playOnce(
        (scenario, a, b) -> {
          AtomicBoolean hang = new AtomicBoolean(true);
          AtomicInteger obsolete = new AtomicInteger();
          RegisterStore store =
              new ForwardingRegisterStore(scenario.medium().open(a.process())) {
                @Override
                public ReadResult read(RegisterKey key) {
                  if (key.path().contains("late")) {
                    obsolete.incrementAndGet();
                  }
                  while (hang.get()) {
                    doze(a.process());
                  }
                  return super.read(key);
                }
              };
          LockService locks = new LockService(store, LockOptions.of("x"), a.process());
          for (int i = 0; i < 16; i++) {
            String name = "x" + i;
            a.process().start(name, () -> lookInVain(locks, name));
          }
          a.process().sleep(Duration.ofMillis(100));
          lookInVain(locks, "late");
          hang.set(false);
          a.process().sleep(Duration.ofSeconds(5));
          assertThat(obsolete).hasValue(0);
        });
  }

  private static void doze(SimulatedProcess process) {
    try {
      process.sleep(Duration.ofSeconds(1));
    } catch (InterruptedException unexpected) {
      throw new IllegalStateException(unexpected);
    }
  }

  private static void lookInVain(LockService locks, String name) throws InterruptedException {
    assertThatThrownBy(() -> locks.inspect(name)).isInstanceOf(LockStoreException.class);
  }

  @Test
  default void aWatchThatBeginsTooLateIsEnded() {
    playOnce(
        (scenario, a, b) -> {
          AtomicInteger open = new AtomicInteger();
          RegisterStore store =
              new ForwardingRegisterStore(scenario.medium().open(a.process())) {
                @Override
                public Watch watch(RegisterKey key, Runnable onChange) {
                  doze(a.process());
                  open.incrementAndGet();
                  return open::decrementAndGet;
                }
              };
          LockService locks = new LockService(store, LockOptions.of("x"), a.process());
          Lease held = b.acquire();
          SimulatedProcess.Task waiter =
              a.process()
                  .start(
                      "waiter",
                      () ->
                          assertThatThrownBy(() -> locks.acquire(Scenario.LOCK))
                              .isInstanceOf(InterruptedException.class));
          a.process().sleep(Duration.ofMillis(500));
          waiter.interrupt();
          waiter.join();
          a.process().sleep(Duration.ofSeconds(5));
          assertThat(open).hasValue(0);
          held.close();
        });
  }

  @Test
  default void anAcquisitionThatCannotBeUndoneIsWarnedAbout() {
    playOnce(
        (scenario, a, b) -> {
          try (Warnings warnings = Warnings.capture()) {
            a.store().next(Kind.CREATE, Fate.ANSWER_LOST);
            a.store().always(request -> a.store().count(Kind.CREATE) > 0, Fate.LOST);
            a.failToAcquire(Duration.ZERO);
            a.process().sleep(Duration.ofSeconds(20));
            assertThat(warnings.messages())
                .singleElement()
                .asString()
                .contains("\"" + Scenario.LOCK + "\"", "could not be given back");
          }
        });
  }

  @Test
  default void whoQueuesHereIsToldAndTimesOutByWhatWasSeenMeanwhile() {
    playOnce(
        (scenario, a, b) -> {
          Lease held = b.acquire();
          List<LockStatus> told = new ArrayList<>();
          SimulatedProcess.Task first =
              a.process().start("first", () -> a.failToAcquire(Duration.ofSeconds(20)));
          a.process().sleep(Duration.ofMillis(10));
          SimulatedProcess.Task second =
              a.process()
                  .start(
                      "second",
                      () ->
                          assertThatThrownBy(
                                  () ->
                                      a.locks()
                                          .acquire(
                                              Scenario.LOCK,
                                              a.locks()
                                                  .defaults()
                                                  .withMaxWait(Duration.ofSeconds(15)),
                                              told::add))
                              .hasMessageContaining("held by"));
          second.join();
          first.join();
          assertThat(told).isNotEmpty();
          assertThat(told.get(0).holder()).isNotNull();
          held.close();
        });
  }

  @Test
  default void whatWasSeenBeforeACallIsNotItsReason() {
    playOnce(
        (scenario, a, b) -> {
          Lease held = b.acquire();
          a.locks().inspect(Scenario.LOCK);
          held.close();
          a.process().sleep(Duration.ofHours(1));
          a.store().always(request -> true, Fate.NO_ANSWER);
          SimulatedProcess.Task first =
              a.process().start("first", () -> a.failToAcquire(Duration.ofSeconds(8)));
          a.process().sleep(Duration.ofMillis(10));
          assertThat(a.failToAcquire(Duration.ofSeconds(2)))
              .hasMessageNotContaining("is alive")
              .hasMessageContaining("other callers of this very service");
          first.join();
        });
  }

  @Test
  default void oneUnreadableRegisterHidesNoOther() {
    playOnce(
        (scenario, a, b) -> {
          Lease one = b.locks().acquire("one");
          Lease two = b.locks().acquire("two");
          a.store().always(request -> request.key().contains("one"), Fate.LOST);
          assertThat(a.locks().list())
              .extracting(LockStatus::state)
              .containsExactly(LockStatus.State.UNREADABLE, LockStatus.State.HELD);
          one.close();
          two.close();
        });
  }

  @Test
  default void changesThatComeOneAfterAnotherAreNotAllLookedAt() {
    playOnce(
        (scenario, a, b) -> {
          AtomicInteger reads = new AtomicInteger();
          List<Runnable> told = new ArrayList<>();
          RegisterStore store =
              new ForwardingRegisterStore(scenario.medium().open(a.process())) {
                @Override
                public Watch watch(RegisterKey key, Runnable onChange) {
                  told.add(onChange);
                  return () -> {};
                }

                @Override
                public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
                  reads.incrementAndGet();
                  return super.readAgain(key, last);
                }
              };
          LockService locks = new LockService(store, LockOptions.of("x"), a.process());
          Lease held = b.acquire();
          SimulatedProcess.Task waiter =
              a.process().start("waiter", () -> locks.acquire(Scenario.LOCK).close());
          a.process().sleep(Duration.ofSeconds(5));
          reads.set(0);
          for (int i = 0; i < 1_000; i++) {
            a.process().sleep(Duration.ofMillis(2));
            told.forEach(Runnable::run);
          }
          assertThat(reads.get()).isBetween(20, 60);
          a.process().sleep(Duration.ofSeconds(2));
          held.close();
          long freed = scenario.simulation().nowNanos();
          told.forEach(Runnable::run);
          waiter.join();
          // After some quiet the first change is looked at without a pause.
          assertThat(scenario.simulation().nowNanos() - freed)
              .isLessThan(Duration.ofMillis(5).toNanos());
        });
  }

  @Test
  default void whyRenewalsFailIsKnownBeforeTheLeaseRunsOut() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.process().sleep(Duration.ofSeconds(15));
          assertThat(lease.renewalFailure()).isEmpty();
          a.store().always(request -> true, Fate.NO_ANSWER);
          a.process().sleep(Duration.ofSeconds(9));
          assertThat(lease.renewalFailure()).isPresent();
          a.store().heal();
          a.process().sleep(Duration.ofSeconds(9));
          assertThat(lease.renewalFailure()).isEmpty();
          lease.ensureHeld();
        });
  }

  @Test
  default void aStoreThatFailsIsToldWhileWaitingAndOnlyOnce() {
    playOnce(
        (scenario, a, b) -> {
          List<LockStatus> told = new ArrayList<>();
          a.store().always(request -> request.kind() != Kind.READ, Fate.LOST);
          assertThatThrownBy(
                  () ->
                      a.locks()
                          .acquire(
                              Scenario.LOCK,
                              a.locks().defaults().withMaxWait(Duration.ofSeconds(20)),
                              told::add))
              .isInstanceOf(LockTimeoutException.class);
          assertThat(told).hasSize(1);
          assertThat(told.get(0).problem()).endsWith("; trying again");
          assertThat(told.get(0).holder()).isNull();
        });
  }

  @Test
  default void aForcedReleaseOnAStoreThatFailsEndsSoon() {
    playOnce(
        (scenario, a, b) -> {
          Lease held = a.acquire();
          b.store().always(request -> request.kind() != Kind.READ, Fate.LOST);
          long start = scenario.simulation().nowNanos();
          assertThatThrownBy(() -> b.locks().forceRelease(Scenario.LOCK, OptionalLong.empty()))
              .isInstanceOf(LockStoreException.class);
          assertThat(scenario.simulation().nowNanos() - start)
              .isLessThan(Duration.ofSeconds(16).toNanos());
          held.close();
        });
  }

  @Test
  default void whoCanNeverWriteDoesNotWaitForAHeldLock() {
    playOnce(
        (scenario, a, b) -> {
          Lease held = b.acquire();
          RegisterStore store =
              new ForwardingRegisterStore(scenario.medium().open(a.process())) {
                @Override
                public ReadResult read(RegisterKey key) {
                  return super.read(key) instanceof ReadResult.Present present
                      ? new ReadResult.Present(
                          present.version(),
                          present.body(),
                          OptionalLong.empty(),
                          OptionalLong.empty())
                      : new ReadResult.Absent(OptionalLong.empty());
                }

                @Override
                public Optional<StoreFailure> noTimeBecause(RegisterKey key) {
                  return Optional.of(StoreFailure.permanent("no permission to write", null));
                }
              };
          LockService locks = new LockService(store, LockOptions.of("x"), a.process());
          long start = scenario.simulation().nowNanos();
          assertThatThrownBy(() -> locks.acquire(Scenario.LOCK))
              .isInstanceOf(LockStoreException.class)
              .hasMessageContaining("no permission to write");
          assertThat(scenario.simulation().nowNanos() - start)
              .isLessThan(Duration.ofSeconds(1).toNanos());
          held.close();
        });
  }
}
