package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LossCause;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How leases and services are closed: what is waited for, for how long, and what is left. */
interface ClosingContract extends Contract {

  private static LockLostException loss(Lease lease) {
    return catchThrowableOfType(LockLostException.class, lease::ensureHeld);
  }

  private static List<Kind> kinds(Party party) {
    return party.store().history().stream().map(FaultyRegisterStore.Request::kind).toList();
  }

  @Test
  default void aSecondCloseAsksNothingAndWarnsOfNothing() {
    play(
        (scenario, a, b) -> {
          try (Warnings warnings = Warnings.capture()) {
            Lease lease = a.acquire();
            lease.close();
            Lease next = b.acquire(Duration.ZERO);
            a.store().clearHistory();
            lease.close();
            assertThat(a.store().history()).isEmpty();
            assertThat(warnings.messages()).isEmpty();
            next.ensureHeld();
          }
        });
  }

  @Test
  default void aLeaseThatAnotherTookIsClosedWithoutARequest() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          scenario.medium().remove(Scenario.KEY);
          a.process().sleep(Duration.ofSeconds(11));
          assertThat(loss(lease).lossCause()).isEqualTo(LossCause.REMOVED);
          a.store().clearHistory();
          lease.close();
          assertThat(a.store().history()).isEmpty();
          long start = scenario.simulation().nowNanos();
          a.locks().close();
          assertThat(scenario.simulation().nowNanos()).isEqualTo(start);
        });
  }

  @Test
  default void aLeaseThatEndedWhileItsProcessStoodStillIsGivenBackAsNotClean() {
    play(
        (scenario, a, b) -> {
          Lease lease = b.acquire();
          b.process().stop(Duration.ofSeconds(29));
          a.process().sleep(Duration.ofSeconds(30));
          b.process()
              .start(
                  "resumed",
                  () -> {
                    assertThat(loss(lease).lossCause()).isEqualTo(LossCause.PROCESS_PAUSED);
                    lease.close();
                  })
              .join();
          a.process().sleep(Duration.ofSeconds(1));
          assertThat(scenario.body(a)).contains("\"released\"").contains("\"clean\":false");
          // Also where the same service takes it next, without a look.
          assertThat(b.acquire(Duration.ZERO).token()).isGreaterThan(lease.token());
          assertThat(scenario.body(a)).contains("\"held\"").contains("\"clean\":false");
        });
  }

  @Test
  default void aRenewalThatIsUnderWayIsWaitedForAndThenReleasedWithoutALook() {
    for (boolean interrupted : List.of(false, true)) {
      play(
          (scenario, a, b) -> {
            Lease lease = a.acquire();
            a.store().slow(Duration.ofMillis(100));
            a.process().sleep(Duration.ofMillis(10_020));
            a.store().clearHistory();
            long start = scenario.simulation().nowNanos();
            if (interrupted) {
              Thread.currentThread().interrupt();
            }
            lease.close();
            assertThat(Thread.interrupted()).isEqualTo(interrupted);
            assertThat(kinds(a)).containsExactly(Kind.REPLACE);
            assertThat(scenario.simulation().nowNanos() - start)
                .isEqualTo(Duration.ofMillis(180).toNanos());
          });
    }
  }

  @Test
  default void aCloserThatIsInterruptedReleasesAllTheSameAndStaysInterrupted() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().slow(Duration.ofMillis(100));
          Thread.currentThread().interrupt();
          lease.close();
          assertThat(Thread.interrupted()).isTrue();
          assertThat(scenario.body(a)).contains("\"released\"");
        });
  }

  @Test
  default void whoProvesALeaseInDoubtWhileInterruptedStaysInterrupted() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().slow(Duration.ofMillis(100));
          a.process().stepWallClock(Duration.ofMinutes(1));
          Thread.currentThread().interrupt();
          lease.ensureHeld();
          assertThat(Thread.interrupted()).isTrue();
          assertThat(kinds(a)).endsWith(Kind.REPLACE);
        });
  }

  @Test
  default void aRenewalWithoutAnAnswerLeavesASecondForTheRelease() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().next(Kind.REPLACE, Fate.NO_ANSWER);
          a.process().sleep(Duration.ofMillis(10_010));
          long start = scenario.simulation().nowNanos();
          lease.close();
          assertThat(scenario.simulation().nowNanos() - start)
              .isEqualTo(Duration.ofSeconds(4).toNanos());
          assertThat(scenario.body(a)).contains("\"released\"").contains("\"clean\":true");
        });
  }

  @Test
  default void afterALossForWantOfTheStoreNobodyWaitsForTheRelease() {
    playOnce(
        (scenario, a, b) -> {
          try (Warnings warnings = Warnings.capture()) {
            Lease lease = a.acquire();
            a.store().always(request -> true, Fate.LOST);
            a.process().sleep(Duration.ofSeconds(29));
            assertThat(loss(lease).lossCause()).isEqualTo(LossCause.STORE_UNREACHABLE);
            long start = scenario.simulation().nowNanos();
            lease.close();
            assertThat(scenario.simulation().nowNanos()).isEqualTo(start);
            // It was told that the lease was lost; that another has the lock now is no news.
            scenario.medium().overwrite(Scenario.KEY, AttemptContract.HELD);
            a.store().heal();
            a.process().sleep(Duration.ofSeconds(5));
            assertThat(warnings.messages()).isEmpty();
          }
        });
  }

  @Test
  default void whatIsGivenBackAfterALossHasFiveSecondsOfItsOwn() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().always(request -> true, Fate.NO_ANSWER);
          a.process().sleep(Duration.ofMillis(28_510));
          assertThat(loss(lease).lossCause()).isEqualTo(LossCause.STORE_UNREACHABLE);
          lease.close();
          a.store().heal();
          a.store().always(request -> true, Fate.LOST);
          scenario.simulation().later(Duration.ofMillis(1_500), () -> a.store().heal());
          a.process().sleep(Duration.ofSeconds(10));
          assertThat(scenario.body(a)).contains("\"released\"").contains("\"clean\":false");
        });
  }

  @Test
  default void aServiceThatIsClosedWaitsForItsLeasesAndThenClosesTheStore() {
    playOnce(
        (scenario, a, b) -> {
          AtomicInteger closed = new AtomicInteger();
          LockService locks =
              new LockService(
                  new ForwardingRegisterStore(a.store()) {
                    @Override
                    public void close() {
                      closed.incrementAndGet();
                    }
                  },
                  LockOptions.of("x"),
                  a.process());
          Lease lease = locks.acquire(Scenario.LOCK);
          a.process()
              .start(
                  "work",
                  () -> {
                    a.process().sleep(Duration.ofSeconds(3));
                    assertThat(closed).hasValue(0);
                    lease.close();
                  });
          long start = scenario.simulation().nowNanos();
          Thread.currentThread().interrupt();
          assertThat(Thread.interrupted()).isTrue();
          locks.close();
          assertThat(scenario.simulation().nowNanos() - start)
              .isEqualTo(Duration.ofSeconds(3).toNanos());
          assertThat(scenario.body(b)).contains("\"released\"");
          assertThat(closed).hasValue(1);
        });
  }

  @Test
  default void aServiceThatIsClosedWaitsForWhatIsBeingTakenBack() {
    playOnce(
        (scenario, a, b) -> {
          a.store().next(Kind.CREATE, Fate.ANSWER_LOST);
          a.failToAcquire(Duration.ZERO);
          a.store().slow(Duration.ofMillis(500));
          long start = scenario.simulation().nowNanos();
          a.locks().close();
          assertThat(scenario.body(b)).contains("\"released\"");
          assertThat(scenario.simulation().nowNanos() - start)
              .isLessThanOrEqualTo(Duration.ofSeconds(1).toNanos());
        });
  }

  @Test
  default void whoClosesAServiceWhileInterruptedStaysInterrupted() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          Thread.currentThread().interrupt();
          a.locks().close();
          assertThat(Thread.interrupted()).isTrue();
          assertThat(lease.remaining()).isPositive();
        });
  }

  @Test
  default void aServiceThatWasClosedHoldsUpNoShutdown() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.locks().close();
          long start = scenario.simulation().nowNanos();
          a.process().shutDown();
          assertThat(scenario.simulation().nowNanos()).isEqualTo(start);
          a.process().sleep(Duration.ofSeconds(30));
          assertThat(loss(lease)).hasMessageContaining("the lock service was closed");
        });
  }

  @Test
  default void allWhoWaitInAServiceLearnThatItIsClosed() {
    for (boolean heldHere : List.of(true, false)) {
      playOnce(
          (scenario, a, b) -> {
            Lease held = heldHere ? a.acquire() : b.acquire();
            List<String> refused = new ArrayList<>();
            List<SimulatedProcess.Task> waiters = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
              waiters.add(
                  a.process()
                      .start(
                          "waiter",
                          () ->
                              assertThatThrownBy(a::acquire)
                                  .isInstanceOf(IllegalStateException.class)
                                  .satisfies(thrown -> refused.add("refused"))));
            }
            b.process().sleep(Duration.ofSeconds(1));
            a.locks().close();
            b.process().sleep(Duration.ofSeconds(1));
            assertThat(refused).hasSize(3);
            for (SimulatedProcess.Task waiter : waiters) {
              waiter.join();
            }
            held.ensureHeld();
          });
    }
  }

  @Test
  default void aLeaseThatComesWhileItsServiceIsClosedIsGivenBack() {
    playOnce(
        (scenario, a, b) -> {
          a.store().slow(request -> request.kind() == Kind.CREATE, Duration.ofSeconds(4));
          SimulatedProcess.Task waiter =
              a.process()
                  .start(
                      "waiter",
                      () ->
                          assertThatThrownBy(a::acquire).isInstanceOf(IllegalStateException.class));
          a.process().sleep(Duration.ofSeconds(1));
          a.locks().close();
          waiter.join();
          // A store that is closed by then writes nothing at all.
          assertThat(scenario.body(b)).doesNotContain("\"held\"");
        });
  }
}
