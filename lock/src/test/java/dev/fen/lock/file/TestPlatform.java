package dev.fen.lock.file;

import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.HolderFiles;
import dev.fen.lock.platform.NoProcesses;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.ProcessTable;
import dev.fen.lock.platform.Signal;
import java.security.SecureRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * The real machine, as far as the file store needs it; its wall clock is wrong by years, which must
 * not matter.
 */
final class TestPlatform implements Platform {

  private final SecureRandom random = new SecureRandom();

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
    return Executors.newFixedThreadPool(
        maxThreads,
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
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
