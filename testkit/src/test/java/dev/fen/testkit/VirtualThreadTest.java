package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.MemoryRegisterStore;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Virtual threads take locks like others, where the JDK has them. */
class VirtualThreadTest {

  private static Thread startVirtual(Runnable task) throws ReflectiveOperationException {
    Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
    return (Thread) start.invoke(null, task);
  }

  private static boolean thereAreVirtualThreads() {
    try {
      startVirtual(() -> {}).join();
      return true;
    } catch (ReflectiveOperationException | InterruptedException none) {
      return false;
    }
  }

  @Test
  void manyVirtualThreadsHoldTheLockOneByOne() throws Exception {
    Assumptions.assumeTrue(thereAreVirtualThreads(), "this JDK has no virtual threads");
    LockOptions options = LockOptions.of("test").withMaxWait(Duration.ofMinutes(5));
    AtomicInteger inside = new AtomicInteger();
    ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<Long> tokens = new ConcurrentLinkedQueue<>();
    try (LockService locks =
        new LockService(
            new MemoryRegisterStore(System::currentTimeMillis), options, SystemPlatform.get())) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        threads.add(
            startVirtual(
                () -> {
                  try (Lease lease = locks.acquire("demo")) {
                    if (inside.incrementAndGet() != 1) {
                      failures.add("two inside");
                    }
                    lease.ensureHeld();
                    tokens.add(lease.token());
                    inside.decrementAndGet();
                  } catch (Exception thrown) {
                    failures.add(thrown.toString());
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(failures).isEmpty();
    assertThat(tokens).hasSize(200).doesNotHaveDuplicates();
  }
}
