package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.HolderFiles;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.ProcessTable;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.MemoryRegisterStore;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a million acquisitions leave behind in the process that made them: nothing that grows. */
@Tag("jdk-independent")
class RetentionTest {

  private static final int CYCLES = 1_000_000;
  private static final String PROPERTY = "heap is small";

  /**
   * Everything at once in the calling thread, so that a million cycles take seconds; counts what
   * stays scheduled.
   */
  private static final class DirectPlatform implements Platform {
    private final Platform system = SystemPlatform.get();
    final Set<Object> scheduled = new HashSet<>();
    private long random;

    @Override
    public long nanoTime() {
      return system.nanoTime();
    }

    @Override
    public long currentTimeMillis() {
      return system.currentTimeMillis();
    }

    @Override
    public Signal newSignal() {
      return system.newSignal();
    }

    @Override
    public Cancellable schedule(Runnable task, long delayNanos) {
      scheduled.add(task);
      return () -> scheduled.remove(task);
    }

    @Override
    public Executor newWorkers(String name, int maxThreads) {
      return Runnable::run;
    }

    @Override
    public long randomLong() {
      return ++random * 0x9E3779B97F4A7C15L;
    }

    @Override
    public ProcessTable processes() {
      return system.processes();
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

  /** Run in a process of its own with a heap that has no room for anything that grows. */
  public static void main(String[] args) throws InterruptedException {
    DirectPlatform platform = new DirectPlatform();
    try (LockService locks =
        new LockService(
            new MemoryRegisterStore(System::currentTimeMillis), LockOptions.of("test"), platform)) {
      for (int i = 0; i < CYCLES; i++) {
        try (Lease lease = locks.acquire("demo" + i % 3)) {
          lease.onLost(lost -> {});
        }
      }
    }
    System.out.println(PROPERTY + ", scheduled tasks left: " + platform.scheduled.size());
  }

  @Test
  void aMillionCyclesFitIntoASmallHeap() throws Exception {
    List<String> options = List.of("-XX:TieredStopAtLevel=4", "-Xmx32m");
    try (ChildProcess child = ChildProcess.start(options, List.of(RetentionTest.class.getName()))) {
      assertThat(child.linesAtEnd()).containsExactly(PROPERTY + ", scheduled tasks left: 0");
    }
  }
}
