package dev.fen.verify.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Plays histories, one seed after the other, on as many threads as there are processors. */
final class Hunt {

  /** So many say what there is to say. */
  private static final int MOST_FAILURES = 5;

  /** With fewer histories a kind that is common enough may be rare by chance. */
  private static final long ENOUGH_TO_TELL = 2_000;

  /**
   * What came of it.
   *
   * @param firstSeed the seed of the first history
   * @param histories how many were played
   * @param nanos how long that took
   * @param sights how many histories showed what
   * @param failures those that broke a promise, by their seeds
   */
  record Result(
      long firstSeed, long histories, long nanos, Map<Sight, Long> sights, List<History> failures) {

    double share(Sight sight) {
      return 100.0 * sights.getOrDefault(sight, 0L) / Math.max(1, histories);
    }

    /** What was seen too seldom for the run to mean anything. */
    List<Sight> missing() {
      List<Sight> missing = new ArrayList<>();
      for (Sight sight : Sight.values()) {
        if (sight.needed && histories >= ENOUGH_TO_TELL && share(sight) < 5) {
          missing.add(sight);
        }
      }
      return missing;
    }
  }

  private final long firstSeed;
  private final long most;
  private final long endNanos;
  private final AtomicLong next = new AtomicLong();
  private final Map<Sight, Long> sights = new EnumMap<>(Sight.class);
  private final List<History> failures = new ArrayList<>();
  private long played;

  /** Whether a thread was left behind that computes for ever, and takes the others' time. */
  private boolean spinning;

  private @Nullable Throwable broken;

  /**
   * A hunt; nothing is played yet.
   *
   * @param firstSeed the seed of the first history; each further one has the next
   * @param most how many histories at most
   * @param endNanos when to begin no further one, by {@link System#nanoTime}
   */
  Hunt(long firstSeed, long most, long endNanos) {
    this.firstSeed = firstSeed;
    this.most = most;
    this.endNanos = endNanos;
  }

  /**
   * Runs it.
   *
   * @throws InterruptedException if interrupted
   */
  Result run() throws InterruptedException {
    long start = System.nanoTime();
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      Thread worker = new Thread(this::work, "hunt-" + i);
      worker.start();
      workers.add(worker);
    }
    for (Thread worker : workers) {
      worker.join();
    }
    if (broken != null) {
      throw new IllegalStateException("the simulation itself failed", broken);
    }
    failures.sort(Comparator.comparingLong(history -> history.plan().seed()));
    return new Result(firstSeed, played, System.nanoTime() - start, sights, failures);
  }

  private void work() {
    try {
      while (goesOn()) {
        long index = next.getAndIncrement();
        if (index >= most) {
          return;
        }
        note(History.of(firstSeed + index));
      }
    } catch (RuntimeException | Error thrown) {
      broke(thrown);
    }
  }

  private synchronized void broke(Throwable thrown) {
    broken = thrown;
  }

  private synchronized boolean goesOn() {
    return broken == null
        && !spinning
        && failures.size() < MOST_FAILURES
        && System.nanoTime() - endNanos < 0;
  }

  private synchronized void note(History history) {
    played++;
    history.sights().forEach(sight -> sights.merge(sight, 1L, Long::sum));
    if (!history.violations().isEmpty()) {
      failures.add(history);
      spinning |= history.violations().get(0).rule() == Violation.Rule.SPIN;
    }
  }
}
