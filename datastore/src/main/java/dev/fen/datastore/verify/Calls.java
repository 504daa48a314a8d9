package dev.fen.datastore.verify;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.StoreFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Store calls with a time limit, made by a bounded number of threads. One that is over the limit is
 * interrupted, and what it answers later is not listened to; should it hang all the same, it keeps
 * a thread that does not keep the process alive.
 *
 * <p>Safe for any number of threads.
 */
public final class Calls {

  private static final long FOR_EVER = Long.MAX_VALUE;

  private final Platform platform;
  private final Executor workers;
  private final long limitNanos;
  private final Set<Thread> running = new HashSet<>(); // guarded by running
  private final Signal idle;
  private final long startNanos;
  private volatile long patienceNanos = FOR_EVER;
  private boolean stopped; // guarded by running

  /**
   * No thread is started yet.
   *
   * @param platform the machine
   * @param maxThreads how many calls are made at once at the most
   * @param limit how long one may take, where nothing else is said
   */
  public Calls(Platform platform, int maxThreads, Duration limit) {
    this.platform = platform;
    this.workers = platform.newWorkers("fen-verify", maxThreads);
    this.limitNanos = limit.toNanos();
    this.idle = platform.newSignal();
    this.startNanos = platform.nanoTime();
  }

  /** That all of it takes too long. */
  static final class OutOfTimeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    OutOfTimeException() {
      super("it takes too long");
    }
  }

  /**
   * Has calls and pauses end with {@link OutOfTimeException} once it is so long since this object
   * was made; replaces what was said before.
   */
  void endAfter(Duration patience) {
    patienceNanos = patience.toNanos();
  }

  /** How long there is to go on, if that is bounded. */
  private long leftNanos() {
    return patienceNanos == FOR_EVER
        ? FOR_EVER
        : patienceNanos - (platform.nanoTime() - startNanos);
  }

  private void checkTime() throws InterruptedException {
    synchronized (running) {
      if (stopped) {
        throw new InterruptedException();
      }
    }
    if (leftNanos() <= 0) {
      throw new OutOfTimeException();
    }
  }

  /** Waits, and for nothing. */
  void pause(Duration time) throws InterruptedException {
    checkTime();
    Signal never = platform.newSignal();
    never.await(Math.min(time.toNanos(), leftNanos()));
    checkTime();
  }

  /**
   * Makes a call and waits for it.
   *
   * @param <T> what it answers
   * @param call what to do
   * @param limit how long it may take
   * @param ifUnknown makes the result of what threw or ran out of time
   * @return the result
   * @throws InterruptedException if the thread is interrupted
   */
  public <T> T one(Supplier<T> call, Duration limit, Function<StoreFailure, T> ifUnknown)
      throws InterruptedException {
    return within(limit.toNanos(), List.of(call), ifUnknown).get(0);
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
    checkTime();
    long most = limitNanos * steps;
    List<T> answers = within(Math.min(most, leftNanos()), calls, ifUnknown);
    checkTime();
    return answers;
  }

  private <T> List<T> within(
      long nanos, List<Supplier<T>> calls, Function<StoreFailure, T> ifUnknown)
      throws InterruptedException {
    long beganNanos = platform.nanoTime();
    Gate gate = new Gate(calls.size(), limitNanos);
    AtomicInteger missing = new AtomicInteger(calls.size());
    Signal done = platform.newSignal();
    if (calls.isEmpty()) {
      done.give();
    }
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
                  if (missing.decrementAndGet() == 0) {
                    done.give();
                  }
                }
                return null;
              }));
    }
    boolean isStopped = true;
    try {
      tasks.forEach(workers::execute);
      boolean ignored = done.await(nanos - (platform.nanoTime() - beganNanos));
      isStopped = false;
      // Before anything is cancelled: what a call says because of that is no answer of the store.
      return answered(answers, ifUnknown);
    } finally {
      // Whoever is stopped cleans up: writes that are under way have to land before.
      boolean interrupts = !isStopped;
      tasks.forEach(task -> task.cancel(interrupts));
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

  private <T> T call(Supplier<T> call, Function<StoreFailure, T> ifUnknown) {
    synchronized (running) {
      if (stopped) {
        return ifUnknown.apply(StoreFailure.passing("the call was not made any more", null));
      }
      running.add(Thread.currentThread());
    }
    try {
      return call.get();
    } catch (RuntimeException | StackOverflowError thrown) {
      return ifUnknown.apply(StoreFailure.passing("the store failed: " + thrown, thrown));
    } finally {
      synchronized (running) {
        running.remove(Thread.currentThread());
        if (running.isEmpty()) {
          idle.give();
        }
      }
    }
  }

  /**
   * Begins no further call, waits for those that run, and interrupts those that do not end in time.
   */
  void stop(Duration time) throws InterruptedException {
    synchronized (running) {
      stopped = true;
    }
    long stoppedNanos = platform.nanoTime();
    while (isRunning()) {
      long leftNanos = time.toNanos() - (platform.nanoTime() - stoppedNanos);
      if (leftNanos <= 0) {
        break;
      }
      boolean ignored = idle.await(leftNanos);
    }
    synchronized (running) {
      running.forEach(Thread::interrupt);
    }
  }

  private boolean isRunning() {
    synchronized (running) {
      return !running.isEmpty();
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
