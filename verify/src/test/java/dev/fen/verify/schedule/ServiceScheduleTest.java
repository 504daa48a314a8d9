package dev.fen.verify.schedule;

import static dev.fen.verify.schedule.Stage.explore;
import static dev.fen.verify.schedule.Stage.require;

import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Callers of one service, and its end, in many orders of the steps of real threads. */
class ServiceScheduleTest {

  private static final String NAME = "a";

  /** Written to by whoever holds the lock, without any other care. */
  private static final class Unguarded {
    int entries;
    long lastToken;
  }

  @Test
  void callersOfOneServiceWorkOneAfterTheOtherAndNobodyIsForgotten() {
    explore(
        stage -> {
          Unguarded work = new Unguarded();

          stage.sideBySide(
              () -> workUnderLock(stage, work),
              () -> workUnderLock(stage, work),
              () -> workUnderLock(stage, work));

          require(work.entries == 3, "an entry was lost");
        });
  }

  private static void workUnderLock(Stage stage, Unguarded work) throws InterruptedException {
    try (Lease lease = stage.service.acquire(NAME)) {
      int entries = work.entries;
      require(lease.token() > work.lastToken, "token " + lease.token());
      work.lastToken = lease.token();
      lease.ensureHeld();
      work.entries = entries + 1;
    }
  }

  @Test
  void ofTwoWhoTryAtOnceOneAtLeastGetsIt() {
    explore(
        stage -> {
          Unguarded work = new Unguarded();

          stage.sideBySide(() -> tryOnce(stage, work), () -> tryOnce(stage, work));

          require(work.entries >= 1, "nobody got it");
          stage.requireAllReleased();
        });
  }

  private static void tryOnce(Stage stage, Unguarded work) throws InterruptedException {
    Optional<Lease> lease = stage.service.tryAcquire(NAME);
    if (lease.isPresent()) {
      work.entries++;
      lease.get().close();
    }
  }

  @Test
  void runsThatWantTheSameModelsWorkOneAfterTheOther() {
    explore(
        stage -> {
          Unguarded work = new Unguarded();

          stage.sideBySide(
              () -> runOn(stage, work, List.of("x/a", "x/b")),
              () -> runOn(stage, work, List.of("x/b", "x/a")));

          require(work.entries == 2, "an entry was lost");
          stage.requireAllReleased();
        });
  }

  private static void runOn(Stage stage, Unguarded work, List<String> models)
      throws InterruptedException {
    try (var run = stage.service.models().acquireModels(models)) {
      int entries = work.entries;
      run.ensureHeld();
      work.entries = entries + 1;
    }
  }

  @Test
  void aRunThatIsClosedWhileItAsksForMoreIsToldOrHasItAndLeavesNothingHeld() {
    explore(
        stage -> {
          LeaseGroup run = stage.service.models().acquireModels(List.of("x/a"));
          int reads = stage.reads.get();

          stage.sideBySide(
              () -> askForMore(stage, run),
              () -> {
                // The last one is that of the global lock: it has the lock then, and proves it.
                stage.awaitReads(reads + 2);
                run.close();
              });

          stage.requireAllReleased();
        });
  }

  private static void askForMore(Stage stage, LeaseGroup run) throws InterruptedException {
    try {
      run.acquireMore(List.of("x/b"), stage.service.defaults(), told -> {});
      require(run.tokens().containsKey("x/b"), "it neither has it nor was told");
    } catch (IllegalStateException closed) {
      require(closed.toString().contains("given back"), closed.toString());
    }
  }

  @Test
  void whoIsInterruptedWhileQueuedHoldsUpNobody() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);
          Unguarded work = new Unguarded();
          Thread impatient =
              new Thread(
                  () -> {
                    try {
                      stage.service.acquire(NAME).close();
                    } catch (InterruptedException expected) {
                      Thread.currentThread().interrupt();
                    }
                  });
          impatient.start();

          stage.sideBySide(
              () -> {
                impatient.interrupt();
                impatient.join();
              },
              lease::close,
              () -> workUnderLock(stage, work));

          require(work.entries == 1, "not entered");
          stage.requireAllReleased();
        });
  }

  @Test
  void whoseWaitRunsOutAtTheHandOverHoldsUpNobody() {
    explore(
        stage -> {
          // Shorter than any limit of a request, so that none of those runs out as well.
          Duration wait = Duration.ofSeconds(4);
          Lease lease = stage.service.acquire(NAME);
          Unguarded work = new Unguarded();

          stage.sideBySide(
              () -> {
                try {
                  stage.service.acquire(NAME, stage.service.defaults().withMaxWait(wait)).close();
                } catch (LockTimeoutException expected) {
                  // Then that was it.
                }
              },
              () -> stage.platform.passTime(wait.toNanos()),
              lease::close,
              () -> workUnderLock(stage, work));

          require(work.entries == 1, "not entered");
          stage.requireAllReleased();
        });
  }

  @Test
  void aServiceThatIsClosedWaitsForItsLeases() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);

          stage.sideBySide(
              () -> {
                stage.service.close();
                stage.requireAllReleased();
              },
              lease::close);

          require(stage.platform.hooks() == 0, "the end of the process still runs a hook");
        });
  }

  @Test
  void aServiceThatIsClosedDuringAnAcquisitionGivesALeaseOrAnErrorAndLeavesNothingHeld() {
    explore(
        stage -> {
          stage.sideBySide(() -> passUnlessClosed(stage), stage.service::close);

          stage.requireAllReleased();
          require(stage.platform.hooks() == 0, "the end of the process still runs a hook");
        });
  }

  private static void passUnlessClosed(Stage stage) throws InterruptedException {
    try {
      stage.service.acquire(NAME).close();
    } catch (IllegalStateException closed) {
      require(closed.toString().contains("closed"), closed.toString());
    }
  }

  @Test
  void aServiceThatIsClosedSendsAwayWhoIsQueued() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);

          stage.sideBySide(() -> passUnlessClosed(stage), stage.service::close, lease::close);

          stage.requireAllReleased();
        });
  }

  @Test
  void theEndOfTheProcessWaitsForALeaseThatIsBeingClosed() {
    explore(
        stage -> {
          Lease lease = stage.service.acquire(NAME);

          stage.sideBySide(
              () -> {
                stage.platform.shutDown();
                stage.requireAllReleased();
              },
              lease::close);
        });
  }
}
