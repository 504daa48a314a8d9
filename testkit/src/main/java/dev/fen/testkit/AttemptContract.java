package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.ReleaseResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The limits of each attempt and each call, and what is undone after those that failed. */
interface AttemptContract extends Contract {

  @Test
  default void whoDoesNotWaitIsToldOfNoWaitAndWatchesNothing() {
    playOnce(
        (scenario, a, b) -> {
          AtomicInteger watches = new AtomicInteger();
          LockService locks =
              new LockService(
                  new ForwardingRegisterStore(a.store()) {
                    @Override
                    public Watch watch(RegisterKey key, Runnable onChange) {
                      watches.incrementAndGet();
                      return super.watch(key, onChange);
                    }
                  },
                  LockOptions.of("x").withMaxWait(Duration.ZERO),
                  a.process());
          List<LockStatus> told = new ArrayList<>();
          Lease held = b.acquire();
          assertThatThrownBy(() -> locks.acquire(Scenario.LOCK, locks.defaults(), told::add))
              .hasMessageContaining("held by");
          a.store().always(request -> true, Fate.LOST);
          assertThatThrownBy(() -> locks.acquire(Scenario.LOCK, locks.defaults(), told::add))
              .hasMessageContaining("planted");
          assertThat(told).isEmpty();
          assertThat(watches).hasValue(0);
          held.close();
        });
  }

  @Test
  default void aWatchEndsWithTheWait() {
    playOnce(
        (scenario, a, b) -> {
          AtomicInteger begun = new AtomicInteger();
          AtomicInteger ended = new AtomicInteger();
          LockService locks =
              new LockService(
                  new ForwardingRegisterStore(a.store()) {
                    @Override
                    public Watch watch(RegisterKey key, Runnable onChange) {
                      begun.incrementAndGet();
                      return ended::incrementAndGet;
                    }
                  },
                  LockOptions.of("x").withMaxWait(Duration.ofSeconds(3)),
                  a.process());
          Lease held = b.acquire();
          assertThatThrownBy(() -> locks.acquire(Scenario.LOCK)).hasMessageContaining("held by");
          held.close();
          a.process().sleep(Duration.ofMillis(1));
          assertThat(begun).hasValue(1);
          assertThat(ended).hasValue(1);
        });
  }

  @Test
  default void noPauseAfterAChangeOvershootsTheDeadline() {
    playOnce(
        (scenario, a, b) -> {
          List<Runnable> told = new ArrayList<>();
          LockService locks =
              new LockService(
                  new ForwardingRegisterStore(a.store()) {
                    @Override
                    public Watch watch(RegisterKey key, Runnable onChange) {
                      told.add(onChange);
                      return () -> {};
                    }
                  },
                  LockOptions.of("x"),
                  a.process());
          Lease held = b.acquire();
          SimulatedProcess.Task changes =
              b.process()
                  .start(
                      "changes",
                      () -> {
                        while (true) {
                          b.process().sleep(Duration.ofMillis(7));
                          told.forEach(Runnable::run);
                        }
                      });
          for (int millis = 3_000; millis < 3_060; millis += 13) {
            Duration wait = Duration.ofMillis(millis);
            long start = scenario.simulation().nowNanos();
            assertThatThrownBy(
                    () -> locks.acquire(Scenario.LOCK, locks.defaults().withMaxWait(wait)))
                .hasMessageContaining("held by");
            assertThat(scenario.simulation().nowNanos() - start).isEqualTo(wait.toNanos());
          }
          assertThat(changes.isDone()).isFalse();
          held.ensureHeld();
        });
  }

  @Test
  default void aCallWithoutAnAnswerIsGivenUpAfterTenSeconds() {
    playOnce(
        (scenario, a, b) -> {
          a.store().next(Kind.READ, Fate.NO_ANSWER);
          a.acquire().close();
          assertThat(scenario.simulation().nowNanos())
              .isBetween(Duration.ofMillis(10_200).toNanos(), Duration.ofMillis(10_300).toNanos());
          long start = scenario.simulation().nowNanos();
          a.store().next(Kind.READ, Fate.NO_ANSWER);
          assertThatThrownBy(() -> a.locks().inspect(Scenario.LOCK))
              .isInstanceOf(LockStoreException.class);
          assertThat(scenario.simulation().nowNanos() - start)
              .isEqualTo(Duration.ofSeconds(10).toNanos());
        });
  }

  @Test
  default void aLookBegunShortlyBeforeTheDeadlineIsStillAnswered() {
    playOnce(
        (scenario, a, b) -> {
          Lease held = b.acquire();
          a.store().slow(Duration.ofMillis(80));
          for (int millis = 1_000; millis < 1_600; millis += 30) {
            assertThat(a.failToAcquire(Duration.ofMillis(millis)))
                .hasMessageContaining("held by")
                .hasMessageNotContaining("no answer");
          }
          held.ensureHeld();
        });
  }

  @Test
  default void whoseTurnComesLateStillHasOneWholeAttempt() {
    playOnce(
        (scenario, a, b) -> {
          Lease first = a.acquire();
          List<Long> tokens = new ArrayList<>();
          SimulatedProcess.Task second =
              a.process()
                  .start(
                      "second",
                      () -> {
                        try (Lease lease = a.acquire(Duration.ofSeconds(10))) {
                          tokens.add(lease.token());
                        }
                      });
          a.process().sleep(Duration.ofMillis(9_500));
          // Nothing is known of the lock here: the attempt is a read and a write.
          scenario.medium().remove(Scenario.KEY);
          first.close();
          a.store().slow(Duration.ofMillis(1_000));
          second.join();
          assertThat(tokens).hasSize(1);
          assertThat(tokens.get(0)).isGreaterThan(first.token());
        });
  }

  @Test
  default void aListingIsBoundedAndEachOfItsReadsToo() {
    playOnce(
        (scenario, a, b) -> {
          for (int i = 0; i < 9; i++) {
            b.locks().acquire("lock" + i);
          }
          a.store()
              .always(
                  request -> request.kind() == Kind.READ && !request.key().contains("lock8"),
                  Fate.NO_ANSWER);
          long start = scenario.simulation().nowNanos();
          List<LockStatus> statuses = a.locks().list();
          assertThat(scenario.simulation().nowNanos() - start)
              .isEqualTo(Duration.ofSeconds(10).toNanos());
          assertThat(statuses).hasSize(9);
          assertThat(statuses.subList(0, 8))
              .allMatch(status -> status.state() == LockStatus.State.UNREADABLE)
              .extracting(LockStatus::problem)
              .allSatisfy(problem -> assertThat(problem).contains("no answer within 10 s"));
          assertThat(statuses.get(8).state()).isEqualTo(LockStatus.State.HELD);
          a.store().heal();
          a.store().next(Kind.READ, Fate.NO_ANSWER);
          assertThat(a.locks().list())
              .extracting(LockStatus::state)
              .startsWith(LockStatus.State.UNREADABLE)
              .endsWith(LockStatus.State.HELD);
          a.store().always(request -> request.kind() == Kind.LIST, Fate.NO_ANSWER);
          start = scenario.simulation().nowNanos();
          assertThatThrownBy(() -> a.locks().list()).isInstanceOf(LockStoreException.class);
          assertThat(scenario.simulation().nowNanos() - start)
              .isEqualTo(Duration.ofSeconds(60).toNanos());
        });
  }

  @Test
  default void aListingOfMoreThanCanBeReadInAMinuteTellsOfWhatWasNot() {
    playOnce(
        (scenario, a, b) -> {
          b.models().acquireModels(IntStream.range(100, 230).mapToObj(i -> "t/m" + i).toList());
          a.store().slow(request -> request.kind() == Kind.READ, Duration.ofMillis(9_900));
          long start = scenario.simulation().nowNanos();
          List<LockStatus> statuses = a.models().list();
          assertThat(scenario.simulation().nowNanos() - start)
              .isEqualTo(Duration.ofSeconds(60).toNanos());
          assertThat(statuses).hasSize(130);
          assertThat(statuses.subList(0, 6 * 16))
              .allMatch(status -> status.state() == LockStatus.State.HELD);
          assertThat(statuses.subList(6 * 16, 130))
              .allMatch(status -> status.state() == LockStatus.State.UNREADABLE);
          assertThat(statuses.get(129).problem())
              .contains("the time to look at all locks was over");
        });
  }

  @Test
  default void whatMayLandLateIsTakenBackAlsoAfterAWriteThatCertainlyFailed() {
    for (boolean takenBefore : List.of(false, true)) {
      play(
          (scenario, a, b) -> {
            if (takenBefore) {
              b.acquire().close();
            }
            Kind write = takenBefore ? Kind.REPLACE : Kind.CREATE;
            a.store().next(write, Fate.LATE);
            a.store().next(write, Fate.NOT_APPLIED);
            a.store().next(write, Fate.NOT_APPLIED);
            a.failToAcquire(Duration.ofMillis(600));
            a.process().sleep(Duration.ofSeconds(1));
            a.store().letLateOnesLand();
            assertThat(b.locks().tryAcquire(Scenario.LOCK)).isPresent();
          });
    }
  }

  @Test
  default void whoseWritesCertainlyFailedHasNothingToTakeBack() {
    play(
        (scenario, a, b) -> {
          a.store().always(request -> request.kind() == Kind.CREATE, Fate.NOT_APPLIED);
          a.failToAcquire(Duration.ofSeconds(2));
          a.store().clearHistory();
          a.process().sleep(Duration.ofSeconds(10));
          assertThat(a.store().history()).isEmpty();
        });
  }

  @Test
  default void whatCanNoLongerLandIsNotTakenBack() {
    play(
        (scenario, a, b) -> {
          a.store().next(Kind.CREATE, Fate.LOST);
          a.store().beforeNextWrite(() -> scenario.medium().overwrite(Scenario.KEY, HELD));
          a.failToAcquire(Duration.ofSeconds(2));
          a.store().clearHistory();
          a.process().sleep(Duration.ofSeconds(10));
          assertThat(a.store().history()).isEmpty();
          assertThat(scenario.body(a)).isEqualTo(HELD);
        });
  }

  /** A record of somebody else. */
  String HELD = "{\"format\":1,\"state\":\"held\",\"token\":7,\"nonce\":\"other\"}";

  @Test
  default void whatIsTakenBackIsAsCleanAsItWasFound() {
    for (boolean clean : List.of(true, false)) {
      play(
          (scenario, a, b) -> {
            Lease before = b.acquire();
            if (!clean) {
              b.locks().forceRelease(Scenario.LOCK, OptionalLong.empty());
            }
            before.close();
            a.store().next(Kind.REPLACE, Fate.ANSWER_LOST);
            a.failToAcquire(Duration.ZERO);
            a.process().sleep(Duration.ofSeconds(1));
            assertThat(scenario.body(a)).contains("\"released\"").contains("\"clean\":" + clean);
          });
    }
  }

  @Test
  default void aForcedReleaseGoesOnTryingAndEndsAtOnceWhereThatIsInVain() {
    playOnce(
        (scenario, a, b) -> {
          a.acquire();
          b.store().always(request -> request.kind() == Kind.REPLACE, Fate.NOT_APPLIED);
          scenario.simulation().later(Duration.ofSeconds(3), () -> b.store().heal());
          assertThat(b.locks().forceRelease(Scenario.LOCK, OptionalLong.empty()).outcome())
              .isEqualTo(ReleaseResult.Outcome.RELEASED);
          assertThat(b.store().count(Kind.REPLACE)).isBetween(4L, 6L);

          a.locks().acquire("other");
          b.store().always(request -> request.kind() == Kind.REPLACE, Fate.NOT_APPLIED);
          long start = scenario.simulation().nowNanos();
          b.store().clearHistory();
          assertThatThrownBy(() -> b.locks().forceRelease("other", OptionalLong.empty()))
              .isInstanceOf(LockStoreException.class)
              .hasMessageContaining("planted");
          assertThat(scenario.simulation().nowNanos() - start)
              .isBetween(Duration.ofSeconds(10).toNanos(), Duration.ofSeconds(15).toNanos());
          assertThat(b.store().count(Kind.REPLACE)).isBetween(5L, 8L);

          b.store().heal();
          b.store().always(request -> request.kind() == Kind.REPLACE, Fate.REFUSED);
          start = scenario.simulation().nowNanos();
          assertThatThrownBy(() -> b.locks().forceRelease("other", OptionalLong.empty()))
              .isInstanceOf(LockStoreException.class)
              .hasMessageContaining("planted refusal");
          assertThat(scenario.simulation().nowNanos()).isEqualTo(start);
        });
  }

  @Test
  default void aForcedReleaseFromATokenDoesNotFreeTheNextHolder() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          b.store().beforeNextWrite(() -> scenario.medium().overwrite(Scenario.KEY, HELD));
          b.store().next(Kind.REPLACE, Fate.NOT_APPLIED);
          assertThat(
                  b.locks().forceRelease(Scenario.LOCK, OptionalLong.of(lease.token())).outcome())
              .isEqualTo(ReleaseResult.Outcome.OTHER_TOKEN);
          assertThat(scenario.body(b)).isEqualTo(HELD);
        });
  }

  @Test
  default void aForcedReleaseThatCertainlyFailedDoesNotClaimWhatAnotherDid() {
    play(
        (scenario, a, b) -> {
          a.acquire();
          b.store().beforeNextWrite(() -> scenario.medium().overwrite(Scenario.KEY, HELD));
          b.store().next(Kind.REPLACE, Fate.NOT_APPLIED);
          assertThat(b.locks().forceRelease(Scenario.LOCK, OptionalLong.empty()).outcome())
              .isEqualTo(ReleaseResult.Outcome.HOLDER_CHANGED);
        });
  }

  @Test
  default void aForcedReleaseWhoseAnswerIsLostShowsWhoseLockItFreedWhateverFollows() {
    for (String next : List.of(HELD, HELD.replace("held", "released"))) {
      play(
          (scenario, a, b) -> {
            Lease lease = a.acquire();
            b.store().next(Kind.REPLACE, Fate.LATE);
            b.store().next(Kind.REPLACE, Fate.NOT_APPLIED);
            scenario
                .simulation()
                .later(
                    Duration.ofMillis(300),
                    () -> {
                      b.store().letLateOnesLand();
                      scenario.medium().overwrite(Scenario.KEY, next);
                    });
            ReleaseResult result =
                b.locks().forceRelease(Scenario.LOCK, OptionalLong.of(lease.token()));
            assertThat(result.outcome()).isEqualTo(ReleaseResult.Outcome.RELEASED);
            assertThat(result.before().token()).hasValue(lease.token());
          });
    }
  }
}
