package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockTimeoutException;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One holder at a time, in a fair order within a process, at a price of so many requests. */
interface ExclusionContract extends Contract {

  @Test
  default void onlyOneOfManyProcessesAndThreadsHoldsTheLock() {
    play(
        (scenario, a, b) -> {
          List<Party> parties = List.of(a, b, scenario.newParty(), scenario.newParty());
          List<SimulatedProcess.Task> tasks = new ArrayList<>();
          int[] inside = {0};
          List<Long> tokens = new ArrayList<>();
          for (Party party : parties) {
            for (int thread = 0; thread < 3; thread++) {
              tasks.add(
                  party
                      .process()
                      .start(
                          "worker",
                          () -> {
                            for (int i = 0; i < 4; i++) {
                              try (Lease lease = party.acquire(Duration.ofHours(1))) {
                                assertThat(++inside[0]).isEqualTo(1);
                                tokens.add(lease.token());
                                party.process().sleep(Duration.ofMillis(20));
                                lease.ensureHeld();
                                inside[0]--;
                              }
                            }
                          }));
            }
          }
          for (SimulatedProcess.Task task : tasks) {
            task.join();
          }
          assertThat(tokens).hasSize(48).doesNotHaveDuplicates().isSorted();
        });
  }

  @Test
  default void aWaiterGetsTheLockWhenItIsReleased() {
    play(
        (scenario, a, b) -> {
          Lease held = a.acquire();
          List<Long> token = new ArrayList<>();
          SimulatedProcess.Task waiter =
              b.process()
                  .start(
                      "waiter",
                      () -> {
                        try (Lease lease = b.acquire()) {
                          token.add(lease.token());
                        }
                      });
          a.process().sleep(Duration.ofSeconds(10));
          assertThat(token).isEmpty();
          held.close();
          long released = scenario.simulation().nowNanos();
          waiter.join();
          assertThat(token.get(0)).isGreaterThan(held.token());
          assertThat(scenario.simulation().nowNanos() - released)
              .isLessThanOrEqualTo(Duration.ofMillis(600).toNanos());
        });
  }

  @Test
  default void tryAcquireMakesOneAttempt() {
    play(
        (scenario, a, b) -> {
          try (Lease lease = a.locks().tryAcquire(Scenario.LOCK).orElseThrow()) {
            long before = scenario.simulation().nowNanos();
            assertThat(b.locks().tryAcquire(Scenario.LOCK)).isEmpty();
            assertThat(scenario.simulation().nowNanos()).isEqualTo(before);
            assertThat(b.store().history()).hasSize(1);
            lease.ensureHeld();
          }
          assertThat(b.locks().tryAcquire(Scenario.LOCK)).isPresent();
        });
  }

  @Test
  default void callersOfOneServiceQueueInOrderAndOnlyOneAsksTheStore() {
    play(
        (scenario, a, b) -> {
          Lease held = a.acquire();
          List<Integer> order = new ArrayList<>();
          List<SimulatedProcess.Task> tasks = new ArrayList<>();
          for (int i = 0; i < 10; i++) {
            int number = i;
            tasks.add(
                b.process()
                    .start(
                        "waiter" + i,
                        () -> {
                          try (Lease lease = b.acquire(Duration.ofMinutes(10))) {
                            order.add(number);
                            lease.ensureHeld();
                          }
                        }));
            b.process().sleep(Duration.ofMillis(1));
          }
          b.store().clearHistory();
          a.process().sleep(Duration.ofSeconds(10));
          assertThat(b.store().history()).hasSizeBetween(20, 41);
          held.close();
          for (SimulatedProcess.Task task : tasks) {
            task.join();
          }
          assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        });
  }

  @Test
  default void aLeaseIsNotReentrantAndTheTimeOutSaysSo() {
    play(
        (scenario, a, b) -> {
          try (Lease lease = a.acquire()) {
            a.store().clearHistory();
            LockTimeoutException timeout = a.failToAcquire(Duration.ofSeconds(5));
            assertThat(timeout)
                .hasMessageContaining("held by this very service")
                .hasMessageContaining("" + lease.token());
            assertThat(timeout.waited()).isEqualTo(Duration.ofSeconds(5));
            assertThat(a.store().history()).isEmpty();
          }
        });
  }

  @Test
  default void eachStepCostsItsRequestsAndNoMore() {
    play(
        (scenario, a, b) -> {
          Lease cold = a.acquire();
          assertThat(a.store().history())
              .extracting(FaultyRegisterStore.Request::kind)
              .containsExactly(Kind.READ, Kind.CREATE);
          a.store().clearHistory();
          a.process().sleep(Duration.ofSeconds(10).plusMillis(1));
          assertThat(a.store().history())
              .extracting(FaultyRegisterStore.Request::kind)
              .containsExactly(Kind.REPLACE);
          a.store().clearHistory();
          cold.close();
          assertThat(a.store().history())
              .extracting(FaultyRegisterStore.Request::kind)
              .containsExactly(Kind.REPLACE);
          a.store().clearHistory();
          Lease warm = a.acquire();
          assertThat(a.store().history())
              .extracting(FaultyRegisterStore.Request::kind)
              .containsExactly(Kind.REPLACE);
          warm.close();
          b.acquire().close();
          assertThat(b.store().history())
              .extracting(FaultyRegisterStore.Request::kind)
              .containsExactly(Kind.READ, Kind.REPLACE, Kind.REPLACE);
        });
  }

  @Test
  default void aNewProcessThatFindsTheLockFreeNeedsThreeRequestsAndDoesNotWait() {
    play(
        (scenario, a, b) -> {
          a.acquire().close();
          long token = 0;
          for (int run = 0; run < 10; run++) {
            Party next = scenario.newParty();
            long start = scenario.simulation().nowNanos();
            try (Lease lease = next.acquire()) {
              assertThat(scenario.simulation().nowNanos()).isEqualTo(start);
              assertThat(lease.token()).isGreaterThan(token);
              token = lease.token();
            }
            assertThat(next.store().history())
                .extracting(FaultyRegisterStore.Request::kind)
                .containsExactly(Kind.READ, Kind.REPLACE, Kind.REPLACE);
          }
        });
  }

  @Test
  default void aCrowdOfFiftyWaitersAllGetTheLockAndWriteInVainAtMostOncePerHandOver() {
    playOnce(
        (scenario, a, b) -> {
          Lease first = a.acquire();
          List<Party> order = new ArrayList<>();
          Map<Party, SimulatedProcess.Task> crowd =
              scenario.startCrowd(
                  50,
                  Duration.ofMillis(60),
                  (waiter, lease) -> {
                    assertThat(lease.token()).isGreaterThan(first.token());
                    order.add(waiter);
                  });
          a.process().sleep(Duration.ofSeconds(2));
          first.close();
          for (SimulatedProcess.Task waiter : crowd.values()) {
            waiter.join();
          }
          assertThat(order).hasSize(50).doesNotHaveDuplicates();
          for (int before = 0; before < 50; before++) {
            // One for each hand-over to somebody else, then its own, then its release.
            assertThat(order.get(before).store().count(Kind.REPLACE))
                .isLessThanOrEqualTo(before + 2);
          }
        });
  }

  @Test
  default void aHeldLockIsLookedAtTwoToFourTimesASecondAndNothingSpins() {
    play(
        (scenario, a, b) -> {
          try (Lease lease = a.acquire()) {
            long steps = scenario.simulation().steps();
            b.failToAcquire(Duration.ofSeconds(60));
            assertThat(b.store().history()).hasSizeBetween(120, 245);
            assertThat(scenario.simulation().steps() - steps).isLessThan(60 * 100);
            lease.ensureHeld();
          }
        });
  }

  @Test
  default void inspectAndListShowWhatIsThere() {
    play(
        (scenario, a, b) -> {
          assertThat(b.locks().list()).isEmpty();
          assertThat(b.locks().inspect(Scenario.LOCK).state()).isEqualTo(LockStatus.State.FREE);
          try (Lease lease = a.acquire();
              Lease other = a.locks().acquire("@scope/other lock")) {
            assertThat(b.locks().list())
                .extracting(LockStatus::name)
                .containsExactly("@scope/other lock", "demo");
            LockStatus status = b.locks().inspect(Scenario.LOCK);
            assertThat(status.state()).isEqualTo(LockStatus.State.HELD);
            assertThat(status.token()).hasValue(lease.token());
            assertThat(status.holder()).isNotNull();
            assertThat(status.holder().operation()).isEqualTo("work of p0");
            assertThat(status.heldHere()).isFalse();
            assertThat(a.locks().inspect(Scenario.LOCK).heldHere()).isTrue();
            other.ensureHeld();
          }
        });
  }

  @Test
  default void withLockReturnsWhatTheBodyReturnsAndReleases() {
    play(
        (scenario, a, b) -> {
          assertThat(a.locks().withLock(Scenario.LOCK, () -> 7)).isEqualTo(7);
          assertThat(b.locks().tryAcquire(Scenario.LOCK).map(Lease::lockName))
              .isEqualTo(Optional.of(Scenario.LOCK));
        });
  }

  @Test
  default void withLockPassesTheBodysExceptionOnAndAddsTheLoss() {
    play(
        (scenario, a, b) -> {
          IllegalStateException own = new IllegalStateException("own");
          assertThatThrownBy(
                  () ->
                      a.locks()
                          .withLock(
                              Scenario.LOCK,
                              () -> {
                                scenario.medium().remove(Scenario.KEY);
                                a.process().sleep(Duration.ofSeconds(11));
                                throw own;
                              }))
              .isSameAs(own);
          assertThat(own.getSuppressed()).hasSize(1);
          assertThat(own.getSuppressed()[0]).isInstanceOf(dev.fen.lock.LockLostException.class);
        });
  }

  @Test
  default void withLockThrowsTheLossWhereTheBodyThrewNothing() {
    play(
        (scenario, a, b) ->
            assertThatThrownBy(
                    () ->
                        a.locks()
                            .withLock(
                                Scenario.LOCK,
                                () -> {
                                  scenario.medium().remove(Scenario.KEY);
                                  a.process().sleep(Duration.ofSeconds(11));
                                  return 1;
                                }))
                .isInstanceOf(dev.fen.lock.LockLostException.class));
  }

  @Test
  default void severalServicesOfOneProcessExcludeOneAnother() {
    play(
        (scenario, a, b) -> {
          LockService second =
              new LockService(
                  scenario.medium().open(a.process()), a.locks().defaults(), a.process());
          List<LockService> services = List.of(a.locks(), second);
          List<SimulatedProcess.Task> tasks = new ArrayList<>();
          int[] inside = {0};
          for (int i = 0; i < 6; i++) {
            LockService locks = services.get(i % 2);
            tasks.add(
                a.process()
                    .start(
                        "worker",
                        () -> {
                          for (int round = 0; round < 4; round++) {
                            try (Lease lease = locks.acquire(Scenario.LOCK)) {
                              assertThat(++inside[0]).isEqualTo(1);
                              a.process().sleep(Duration.ofMillis(20));
                              lease.ensureHeld();
                              inside[0]--;
                            }
                          }
                        }));
          }
          for (SimulatedProcess.Task task : tasks) {
            task.join();
          }
          Lease held = second.acquire(Scenario.LOCK);
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          held.close();
        });
  }
}
