package dev.fen.lock.platform;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Threads for work that may block: a free one is used again, else one is started, and where so many
 * are busy that there may be no more the work queues. By itself a {@link ThreadPoolExecutor} does
 * either, not both; and the queue that would make it, {@code LinkedTransferQueue}, lets idle
 * threads of JDK 17 spin (JDK-8301341).
 *
 * <p>Safe for any number of threads.
 */
final class Workers implements Executor {

  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor threads;
  private final int most;
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>(); // guarded by itself
  private int busy; // guarded by queue

  /**
   * No thread yet.
   *
   * @param most how many tasks run at once at the most
   */
  Workers(ThreadFactory factory, int most) {
    this.threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            factory);
    this.most = most;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (queue) {
      if (busy == most) {
        queue.add(task);
        return;
      }
      busy++;
    }
    start(task);
  }

  private void start(Runnable task) {
    boolean started = false;
    try {
      threads.execute(() -> work(task));
      started = true;
    } finally {
      if (!started) {
        // The machine has no thread left; the caller is told, and what is queued stays so.
        synchronized (queue) {
          busy--;
        }
      }
    }
  }

  private void work(Runnable first) {
    boolean ended = false;
    try {
      for (Runnable task = first; task != null; task = next()) {
        task.run();
        // Whom an interrupt was meant for is gone.
        boolean ignored = Thread.interrupted();
      }
      ended = true;
    } finally {
      if (!ended) {
        Runnable task = next();
        if (task != null) {
          start(task);
        }
      }
    }
  }

  /** What the caller is to do next; null if it is no longer busy. */
  private @Nullable Runnable next() {
    synchronized (queue) {
      Runnable task = queue.poll();
      if (task == null) {
        busy--;
      }
      return task;
    }
  }
}
