package dev.fen.cli;

import dev.fen.lock.text.Texts;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A look at files that is given up after a time: a share whose server is gone never answers. */
final class InTime {

  private static final Duration UNREMARKABLE = Duration.ofSeconds(2);

  private InTime() {}

  /**
   * Looks, on a thread of its own.
   *
   * @param what is looked at, at the beginning of a sentence
   * @param limit how long that may take
   * @param notices is told that it is waited for, after 2 s
   * @throws CliException if it takes longer; the thread is left behind
   */
  static <T> T look(String what, Duration limit, Consumer<String> notices, Supplier<T> look)
      throws InterruptedException {
    FutureTask<T> task = new FutureTask<>(look::get);
    Thread thread = new Thread(task, "fen-look");
    thread.setDaemon(true);
    thread.start();
    try {
      return get(task, what, limit, notices);
    } catch (TimeoutException silent) {
      throw new CliException(
          ExitCode.FAILED,
          "store_unreachable",
          what
              + " gave no answer within "
              + Texts.duration(limit)
              + "; see whether the share that it is on is mounted and its server answers, or name another"
              + " datastore with --datastore",
          silent);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException known) {
        throw known;
      }
      if (failed.getCause() instanceof Error known) {
        throw known;
      }
      throw new IllegalStateException(failed.getCause());
    }
  }

  private static <T> T get(
      FutureTask<T> task, String what, Duration limit, Consumer<String> notices)
      throws InterruptedException, ExecutionException, TimeoutException {
    Duration rest = limit.minus(UNREMARKABLE);
    if (rest.isNegative()) {
      return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    }
    try {
      return task.get(UNREMARKABLE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException slow) {
      notices.accept(
          what + " has not answered yet; waiting for it, up to " + Texts.duration(limit));
      return task.get(rest.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
