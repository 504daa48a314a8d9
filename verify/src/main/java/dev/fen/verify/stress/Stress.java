package dev.fen.verify.stress;

import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.ModelLocks;
import dev.fen.lock.ReleaseResult;
import dev.fen.lock.platform.SystemPlatform;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** One run: starts the processes, spoils their lives for a time, and counts up what came of it. */
final class Stress {

  private static final long START_MILLIS = 90_000;
  private static final long END_MILLIS = 40_000;

  private final Ground ground;
  private final Findings findings;
  private final Random random;
  private final int size;
  private final Judge judge;
  private final Asking asking;
  private final List<String> program;
  private final Path folder;

  /**
   * A run.
   *
   * @param program how to start a worker, up to its main class
   * @param size how many processes at a time
   * @param folder an empty one for the run's files
   */
  Stress(List<String> program, int size, Ground ground, Path folder, Findings findings, long seed) {
    this.program = program;
    this.size = size;
    this.ground = ground;
    this.folder = folder;
    this.findings = findings;
    this.random = new Random(seed);
    this.judge = new Judge(findings, System::nanoTime);
    this.asking = new Asking(findings, System::nanoTime);
  }

  /** Runs for a time, and for as long as it takes to end in good order. */
  void run(Duration length) throws IOException, InterruptedException {
    try (Referee referee = new Referee(findings, judge, asking);
        LockService locks =
            new LockService(
                Ground.open(ground.address()), LockOptions.of("stress"), SystemPlatform.get())) {
      Crew crew = new Crew(program, ground, folder, referee, asking, findings, random);
      Thread atExit = new Thread(crew::killAll);
      Runtime.getRuntime().addShutdownHook(atExit);
      try {
        awaitFirst(crew);
        drive(crew, locks, System.nanoTime() + length.toNanos());
        ground.heal();
        WorkerProcess last = crew.any();
        if (last != null) {
          crew.kill(last);
        }
        crew.end(END_MILLIS);
        new FinalLook(locks, judge, findings).run();
      } finally {
        crew.killAll();
        Runtime.getRuntime().removeShutdownHook(atExit);
      }
    }
    judge.countLosses();
  }

  /** The time of a run counts from when somebody works. */
  private void awaitFirst(Crew crew) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
    while (findings.figure(Judge.ACQUISITIONS) == 0) {
      if (System.nanoTime() - end >= 0) {
        findings.violation("nobody has got a lock within " + START_MILLIS + " ms");
        return;
      }
      crew.fill(size);
      Thread.sleep(50);
    }
  }

  private void drive(Crew crew, LockService locks, long endNanos)
      throws IOException, InterruptedException {
    long nextEvent = 0;
    while (System.nanoTime() - endNanos < 0) {
      crew.fill(size);
      crew.goOnWhenDue();
      asking.check();
      ground.tidy();
      if (System.nanoTime() - nextEvent >= 0) {
        happen(crew, locks);
        nextEvent = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200 + random.nextInt(800));
      }
      Thread.sleep(50);
    }
  }

  private void happen(Crew crew, LockService locks) throws IOException, InterruptedException {
    WorkerProcess worker = crew.any();
    int what = random.nextInt(100);
    if (worker == null) {
      return;
    }
    if (what < 40) {
      // Half of them within a lease, the others beyond it.
      crew.stop(
          worker, random.nextBoolean() ? random.nextInt(1_000) : 2_000 + random.nextInt(5_000));
    } else if (what < 50) {
      crew.kill(worker);
    } else if (what < 54) {
      worker.terminate();
      findings.count("orderly ends");
    } else if (what < 75) {
      forceRelease(Wish.ALL.get(random.nextInt(Wish.ALL.size())), locks);
    } else {
      crew.stepClock(worker);
    }
  }

  private void forceRelease(String key, LockService locks) throws InterruptedException {
    try {
      OptionalLong token = heldToken(key, locks);
      if (token.isEmpty()) {
        return;
      }
      judge.forced(key, token.getAsLong());
      ReleaseResult.Outcome outcome = forceRelease(key, token, locks).outcome();
      if (outcome == ReleaseResult.Outcome.RELEASED) {
        judge.freed(key, token.getAsLong());
        findings.count("force releases");
      } else {
        judge.notForced(key, token.getAsLong());
      }
    } catch (LockStoreException notNow) {
      findings.count("force releases that the store did not answer");
    }
  }

  private static OptionalLong heldToken(String key, LockService locks) throws InterruptedException {
    ModelLocks models = locks.models();
    LockStatus status =
        key.equals(Wish.GLOBAL)
            ? models.inspectGlobal()
            : key.startsWith(Wish.MODEL)
                ? models.inspect(Wish.nameOf(key))
                : locks.inspect(Wish.nameOf(key));
    return status.state() == LockStatus.State.HELD ? status.token() : OptionalLong.empty();
  }

  private static ReleaseResult forceRelease(String key, OptionalLong token, LockService locks)
      throws InterruptedException {
    ModelLocks models = locks.models();
    return key.equals(Wish.GLOBAL)
        ? models.forceReleaseGlobal(token)
        : key.startsWith(Wish.MODEL)
            ? models.forceRelease(Wish.nameOf(key), token)
            : locks.forceRelease(Wish.nameOf(key), token);
  }
}
