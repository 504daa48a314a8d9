package dev.fen.lock;

import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.HolderFiles;
import dev.fen.lock.platform.NoProcesses;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.ProcessTable;
import dev.fen.lock.platform.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A machine without threads of its own, for any number of others: work is done by whoever orders
 * it, or by whoever asks for it; what is due runs when somebody says so. Time stands still while
 * they run, so whoever waits for what is never given waits for ever.
 */
final class StillPlatform implements Platform {

  /** No two are the same. */
  private static final class Timer {
    private final long dueNanos;
    private final Runnable task;

    Timer(long dueNanos, Runnable task) {
      this.dueNanos = dueNanos;
      this.task = task;
    }
  }

  private final boolean worksAtOnce;
  private final List<Timer> timers = new ArrayList<>();
  private final List<Runnable> ordered = new ArrayList<>();
  private final List<Runnable> hooks = new ArrayList<>();
  private long nowNanos = Duration.ofDays(1).toNanos();
  private long lastRandom;
  private final Signal more = new StillSignal();
  private volatile boolean ended;

  private StillPlatform(boolean worksAtOnce) {
    this.worksAtOnce = worksAtOnce;
  }

  static StillPlatform working(boolean atOnce) {
    return new StillPlatform(atOnce);
  }

  /** For when no other thread runs. */
  void passTime(Duration duration) {
    nowNanos += duration.toNanos();
  }

  /** Runs what is due, as the one timer thread does. */
  void runTimers() {
    List<Timer> due = new ArrayList<>();
    synchronized (timers) {
      for (Timer timer : timers) {
        if (timer.dueNanos <= nowNanos) {
          due.add(timer);
        }
      }
      timers.removeAll(due);
    }
    due.forEach(timer -> timer.task.run());
  }

  /** Does what was ordered, as a pool does. */
  void work() {
    List<Runnable> all;
    synchronized (ordered) {
      all = List.copyOf(ordered);
      ordered.clear();
    }
    all.forEach(Runnable::run);
  }

  /** Does what is ordered until {@link #endWork}. */
  void workOn() throws InterruptedException {
    while (!ended) {
      boolean ignored = more.await(1);
      work();
    }
  }

  void endWork() {
    ended = true;
    more.give();
  }

  /** Runs the hooks, as the end of the JVM does. */
  void shutDown() {
    List<Runnable> all;
    synchronized (hooks) {
      all = List.copyOf(hooks);
    }
    all.forEach(Runnable::run);
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  @Override
  public long currentTimeMillis() {
    return nowNanos / 1_000_000;
  }

  @Override
  public Signal newSignal() {
    return new StillSignal();
  }

  @Override
  public Cancellable schedule(Runnable task, long delayNanos) {
    Timer timer = new Timer(nowNanos + delayNanos, task);
    synchronized (timers) {
      timers.add(timer);
    }
    return () -> {
      synchronized (timers) {
        timers.remove(timer);
      }
    };
  }

  @Override
  public Executor newWorkers(String name, int maxThreads) {
    return worksAtOnce ? Runnable::run : this::order;
  }

  private void order(Runnable task) {
    synchronized (ordered) {
      ordered.add(task);
    }
    more.give();
  }

  @Override
  public long randomLong() {
    synchronized (timers) {
      return ++lastRandom;
    }
  }

  @Override
  public ProcessTable processes() {
    return new NoProcesses(1);
  }

  @Override
  public HolderFiles holderFiles() {
    return HolderFiles.NONE;
  }

  @Override
  public Cancellable onShutdown(Runnable task) {
    synchronized (hooks) {
      hooks.add(task);
    }
    return () -> {
      synchronized (hooks) {
        hooks.remove(task);
      }
    };
  }

  private static final class StillSignal implements Signal {
    private boolean given;

    @Override
    public synchronized void give() {
      given = true;
      notifyAll();
    }

    @Override
    public synchronized boolean await(long nanos) throws InterruptedException {
      while (!given && nanos > 0) {
        wait();
      }
      boolean taken = given;
      given = false;
      return taken;
    }
  }
}
