package dev.fen.lock.platform;

import java.util.concurrent.Executor;

/** The machine as a lock sees it. All methods may be called from any thread. */
public interface Platform {

  /**
   * The monotonic clock that leases and deadlines are counted on. It may stand still while the
   * machine is suspended, which is why {@link #currentTimeMillis()} is compared with it.
   *
   * @return nanoseconds since some fixed instant; only differences mean something
   */
  long nanoTime();

  /**
   * The wall clock. It is written into records for people to read, and compared with the monotonic
   * clock to notice a suspended machine; it never decides who holds a lock.
   *
   * @return milliseconds since 1970 UTC
   */
  long currentTimeMillis();

  /**
   * Makes a signal that one thread can wait for.
   *
   * @return a signal, not given
   */
  Signal newSignal();

  /**
   * Runs a task later on the one timer thread.
   *
   * @param task what to run; it must neither block nor call a store
   * @param delayNanos how much later, in nanoseconds; zero and less mean at once
   * @return cancels the task if it has not begun
   */
  Cancellable schedule(Runnable task, long delayNanos);

  /**
   * Makes a pool of threads for work that may block. Threads are started when needed, end when
   * idle, and do not keep the process alive.
   *
   * @param name what the threads are called
   * @param maxThreads how many work at once at the most; further work queues
   * @return the pool
   */
  Executor newWorkers(String name, int maxThreads);

  /**
   * A random number, for nonces and for jitter. No two processes may get the same sequence.
   *
   * @return 64 random bits
   */
  long randomLong();

  /**
   * The processes of this machine.
   *
   * @return the process table
   */
  ProcessTable processes();

  /**
   * What proves that a holder was of this very machine, where the store is not of this machine
   * alone.
   *
   * @return the files; {@link HolderFiles#NONE} where nothing can be kept
   */
  HolderFiles holderFiles();

  /**
   * Has a task run when the process ends in an orderly way.
   *
   * @param task what to run; it must end by itself within seconds
   * @return takes the task back
   */
  Cancellable onShutdown(Runnable task);
}
