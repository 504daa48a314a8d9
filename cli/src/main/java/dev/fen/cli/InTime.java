package dev.fen.cli;

import dev.fen.lock.text.Texts;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** A look at files that is given up after a time: a share whose server is gone never answers. */
final class InTime {

  private InTime() {}

  /**
   * Looks, on a thread of its own.
   *
   * @param what is looked at, at the beginning of a sentence
   * @param limit how long that may take
   * @throws CliException if it takes longer; the thread is left behind
   */
  static <T> T look(String what, Duration limit, Supplier<T> look) throws InterruptedException {
    FutureTask<T> task = new FutureTask<>(look::get);
    Thread thread = new Thread(task, "fen-look");
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
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
}
