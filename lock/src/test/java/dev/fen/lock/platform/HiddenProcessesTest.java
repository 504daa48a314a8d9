package dev.fen.lock.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.store.MemoryRegisterStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lock whose holder cannot be seen in the process table of whoever wants it. */
class HiddenProcessesTest {

  @TempDir Path root;

  private FakeProc holders;
  private FakeProc takers;

  @BeforeEach
  void twoProcessesOfOneMachine() throws IOException {
    holders = new FakeProc(root.resolve("holders"), 100);
    takers = new FakeProc(root.resolve("takers"), 200);
  }

  /** One attempt of a process on a lock of another that its table does not show. */
  private boolean isTakenOver() throws InterruptedException {
    MemoryRegisterStore store = new MemoryRegisterStore(System::currentTimeMillis);
    LockOptions options = LockOptions.of("test");
    try (LockService holder = new LockService(store, options, new Machine(holders));
        LockService taker = new LockService(store, options, new Machine(takers));
        Lease lease = holder.acquire("demo")) {
      Optional<Lease> taken = taker.tryAcquire("demo");
      taken.ifPresent(Lease::close);
      assertThat(lease.token()).isPositive();
      return taken.isPresent();
    }
  }

  @Test
  void aHolderThatATableOfAllProcessesDoesNotShowIsGone() throws Exception {
    assertThat(isTakenOver()).isTrue();
  }

  @Test
  void aHolderThatHidepidMayHideIsNot() throws Exception {
    takers.write("self/mountinfo", "22 27 0:21 / /proc rw - proc proc rw,hidepid=invisible\n");

    assertThat(isTakenOver()).isFalse();
  }

  @Test
  void aHolderIsNotGoneWhereEvenTheFirstProcessIsNotShown() throws Exception {
    takers.delete("1/stat");

    assertThat(isTakenOver()).isFalse();
  }

  @Test
  void aHolderIsNotGoneWhereNobodyKnowsWhatTheTableHides() throws Exception {
    takers.delete("self/mountinfo");

    assertThat(isTakenOver()).isFalse();
  }

  /** The real machine, but for its process table. */
  private record Machine(FakeProc proc) implements Platform {

    @Override
    public long nanoTime() {
      return SystemPlatform.get().nanoTime();
    }

    @Override
    public long currentTimeMillis() {
      return SystemPlatform.get().currentTimeMillis();
    }

    @Override
    public Signal newSignal() {
      return SystemPlatform.get().newSignal();
    }

    @Override
    public Cancellable schedule(Runnable task, long delayNanos) {
      return SystemPlatform.get().schedule(task, delayNanos);
    }

    @Override
    public Executor newWorkers(String name, int maxThreads) {
      return SystemPlatform.get().newWorkers(name, maxThreads);
    }

    @Override
    public long randomLong() {
      return SystemPlatform.get().randomLong();
    }

    @Override
    public ProcessTable processes() {
      return proc.table();
    }

    @Override
    public HolderFiles holderFiles() {
      return HolderFiles.NONE;
    }

    @Override
    public Cancellable onShutdown(Runnable task) {
      return SystemPlatform.get().onShutdown(task);
    }
  }
}
