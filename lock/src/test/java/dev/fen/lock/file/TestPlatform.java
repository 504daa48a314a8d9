package dev.fen.lock.file;

import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.HolderFiles;
import dev.fen.lock.platform.NoProcesses;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.ProcessTable;
import dev.fen.lock.platform.Signal;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The real machine, as far as the file store needs it; its wall clock is wrong by years, which must
 * not matter.
 */
final class TestPlatform implements Platform {

  private final SecureRandom random = new SecureRandom();
  private final List<ExecutorService> pools = new CopyOnWriteArrayList<>();

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long currentTimeMillis() {
    return 1_000_000_000_000L;
  }

  @Override
  public Signal newSignal() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Cancellable schedule(Runnable task, long delayNanos) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Executor newWorkers(String name, int maxThreads) {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            maxThreads,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    pools.add(pool);
    return pool;
  }

  /** Waits until all that workers were given is done; they take nothing more. */
  void awaitWorkers() throws InterruptedException {
    for (ExecutorService pool : pools) {
      pool.shutdown();
      if (!pool.awaitTermination(60, TimeUnit.SECONDS)) {
        throw new AssertionError("a worker is still at it");
      }
    }
  }

  @Override
  public long randomLong() {
    return random.nextLong();
  }

  @Override
  public ProcessTable processes() {
    return new NoProcesses(ProcessHandle.current().pid());
  }

  @Override
  public HolderFiles holderFiles() {
    return HolderFiles.NONE;
  }

  @Override
  public Cancellable onShutdown(Runnable task) {
    return () -> {};
  }
}
