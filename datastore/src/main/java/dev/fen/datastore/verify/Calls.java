package dev.fen.datastore.verify;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.StoreFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Store calls with a time limit, made by a bounded number of threads. One that is over the limit is
 * interrupted, and what it answers later is not listened to; should it hang all the same, it keeps
 * a thread that does not keep the process alive.
 */
final class Calls {

  private final Executor workers;
  private final long limitNanos;

  Calls(Platform platform, int maxThreads, Duration limit) {
    this.workers = platform.newWorkers("fen-verify", maxThreads);
    this.limitNanos = limit.toNanos();
  }

  <T> T one(Supplier<T> call, Function<StoreFailure, T> ifUnknown) throws InterruptedException {
    return together(List.of(call), 1, ifUnknown).get(0);
  }

  /** Starts something that nobody waits for. */
  void start(Runnable task) {
    workers.execute(task);
  }

  /**
   * Makes calls at the same time: none begins before there is a thread for each.
   *
   * @param calls what to do, in at most as many store calls one after the other as given
   * @param steps how many store calls that is
   * @param ifUnknown makes the result of what threw or ran out of time
   * @return the results, in the order of the calls
   */
  <T> List<T> together(List<Supplier<T>> calls, int steps, Function<StoreFailure, T> ifUnknown)
      throws InterruptedException {
    Gate gate = new Gate(calls.size(), limitNanos);
    CountDownLatch done = new CountDownLatch(calls.size());
    List<AtomicReference<@Nullable T>> answers = new ArrayList<>();
    List<FutureTask<?>> tasks = new ArrayList<>();
    for (Supplier<T> call : calls) {
      AtomicReference<@Nullable T> answer = new AtomicReference<>();
      answers.add(answer);
      tasks.add(
          new FutureTask<>(
              () -> {
                if (gate.pass()) {
                  answer.set(call(call, ifUnknown));
                  done.countDown();
                }
                return null;
              }));
    }
    try {
      tasks.forEach(workers::execute);
      done.await(limitNanos * steps, TimeUnit.NANOSECONDS);
      // Before anything is cancelled: what a call says because of that is no answer of the store.
      return answered(answers, ifUnknown);
    } finally {
      tasks.forEach(task -> task.cancel(true));
    }
  }

  private static <T> List<T> answered(
      List<AtomicReference<@Nullable T>> answers, Function<StoreFailure, T> ifUnknown) {
    List<T> results = new ArrayList<>();
    for (AtomicReference<@Nullable T> answer : answers) {
      T result = answer.get();
      results.add(
          result != null
              ? result
              : ifUnknown.apply(StoreFailure.passing("the store gave no answer in time", null)));
    }
    return results;
  }

  private static <T> T call(Supplier<T> call, Function<StoreFailure, T> ifUnknown) {
    try {
      return call.get();
    } catch (RuntimeException | StackOverflowError thrown) {
      return ifUnknown.apply(StoreFailure.passing("the store failed: " + thrown, thrown));
    }
  }

  /** Lets nobody through before all are there, and then all at once. */
  private record Gate(CountDownLatch missing, long limitNanos) {

    Gate(int parties, long limitNanos) {
      this(new CountDownLatch(parties), limitNanos);
    }

    boolean pass() throws InterruptedException {
      missing.countDown();
      return missing.await(limitNanos, TimeUnit.NANOSECONDS);
    }
  }
}
