package dev.fen.lock;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.Signal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that one caller has done side by side and waits for, for a bounded time.
 *
 * @param <R> what a task returns
 */
final class Batch<R> {

  private final Platform platform;
  private final Signal progress;
  private final List<@Nullable R> results;
  private final Consumer<R> late;
  private int missing;
  private boolean left;

  /**
   * A batch; nothing runs yet.
   *
   * @param size how many tasks
   * @param late is given what a task returned that nobody waits for any more
   */
  Batch(Platform platform, int size, Consumer<R> late) {
    this.platform = platform;
    this.progress = platform.newSignal();
    this.results = new ArrayList<@Nullable R>(Collections.<@Nullable R>nCopies(size, null));
    this.missing = size;
    this.late = late;
  }

  /** Starts the task of an index. It must not throw. */
  void start(Executor workers, int index, Supplier<R> task) {
    workers.execute(() -> done(index, task.get()));
  }

  private void done(int index, R result) {
    synchronized (this) {
      if (!left) {
        results.set(index, result);
        missing--;
        wake();
        return;
      }
    }
    late.accept(result);
  }

  /** Has the waiting caller do what it does meanwhile. */
  void wake() {
    progress.give();
  }

  /**
   * Waits until all are done.
   *
   * @param untilNanos and no longer than until then
   * @param meanwhile what the caller does whenever something has happened
   * @return the results in the order of the tasks; null for those that were not done in time
   */
  List<@Nullable R> await(long untilNanos, Runnable meanwhile) throws InterruptedException {
    try {
      while (true) {
        meanwhile.run();
        long nanos = untilNanos - platform.nanoTime();
        if (isDone() || nanos <= 0) {
          return leave();
        }
        progress.await(nanos);
      }
    } catch (InterruptedException | RuntimeException | Error ended) {
      leave().forEach(this::discard);
      throw ended;
    }
  }

  private void discard(@Nullable R result) {
    if (result != null) {
      late.accept(result);
    }
  }

  private synchronized boolean isDone() {
    return missing == 0;
  }

  private synchronized List<@Nullable R> leave() {
    left = true;
    return new ArrayList<>(results);
  }
}
