package dev.fen.lock;

import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.text.Texts;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Store calls with a time limit each. A call that hangs (a dead mount) keeps one thread of a
 * bounded pool; its caller goes on with "unknown", and what it answers later is not listened to.
 */
final class StoreCalls {

  private final Platform platform;
  private final Executor workers;

  StoreCalls(Platform platform, String name, int maxThreads) {
    this.platform = platform;
    this.workers = platform.newWorkers(name, maxThreads);
  }

  /**
   * Starts a call.
   *
   * @param call the store call
   * @param ifUnknown makes the result of a call that threw or ran out of time
   * @param limitNanos the time limit
   * @param then is given the result exactly once, on a worker or the timer thread; it must not
   *     block
   */
  <T> void start(
      Supplier<T> call, Function<StoreFailure, T> ifUnknown, long limitNanos, Consumer<T> then) {
    Answer<T> answer = new Answer<>(then);
    Cancellable limit =
        platform.schedule(
            () ->
                answer.give(
                    ifUnknown.apply(
                        StoreFailure.passing(
                            "the store gave no answer within " + Texts.durationOfNanos(limitNanos),
                            null))),
            limitNanos);
    workers.execute(
        () -> {
          if (answer.isGiven()) {
            // Nobody waits for it any more: what came later is not kept waiting.
            return;
          }
          T result;
          try {
            result = call.get();
          } catch (RuntimeException | StackOverflowError thrown) {
            result = ifUnknown.apply(StoreFailure.passing("the store failed: " + thrown, thrown));
          }
          limit.cancel();
          answer.give(result);
        });
  }

  /** Makes a call and waits for its result. */
  <T> T await(Supplier<T> call, Function<StoreFailure, T> ifUnknown, long limitNanos)
      throws InterruptedException {
    AtomicReference<@Nullable T> answer = new AtomicReference<>();
    Signal answered = platform.newSignal();
    start(
        call,
        ifUnknown,
        limitNanos,
        result -> {
          answer.set(result);
          answered.give();
        });
    // The timer answers at the limit; the margin is for a timer thread that gets no processor.
    answered.await(limitNanos + TimeUnit.SECONDS.toNanos(5));
    T result = answer.get();
    return result != null
        ? result
        : ifUnknown.apply(StoreFailure.passing("the store gave no answer in time", null));
  }

  private static final class Answer<T> {
    private final AtomicReference<@Nullable Consumer<T>> then;

    Answer(Consumer<T> then) {
      this.then = new AtomicReference<>(then);
    }

    boolean isGiven() {
      return then.get() == null;
    }

    void give(T result) {
      Consumer<T> receiver = then.getAndSet(null);
      if (receiver != null) {
        receiver.accept(result);
      }
    }
  }
}
