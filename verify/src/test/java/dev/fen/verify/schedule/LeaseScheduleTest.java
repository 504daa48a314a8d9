package dev.fen.verify.schedule;

import static dev.fen.verify.schedule.Stage.TTL;
import static dev.fen.verify.schedule.Stage.explore;
import static dev.fen.verify.schedule.Stage.require;

import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LossCause;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One lease, its renewals and its end, in many orders of the steps of real threads. */
class LeaseScheduleTest {

  private static final String NAME = "a";
  private static final long RENEWAL_DUE = TTL.toNanos() / 3;
  private static final long RENEWAL_LIMIT = TTL.toNanos() / 4;
  private static final long END = TTL.toNanos() - TTL.toNanos() / 20;

  /** What is due at that time is due in the very next nanosecond, and no request has run out. */
  private static void passAllBut1Nano(Stage stage, long nanos) {
    stage.platform.passTime(nanos - 1);
  }

  @Test
  void aLeaseThatIsClosedDuringItsRenewalIsReleasedWithoutALookAndStaysSo() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);
          passAllBut1Nano(stage, RENEWAL_DUE);
          int reads = stage.reads.get();

          stage.sideBySide(() -> stage.platform.passTime(1), lease::close);

          stage.requireAllReleased();
          require(stage.reads.get() == reads, "looked what it had written");
          long writes = stage.writes();
          stage.platform.passTime(RENEWAL_DUE);
          require(stage.writes() == writes, "written after the end");
          require(stage.service.acquire(NAME).token() == lease.token() + 1, "not the next token");
        });
  }

  @Test
  void leasesThatAreRenewedAndClosedAtOnceAreReleased() {
    explore(
        stage -> {
          Lease first = stage.service.acquire("a");
          Lease second = stage.service.acquire("b");
          passAllBut1Nano(stage, RENEWAL_DUE);

          stage.sideBySide(() -> stage.platform.passTime(1), first::close, second::close);

          stage.requireAllReleased();
        });
  }

  @Test
  void aLeaseThatIsClosedTwiceAtOnceIsReleasedOnce() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);
          long before = stage.writes();

          stage.sideBySide(lease::close, lease::close);

          stage.requireAllReleased();
          require(stage.writes() == before + 1, "written again");
        });
  }

  @Test
  void aRenewalThatIsAnsweredAtTheLimitOfItsTimeIsHeardOnce() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);
          passAllBut1Nano(stage, RENEWAL_DUE);

          stage.sideBySide(
              () -> {
                stage.platform.passTime(1);
                stage.platform.passTime(RENEWAL_LIMIT);
              });

          for (int seconds = 0; seconds < 14; seconds += 2) {
            stage.platform.passTime(TimeUnit.SECONDS.toNanos(2));
          }
          require(
              lease.remaining().compareTo(Duration.ofSeconds(12)) > 0,
              "not renewed any more: " + lease.remaining());
        });
  }

  @Test
  void aLeaseInDoubtIsProvenOrLostAndNeverWaitedForInVain() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);
          stage.platform.suspend(TTL.toMillis());

          stage.sideBySide(
              () -> ensureHeldUnless(LossCause.FORCE_RELEASED, lease),
              () -> stage.service.forceRelease(NAME, OptionalLong.empty()));

          stage.requireAllReleased();
        });
  }

  private static void ensureHeldUnless(LossCause cause, Lease lease) {
    try {
      lease.ensureHeld();
    } catch (LockLostException lost) {
      require(lost.lossCause() == cause, "lost: " + lost);
    }
  }

  @Test
  void aLeaseInDoubtIsProvenForAllWhoAskAtOnce() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);
          stage.platform.suspend(TTL.toMillis());
          passAllBut1Nano(stage, RENEWAL_DUE);

          stage.sideBySide(lease::ensureHeld, lease::ensureHeld, () -> stage.platform.passTime(1));

          lease.ensureHeld();
        });
  }

  @Test
  void aLeaseThatIsClosedWhileSomebodyMakesSureOfItEndsForBoth() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);
          stage.platform.suspend(TTL.toMillis());

          stage.sideBySide(
              () -> {
                try {
                  lease.ensureHeld();
                } catch (IllegalStateException closed) {
                  require(closed.toString().contains("given back"), closed.toString());
                }
              },
              lease::close);

          stage.requireAllReleased();
        });
  }

  @Test
  void eachListenerIsToldOnceWhenTheLeaseRunsOut() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);
          AtomicInteger early = new AtomicInteger();
          AtomicInteger late = new AtomicInteger();
          lease.onLost(lost -> early.incrementAndGet());

          stage.sideBySide(
              () -> stage.platform.passTime(END),
              () -> lease.onLost(lost -> late.incrementAndGet()),
              () -> ensureHeldUnless(LossCause.PROCESS_PAUSED, lease));

          require(early.get() == 1, "told " + early + " times");
          require(late.get() == 1, "told " + late + " times");
        });
  }

  @Test
  void whatIsReleasedByForceDuringARenewalIsLostAndNotTakenBack() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);
          passAllBut1Nano(stage, RENEWAL_DUE);

          stage.sideBySide(
              () -> stage.platform.passTime(1),
              () -> stage.service.forceRelease(NAME, OptionalLong.empty()));

          stage.platform.passTime(RENEWAL_DUE);
          stage.requireAllReleased();
          require(lease.remaining().isZero(), "held");
          ensureHeldUnless(LossCause.FORCE_RELEASED, lease);
        });
  }

  @Test
  void aLeaseThatIsClosedWhileItIsReleasedByForceIsReleased() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);

          stage.sideBySide(
              lease::close, () -> stage.service.forceRelease(NAME, OptionalLong.empty()));

          stage.requireAllReleased();
          stage.service.close();
        });
  }

  @Test
  void aCompanionThatIsNamedDuringARenewalIsInTheRecord() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);
          passAllBut1Nano(stage, RENEWAL_DUE);

          stage.sideBySide(() -> stage.platform.passTime(1), () -> lease.addCompanion(4711));

          require(stage.bodies().contains("4711"), stage.bodies());
        });
  }

  @Test
  void theEndOfOneLeaseOfARunIsTheEndOfTheOthersWhoeverNoticesFirst() {
    explore(
        stage -> {
          LeaseGroup run = stage.service.models().acquireModels(List.of("x/a", "x/b"));
          AtomicInteger told = new AtomicInteger();
          run.onLost(lost -> told.incrementAndGet());
          stage.service.models().forceRelease("x/a", OptionalLong.empty());
          stage.service.models().forceRelease("x/b", OptionalLong.empty());
          passAllBut1Nano(stage, RENEWAL_DUE);

          stage.sideBySide(
              () -> stage.platform.passTime(1),
              () -> ensureHeldUnless(LossCause.FORCE_RELEASED, run));

          require(told.get() == 1, "told " + told + " times");
          for (Lease lease : run.leases()) {
            require(lease.remaining().isZero(), "held: " + lease);
          }
          run.close();
          stage.requireAllReleased();
        });
  }

  private static void ensureHeldUnless(LossCause cause, LeaseGroup run) {
    try {
      run.ensureHeld();
    } catch (LockLostException lost) {
      require(lost.lossCause() == cause, "lost: " + lost);
    }
  }

  @Test
  void allLeasesOfARunRunOutWhoeverNoticesFirst() {
    explore(
        stage -> {
          LeaseGroup run = stage.service.models().acquireModels(List.of("x/a", "x/b"));
          AtomicInteger told = new AtomicInteger();
          run.onLost(lost -> told.incrementAndGet());
          Lease first = run.leases().get(0);
          Lease second = run.leases().get(1);

          stage.sideBySide(
              () -> stage.platform.passTime(END),
              () -> ensureHeldUnless(LossCause.PROCESS_PAUSED, first),
              () -> ensureHeldUnless(LossCause.PROCESS_PAUSED, second));

          require(told.get() == 1, "told " + told + " times");
          run.close();
          stage.requireAllReleased();
        });
  }

  @Test
  void aRunThatIsClosedDuringTheLossOfALeaseIsReleased() {
    explore(
        stage -> {
          LeaseGroup run = stage.service.models().acquireModels(List.of("x/a", "x/b"));
          stage.service.models().forceRelease("x/a", OptionalLong.empty());
          passAllBut1Nano(stage, RENEWAL_DUE);

          stage.sideBySide(() -> stage.platform.passTime(1), run::close);

          stage.requireAllReleased();
        });
  }
}
