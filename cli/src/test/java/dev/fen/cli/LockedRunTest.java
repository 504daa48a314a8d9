package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.cli.exec.CommandRunner;
import dev.fen.cli.exec.ExecRequest;
import dev.fen.lock.Claims;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.ReleasedVersions;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.ForwardingRegisterStore;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Locks around a command, on a store and a clock that a test can change. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LockedRunTest {
  private static final Duration TTL = Duration.ofSeconds(30);

  @TempDir Path folder;
  private final MemoryRegisterStore memory = new MemoryRegisterStore(System::currentTimeMillis);
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(RegisterStore store, Platform platform, List<String> names, String... command) {
    return run(store, platform, Claims.NONE, new Wanted(names, List.of(), false), command);
  }

  private int run(
      RegisterStore store, Platform platform, Claims handedDown, Wanted wanted, String... command) {
    LockOptions options = LockOptions.of("test").withTtl(TTL).withMaxWait(Duration.ofDays(1));
    Terminal terminal =
        new Terminal(System.out, new PrintStream(err, true, StandardCharsets.UTF_8));
    ExecRequest request =
        new ExecRequest(List.of(command), Duration.ZERO, TTL, terminal::say, signal -> {});
    try (CommandRunner runner = CommandRunner.prepare(request)) {
      LockService locks = new LockService(store, options, platform);
      return new LockedRun(
              terminal,
              false,
              runner,
              locks,
              locks.models(handedDown, ReleasedVersions.inMemory()),
              "memory",
              System.nanoTime(),
              () -> 0)
          .run(wanted, options);
    }
  }

  @Test
  void aLockLostBetweenItsAcquisitionAndTheStartKeepsTheCommandFromStarting() {
    AtomicLong aheadNanos = new AtomicLong();
    RegisterStore store =
        new ForwardingRegisterStore(memory) {
          @Override
          public ReadResult read(RegisterKey key) {
            if (key.path().contains("/b.lock")) {
              aheadNanos.set(TTL.toNanos());
            }
            return super.read(key);
          }
        };
    Path never = folder.resolve("never");

    int status = run(store, ahead(aheadNanos::get), List.of("a", "b"), "touch", never.toString());

    assertThat(status).isEqualTo(76);
    assertThat(never).doesNotExist();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("fen: the lock was lost before the command was started: lock \"a\"")
        .contains("the command was not started: run it again");
  }

  @Test
  void aCommandWhoseParentLostItsLockMeanwhileHasNotSucceeded() throws Exception {
    LockOptions options = LockOptions.of("parent").withTtl(TTL);
    try (LockService parent = new LockService(memory, options, SystemPlatform.get());
        LeaseGroup held = parent.models().acquireModels(List.of("t/a"))) {
      AtomicInteger reads = new AtomicInteger();
      RegisterStore store =
          new ForwardingRegisterStore(memory) {
            @Override
            public ReadResult read(RegisterKey key) {
              if (reads.incrementAndGet() == 2) {
                memory.overwrite(
                    key,
                    ((ReadResult.Present) memory.read(key)).body().replace("held", "released"));
              }
              return super.read(key);
            }
          };

      int status =
          run(
              store,
              SystemPlatform.get(),
              held.claims(),
              new Wanted(List.of(), List.of("t/a"), false),
              "true");

      assertThat(status).isEqualTo(76);
      assertThat(err.toString(StandardCharsets.UTF_8))
          .startsWith("fen: the lock was lost while the command ran: model lock \"t/a\"")
          .contains("the command had ended by itself, with exit code 0")
          .hasLineCount(1);
    }
  }

  @Test
  void aCommandThatEndedWhileFenStoodStillForTooLongHasNotSucceeded() {
    Path ended = folder.resolve("ended");

    int status =
        run(
            memory,
            ahead(() -> Files.exists(ended) ? TTL.toNanos() : 0),
            List.of("a"),
            "touch",
            ended.toString());

    assertThat(status).isEqualTo(76);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("the lock was lost");
  }

  @Test
  void severalLocksAreGivenBackSideBySide() throws Exception {
    List<String> names = List.of("a", "b", "c");
    CountDownLatch underWay = new CountDownLatch(names.size());
    AtomicBoolean alone = new AtomicBoolean();
    RegisterStore store =
        new ForwardingRegisterStore(memory) {
          @Override
          public WriteResult replace(RegisterKey key, Version expected, String body) {
            if (body.contains("\"released\"")) {
              underWay.countDown();
              try {
                // Less than a release may take: one after the other would not meet.
                alone.compareAndSet(false, !underWay.await(4, TimeUnit.SECONDS));
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            }
            return super.replace(key, expected, body);
          }
        };

    assertThat(run(store, SystemPlatform.get(), names, "true")).isZero();

    assertThat(alone).as("one release waited for another in vain").isFalse();
    try (LockService locks =
        new LockService(memory, LockOptions.of("test"), SystemPlatform.get())) {
      assertThat(locks.list()).hasSize(3).allMatch(lock -> lock.state() == LockStatus.State.FREE);
    }
  }

  /** This machine with a monotonic clock that can run ahead while no timer notices. */
  private static Platform ahead(LongSupplier aheadNanos) {
    Platform system = SystemPlatform.get();
    InvocationHandler calls =
        (proxy, method, arguments) -> {
          Object answer = method.invoke(system, arguments);
          return method.getName().equals("nanoTime")
              ? (Long) answer + aheadNanos.getAsLong()
              : answer;
        };
    return (Platform)
        Proxy.newProxyInstance(
            Platform.class.getClassLoader(), new Class<?>[] {Platform.class}, calls);
  }
}
