package dev.fen.datastore.verify;

import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.HolderFiles;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.ProcessTable;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.platform.SystemPlatform;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The real machine, but for clocks that can be put forward, also under those who wait. */
public class JumpingPlatform implements Platform {

  final Platform real = SystemPlatform.get();
  private final Object clock = new Object();
  private long aheadNanos; // guarded by clock

  /** Whoever waits and has waited long enough by this goes on. */
  public void jump(Duration by) {
    synchronized (clock) {
      aheadNanos += by.toNanos();
      clock.notifyAll();
    }
  }

  @Override
  public long nanoTime() {
    synchronized (clock) {
      return real.nanoTime() + aheadNanos;
    }
  }

  @Override
  public Signal newSignal() {
    return new JumpingSignal();
  }

  private final class JumpingSignal implements Signal {
    private boolean isGiven; // guarded by clock

    @Override
    public void give() {
      synchronized (clock) {
        isGiven = true;
        clock.notifyAll();
      }
    }

    @Override
    public boolean await(long nanos) throws InterruptedException {
      synchronized (clock) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        long beganNanos = nanoTime();
        long leftNanos = nanos;
        while (!isGiven && leftNanos > 0) {
          TimeUnit.NANOSECONDS.timedWait(clock, leftNanos);
          leftNanos = nanos - (nanoTime() - beganNanos);
        }
        boolean taken = isGiven;
        isGiven = false;
        return taken;
      }
    }
  }

  @Override
  public long currentTimeMillis() {
    synchronized (clock) {
      return real.currentTimeMillis() + TimeUnit.NANOSECONDS.toMillis(aheadNanos);
    }
  }

  @Override
  public Cancellable schedule(Runnable task, long delayNanos) {
    return real.schedule(task, delayNanos);
  }

  @Override
  public Executor newWorkers(String name, int maxThreads) {
    return real.newWorkers(name, maxThreads);
  }

  @Override
  public long randomLong() {
    return real.randomLong();
  }

  @Override
  public ProcessTable processes() {
    return real.processes();
  }

  @Override
  public HolderFiles holderFiles() {
    return HolderFiles.NONE;
  }

  @Override
  public Cancellable onShutdown(Runnable task) {
    return real.onShutdown(task);
  }
}
