package dev.fen.lock.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SystemPlatformTest {

  private static Thread threadOf(Executor workers) throws InterruptedException {
    SynchronousQueue<Thread> threads = new SynchronousQueue<>();
    workers.execute(
        () -> {
          try {
            threads.put(Thread.currentThread());
          } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
          }
        });
    return threads.take();
  }

  @Test
  void aWorkerThatIsFreeIsUsedAgain() throws InterruptedException {
    Executor workers = SystemPlatform.get().newWorkers("free", 8);
    Thread first = threadOf(workers);
    while (first.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertThat(threadOf(workers)).isSameAs(first);
  }

  @Test
  void whatFindsNoFreeWorkerGetsOneOfItsOwnUntilAllAreBusyAndThenWaits()
      throws InterruptedException {
    Executor workers = SystemPlatform.get().newWorkers("busy", 2);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    CountDownLatch bothRun = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch all = new CountDownLatch(5);
    for (int i = 0; i < 5; i++) {
      workers.execute(
          () -> {
            threads.add(Thread.currentThread());
            bothRun.countDown();
            try {
              release.await();
            } catch (InterruptedException ended) {
              Thread.currentThread().interrupt();
            }
            all.countDown();
          });
    }
    assertThat(bothRun.await(50, TimeUnit.SECONDS)).isTrue();
    release.countDown();
    assertThat(all.await(50, TimeUnit.SECONDS)).isTrue();
    assertThat(threads).hasSize(2);
  }

  @Test
  void whatThrowsKeepsNobodyFromTheQueue() throws InterruptedException {
    Executor workers = SystemPlatform.get().newWorkers("throws", 1);
    CountDownLatch queued = new CountDownLatch(1);
    CountDownLatch ran = new CountDownLatch(2);
    workers.execute(
        () -> {
          try {
            queued.await();
          } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
          }
          Thread.currentThread().setUncaughtExceptionHandler((thread, expected) -> ran.countDown());
          throw new IllegalStateException("thrown by a task");
        });
    workers.execute(ran::countDown);
    queued.countDown();
    assertThat(ran.await(50, TimeUnit.SECONDS)).isTrue();
    assertThat(threadOf(workers)).isNotNull();
  }
}
