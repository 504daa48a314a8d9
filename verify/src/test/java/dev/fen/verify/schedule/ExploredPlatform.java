package dev.fen.verify.schedule;

import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.HolderFiles;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.lock.platform.ProcessTable;
import dev.fen.lock.platform.Signal;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A machine of real threads, switched at random, and of clocks that stand still but for {@link
 * #passTime}: nothing depends on how fast it is run.
 */
final class ExploredPlatform implements Platform {

  private static final ProcessMark SELF = new ProcessMark("host", 1, "boot/ns/1");

  /**
   * What is shorter is a pause before another attempt, in which nothing happens: it is over at
   * once.
   */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Queue<Timer> timers = new ConcurrentLinkedQueue<>();
  private final Queue<Thread> workers = new ConcurrentLinkedQueue<>();
  private final Queue<Runnable> hooks = new ConcurrentLinkedQueue<>();
  private final Object clock = new Object();
  private final AtomicLong lastRandom = new AtomicLong();
  private volatile long nowNanos = TimeUnit.DAYS.toNanos(1);
  private volatile long suspendedMillis;
  private volatile boolean sideBySide;

  /** Whether work is done in threads of its own from now on, and not in that which orders it. */
  void workSideBySide(boolean now) {
    sideBySide = now;
  }

  /**
   * Lets time pass, and runs what is due then in the calling thread, as the one timer thread does.
   */
  void passTime(long nanos) {
    synchronized (clock) {
      nowNanos += nanos;
      clock.notifyAll();
    }
    while (true) {
      Timer next = takeDue();
      if (next == null) {
        return;
      }
      next.task.run();
    }
  }

  private @Nullable Timer takeDue() {
    while (true) {
      Timer first = null;
      for (Timer timer : timers) {
        if (timer.dueNanos <= nowNanos && (first == null || timer.dueNanos < first.dueNanos)) {
          first = timer;
        }
      }
      if (first == null || timers.remove(first)) {
        return first;
      }
    }
  }

  /** Lets the machine have been suspended: its wall clock runs ahead of the monotonic one. */
  void suspend(long millis) {
    suspendedMillis = millis;
  }

  /** Waits for all work that was begun, and for what that began. */
  void joinWorkers() throws InterruptedException {
    for (Thread next = workers.poll(); next != null; next = workers.poll()) {
      next.join();
    }
  }

  /** Runs the hooks, as the end of the JVM does. */
  void shutDown() {
    hooks.forEach(Runnable::run);
  }

  /** How many hooks there are. */
  int hooks() {
    return hooks.size();
  }

  @Override
  public long nanoTime() {
    long now = nowNanos;
    letOthersGoFirst();
    return now;
  }

  /** Nothing relies on it: it disturbs. */
  @SuppressWarnings("ThreadPriorityCheck")
  private static void letOthersGoFirst() {
    int drawn = ThreadLocalRandom.current().nextInt(32);
    if (drawn == 0) {
      LockSupport.parkNanos(1_000);
    } else if (drawn < 8) {
      Thread.yield();
    }
  }

  @Override
  public long currentTimeMillis() {
    return TimeUnit.NANOSECONDS.toMillis(nowNanos) + suspendedMillis;
  }

  @Override
  public Signal newSignal() {
    return new ClockSignal();
  }

  @Override
  public Cancellable schedule(Runnable task, long delayNanos) {
    if (delayNanos <= 0) {
      start(task, "fen-timer");
      return () -> {};
    }
    Timer timer = remember(task, delayNanos);
    return () -> forget(timer);
  }

  private Timer remember(Runnable task, long delayNanos) {
    Timer timer = new Timer(nowNanos + delayNanos, task);
    timers.add(timer);
    return timer;
  }

  private void forget(Timer timer) {
    timers.remove(timer);
  }

  /** A thread for each piece of work: more orders than those of any pool. */
  @Override
  public Executor newWorkers(String name, int maxThreads) {
    return task -> {
      if (sideBySide) {
        start(task, name);
      } else {
        task.run();
      }
    };
  }

  private void start(Runnable task, String name) {
    Thread worker = new Thread(task, name);
    workers.add(worker);
    worker.setDaemon(true);
    worker.start();
  }

  @Override
  public long randomLong() {
    return lastRandom.incrementAndGet();
  }

  @Override
  public ProcessTable processes() {
    return OneProcess.TABLE;
  }

  @Override
  public HolderFiles holderFiles() {
    return HolderFiles.NONE;
  }

  @Override
  public Cancellable onShutdown(Runnable task) {
    hooks.add(task);
    return () -> hooks.remove(task);
  }

  /** Ends its wait when it is given or the clock has gone on for long enough. */
  private final class ClockSignal implements Signal {
    private boolean given;

    @Override
    public void give() {
      synchronized (clock) {
        given = true;
        clock.notifyAll();
      }
    }

    @Override
    public boolean await(long nanos) throws InterruptedException {
      synchronized (clock) {
        long start = nowNanos;
        while (!given && nanos >= PAUSE_NANOS && nowNanos - start < nanos) {
          clock.wait();
        }
        boolean taken = given;
        given = false;
        return taken;
      }
    }
  }

  private static final class Timer {
    final long dueNanos;
    final Runnable task;

    Timer(long dueNanos, Runnable task) {
      this.dueNanos = dueNanos;
      this.task = task;
    }
  }

  private static final class OneProcess implements ProcessTable {
    static final ProcessTable TABLE = new OneProcess();

    @Override
    public ProcessMark self() {
      return SELF;
    }

    @Override
    public String user() {
      return "tester";
    }

    @Override
    public String program() {
      return "test";
    }

    @Override
    public Optional<ProcessMark> find(long pid) {
      return Optional.of(new ProcessMark("host", pid, "boot/ns/" + pid));
    }

    @Override
    public Liveness liveness(ProcessMark mark) {
      return Liveness.ALIVE;
    }
  }
}
