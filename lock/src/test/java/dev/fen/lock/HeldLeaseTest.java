package dev.fen.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A lease on a machine whose timer thread gets no processor, and what it leaves scheduled. */
class HeldLeaseTest {

  private static final LockName LOCK = LockName.named(Namespace.NONE, "demo");

  private final ManualPlatform platform = new ManualPlatform();
  private final RegisterStore store = new MemoryRegisterStore(platform::currentTimeMillis);
  private final LockContext context = new LockContext(store, Namespace.NONE, platform);

  private HeldLease acquire() throws InterruptedException {
    return new LeaseLock(context, LOCK).acquire(LockOptions.of("test"), status -> {});
  }

  /** Whose timers come much too late, while the clock is past its end. */
  private HeldLease acquireAndOutlive() throws InterruptedException {
    platform.timersLateNanos = Duration.ofHours(1).toNanos();
    HeldLease lease = acquire();
    sleep(Duration.ofMillis(28_500));
    return lease;
  }

  private void sleep(Duration duration) throws InterruptedException {
    platform.newSignal().await(duration.toNanos());
  }

  private String body() {
    return ((ReadResult.Present) store.read(LOCK.key())).body();
  }

  @Test
  void nothingRemainsOfALeaseAfterItsEndThoughNoTimerHasSaidSo() throws InterruptedException {
    HeldLease lease = acquireAndOutlive();
    assertThat(lease.remaining()).isZero();
    assertThatThrownBy(lease::ensureHeld).isInstanceOf(LockLostException.class);
  }

  @Test
  void whoListensAfterTheEndIsToldThoughNoTimerHasSaidSo() throws InterruptedException {
    HeldLease lease = acquireAndOutlive();
    List<LossCause> told = new ArrayList<>();
    lease.onLost(lost -> told.add(lost.lossCause()));
    sleep(Duration.ZERO);
    assertThat(told).containsExactly(LossCause.PROCESS_PAUSED);
  }

  @Test
  void aReleaseAfterTheEndIsNotCleanThoughNoTimerHasSaidSo() throws InterruptedException {
    HeldLease lease = acquireAndOutlive();
    lease.close();
    sleep(Duration.ofSeconds(1));
    assertThat(body()).contains("\"released\"").contains("\"clean\":false");
  }

  @Test
  void nothingIsSentAfterTheEndThoughNoTimerHasSaidSo() throws InterruptedException {
    HeldLease lease = acquireAndOutlive();
    String body = body();
    lease.addCompanion(1);
    sleep(Duration.ofSeconds(1));
    assertThat(body()).isEqualTo(body);
    assertThat(lease.remaining()).isZero();
  }

  @Test
  void closingEndsInTimeThoughNeitherPoolNorTimerGetsAProcessor() throws InterruptedException {
    HeldLease lease = acquire();
    platform.workersLateNanos = Duration.ofHours(1).toNanos();
    platform.timersLateNanos = Duration.ofHours(1).toNanos();
    long start = platform.nanoTime();
    lease.close();
    assertThat(platform.nanoTime() - start).isEqualTo(Duration.ofSeconds(6).toNanos());
  }

  @Test
  void aClosedLeaseLeavesNothingScheduledAlsoWhenARenewalWasUnderWay() throws InterruptedException {
    HeldLease lease = acquire();
    platform.workersLateNanos = Duration.ofMillis(100).toNanos();
    sleep(Duration.ofMillis(10_020));
    lease.close();
    assertThat(body()).contains("\"released\"");
    assertThat(platform.scheduled()).isZero();
  }

  @Test
  void aLostLeaseLeavesNothingScheduled() throws InterruptedException {
    HeldLease lease = acquire();
    ((MemoryRegisterStore) store).remove(LOCK.key());
    sleep(Duration.ofSeconds(11));
    assertThat(Objects.requireNonNull(lease.toString())).contains("LOST");
    assertThat(platform.scheduled()).isZero();
  }
}
