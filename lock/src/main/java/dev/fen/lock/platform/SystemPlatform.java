package dev.fen.lock.platform;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The real machine. One for a process is enough; nothing is started before it is needed. */
public final class SystemPlatform implements Platform {

  private static final SystemPlatform INSTANCE = new SystemPlatform();

  private final ProcessTable processes = SystemProcessTable.create();
  private final SplittableRandom random = new SplittableRandom(seed());

  private SystemPlatform() {}

  /**
   * The machine that this process runs on.
   *
   * @return always the same
   */
  public static Platform get() {
    return INSTANCE;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long currentTimeMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public Signal newSignal() {
    return new SystemSignal();
  }

  @Override
  public Cancellable schedule(Runnable task, long delayNanos) {
    Future<?> scheduled = Timer.THREAD.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public Executor newWorkers(String name, int maxThreads) {
    return new Workers(daemons(name), maxThreads);
  }

  @Override
  public long randomLong() {
    synchronized (random) {
      return random.nextLong();
    }
  }

  @Override
  public ProcessTable processes() {
    return processes;
  }

  @Override
  public HolderFiles holderFiles() {
    return Holders.FILES;
  }

  @Override
  public Cancellable onShutdown(Runnable task) {
    Thread hook = new Thread(task, "fen-shutdown");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException alreadyShuttingDown) {
      return () -> {};
    }
    return () -> {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException alreadyShuttingDown) {
        // The hook runs or has run; there is nothing left to take back.
      }
    };
  }

  /**
   * From the kernel where it has such a file: setting up SecureRandom costs a short-lived command
   * many times more.
   */
  private static long seed() {
    byte[] bytes = new byte[Long.BYTES];
    try (InputStream kernel = new FileInputStream("/dev/urandom")) {
      if (kernel.readNBytes(bytes, 0, bytes.length) == bytes.length) {
        return ByteBuffer.wrap(bytes).getLong();
      }
    } catch (IOException noSuchFile) {
      // Not a system with that file.
    }
    return new SecureRandom().nextLong();
  }

  private static ThreadFactory daemons(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  private static final class Holders {
    static final HolderFiles FILES = LinuxHolderFiles.create();
  }

  private static final class Timer {
    static final ScheduledThreadPoolExecutor THREAD = start();

    private static ScheduledThreadPoolExecutor start() {
      ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, daemons("fen-timer"));
      timer.setRemoveOnCancelPolicy(true);
      return timer;
    }
  }

  private static final class SystemSignal implements Signal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition given = lock.newCondition();
    private boolean isGiven;

    @Override
    public void give() {
      lock.lock();
      try {
        isGiven = true;
        given.signal();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public boolean await(long nanos) throws InterruptedException {
      lock.lockInterruptibly();
      try {
        long left = nanos;
        while (!isGiven && left > 0) {
          left = given.awaitNanos(left);
        }
        boolean taken = isGiven;
        isGiven = false;
        return taken;
      } finally {
        lock.unlock();
      }
    }
  }
}
