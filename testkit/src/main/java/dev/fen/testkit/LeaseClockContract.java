package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LossCause;
import dev.fen.lock.ReleaseResult;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.FaultyRegisterStore.Request;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** By which clock a lease counts, when that is in doubt, and which record is the holder's own. */
interface LeaseClockContract extends Contract {

  private static LockLostException loss(Lease lease) {
    return catchThrowableOfType(LockLostException.class, lease::ensureHeld);
  }

  private static Lease acquire(Party party, Duration ttl) throws InterruptedException {
    return party.locks().acquire(Scenario.LOCK, party.locks().defaults().withTtl(ttl));
  }

  /** Steps the wall clock forward right after the acquisition and counts what that costs. */
  private static int requestsAfterStep(Party party, Lease lease, Duration step) {
    party.store().clearHistory();
    party.process().stepWallClock(step);
    lease.ensureHeld();
    return party.store().history().size();
  }

  @Test
  default void aStepOfTheWallClockOfOverASecondAndATwentiethOfTheTtlIsDoubt() {
    playOnce(
        (scenario, a, b) -> {
          Lease brief = acquire(a, Duration.ofSeconds(3));
          assertThat(requestsAfterStep(a, brief, Duration.ofMillis(1_000))).isZero();
          assertThat(requestsAfterStep(a, brief, Duration.ofMillis(1))).isOne();
          brief.close();
          Lease longer = acquire(b, Duration.ofHours(1));
          assertThat(requestsAfterStep(b, longer, Duration.ofSeconds(180))).isZero();
          assertThat(requestsAfterStep(b, longer, Duration.ofMillis(1))).isOne();
        });
  }

  @Test
  default void aSuspendedMachineProvesItsLeasesSoonAlsoWhenNobodyAsks() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = acquire(b, Duration.ofHours(1));
          b.process().suspend(Duration.ofMinutes(10));
          a.process().sleep(Duration.ofMinutes(10));
          b.store().clearHistory();
          a.process().sleep(Duration.ofMillis(2_100));
          assertThat(b.store().count(Kind.REPLACE)).isOne();
          assertThat(lease.remaining()).isGreaterThan(Duration.ofMinutes(56));
        });
  }

  @Test
  default void aMachineThatIsSuspendedDuringTheAcquisitionProvesItFirst() {
    playOnce(
        (scenario, a, b) -> {
          b.store().slow(request -> request.kind() == Kind.CREATE, Duration.ofSeconds(4));
          SimulatedProcess.Task acquisition =
              b.process()
                  .start(
                      "acquisition",
                      () -> {
                        Lease lease = b.acquire();
                        b.store().clearHistory();
                        lease.ensureHeld();
                        assertThat(b.store().count(Kind.REPLACE)).isOne();
                      });
          a.process().sleep(Duration.ofSeconds(1));
          b.process().suspend(Duration.ofSeconds(10));
          acquisition.join();
        });
  }

  private static Predicate<Request> replacing(String key) {
    return request -> request.kind() == Kind.REPLACE && request.key().equals(key);
  }

  @Test
  default void whatWasProvenBeforeASuspensionIsProvenAgain() {
    play(
        (scenario, a, b) -> {
          Party run = scenario.newPartyElsewhere();
          LeaseGroup group = run.acquireModels(Duration.ZERO, "t/a", "t/b");
          run.process().stepWallClock(Duration.ofMinutes(1));
          run.suspendOnce(replacing("locks/models/t/b.lock"));
          SimulatedProcess.Task check =
              run.process()
                  .start(
                      "check",
                      () ->
                          assertThatThrownBy(group::ensureHeld)
                              .isInstanceOf(LockLostException.class)
                              .hasMessageContaining("t/a"));
          a.process().sleep(Duration.ofSeconds(1));
          LeaseGroup taken = a.acquireModels(Duration.ofMinutes(1), "t/a");
          check.join();
          taken.ensureHeld();
        });
  }

  @Test
  default void anAcquisitionThatIsSuspendedOverAProofProvesTheOthersAgain() {
    play(
        (scenario, a, b) -> {
          Party run = scenario.newPartyElsewhere();
          SimulatedProcess.Task acquisition =
              run.process()
                  .start(
                      "acquisition",
                      () -> {
                        LockOptions options = run.locks().defaults();
                        AtomicInteger writes = new AtomicInteger();
                        run.store()
                            .afterEveryWrite(
                                () -> {
                                  if (writes.incrementAndGet() == 2) {
                                    run.process().stepWallClock(Duration.ofMinutes(1));
                                  }
                                });
                        run.suspendOnce(replacing("locks/named/y.lock"));
                        assertThatThrownBy(
                                () ->
                                    run.locks()
                                        .models()
                                        .acquireNamed(List.of("x", "y"), options, status -> {}))
                            .isInstanceOf(LockLostException.class)
                            .hasMessageContaining("x");
                      });
          a.process().sleep(Duration.ofSeconds(1));
          Lease taken =
              a.locks().acquire("x", a.locks().defaults().withMaxWait(Duration.ofMinutes(1)));
          acquisition.join();
          taken.ensureHeld();
        });
  }

  @Test
  default void aRenewalThatTakesAMomentIsNoFailure() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().slow(Duration.ofSeconds(6));
          a.process().sleep(Duration.ofMillis(12_900));
          assertThat(lease.renewalFailure()).isEmpty();
          a.process().sleep(Duration.ofMillis(200));
          assertThat(lease.renewalFailure()).isPresent();
          a.process().sleep(Duration.ofSeconds(3));
          assertThat(lease.renewalFailure()).isEmpty();
        });
  }

  @Test
  default void aLeaseThatEndsWhileItsFirstRenewalIsUnansweredIsLostForWantOfTheStore() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = b.acquire();
          b.store().always(request -> true, Fate.NO_ANSWER);
          b.process().stop(Duration.ofSeconds(27));
          a.process().sleep(Duration.ofSeconds(29));
          LockLostException lost = loss(lease);
          assertThat(lost.lossCause()).isEqualTo(LossCause.STORE_UNREACHABLE);
          assertThat(lost).hasMessageContaining("a renewal has not been answered");
        });
  }

  @Test
  default void aRevisionThatThisHolderNeverSentIsOfATwinOfItsMachine() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          Matcher revision = Pattern.compile("\"revision\":1,").matcher(scenario.body(a));
          assertThat(revision.find()).isTrue();
          scenario.medium().overwrite(Scenario.KEY, revision.replaceFirst("\"revision\":7,"));
          a.process().sleep(Duration.ofSeconds(11));
          assertThat(loss(lease).lossCause()).isEqualTo(LossCause.TAKEN_OVER);
        });
  }

  @Test
  default void aLeaseOfAnotherServiceOfTheSameProcessIsNotTakenForItsOwn() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          try (LockService second =
              new LockService(
                  scenario.medium().open(a.process()), a.locks().defaults(), a.process())) {
            assertThat(second.forceRelease(Scenario.LOCK, OptionalLong.empty())).isNotNull();
            Lease taken = second.acquire(Scenario.LOCK);
            a.store().next(Kind.REPLACE, Fate.LOST);
            a.process().sleep(Duration.ofSeconds(15));
            assertThat(loss(lease).lossCause()).isEqualTo(LossCause.TAKEN_OVER);
            taken.ensureHeld();
          }
        });
  }

  @Test
  default void anEarlierRevisionIsTheHoldersOwn() {
    playOnce(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          String first = scenario.body(a);
          a.process().sleep(Duration.ofSeconds(21));
          scenario.medium().overwrite(Scenario.KEY, first);
          a.process().sleep(Duration.ofMinutes(2));
          lease.ensureHeld();
          assertThat(b.locks().tryAcquire(Scenario.LOCK)).isEmpty();
        });
  }

  @Test
  default void whatIsStaleIsReleasedWithoutForceAndNothingElse() {
    play(
        (scenario, a, b) -> {
          b.process().markAs(new ProcessMark("other", 4711, "boot-2/4026531836,4026531834/77"));
          b.process().moveTo("machine-2");
          Lease lease = b.acquire();
          b.process().crash();
          a.store().showAge(() -> OptionalLong.of(61_000));
          assertThat(
                  a.locks()
                      .releaseIfStale(Scenario.LOCK, OptionalLong.of(lease.token() - 1))
                      .outcome())
              .isEqualTo(ReleaseResult.Outcome.OTHER_TOKEN);
          assertThat(a.locks().releaseIfStale(Scenario.LOCK, OptionalLong.empty()).outcome())
              .isEqualTo(ReleaseResult.Outcome.NOT_STALE);
          a.store().showAge(() -> OptionalLong.of(62_000));
          assertThat(
                  a.locks().releaseIfStale(Scenario.LOCK, OptionalLong.of(lease.token())).outcome())
              .isEqualTo(ReleaseResult.Outcome.RELEASED);
        });
  }

  @Test
  default void aReleaseWhoseAnswerWasLostIsFoundByOneLook() {
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.store().clearHistory();
          a.store().next(Kind.REPLACE, Fate.ANSWER_LOST);
          lease.close();
          assertThat(a.store().history())
              .extracting(FaultyRegisterStore.Request::kind)
              .containsExactly(Kind.REPLACE, Kind.READ);
        });
  }
}
