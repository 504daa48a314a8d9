package dev.fen.cli;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.SystemPlatform;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Uses the time of waiting: what will run in the moment of the hand-over is run beforehand, on a
 * lock of its own in a temporary folder, so that its classes are loaded and its code is compiled by
 * then. Whatever fails here does not matter.
 */
final class WarmUp implements AutoCloseable {

  private static final int CYCLES = 60;
  private static final int PROCESSES = 3;

  private static final Duration CLEANING_UP = Duration.ofSeconds(1);

  private volatile boolean over;
  private @Nullable Thread thread;

  /** Starts it in the background. Call it once at the most. */
  void begin() {
    Thread started = new Thread(this::run, "fen-warm-up");
    started.setDaemon(true);
    started.start();
    thread = started;
  }

  /** Ends it soon: the wait is over. */
  void end() {
    over = true;
  }

  /** Ends it, and waits up to a second until the folder is removed. */
  @Override
  public void close() {
    end();
    if (thread != null) {
      try {
        thread.join(CLEANING_UP.toMillis());
      } catch (InterruptedException hurried) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    try {
      for (int i = 0; i < PROCESSES && !over; i++) {
        new ProcessBuilder("true").inheritIO().start().waitFor();
      }
      Path folder = Files.createTempDirectory("fen-warm-up");
      try {
        cycles(folder);
      } finally {
        delete(folder.toFile());
      }
    } catch (IOException | RuntimeException skipped) {
      return;
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void cycles(Path folder) throws InterruptedException {
    Platform platform = SystemPlatform.get();
    LockOptions options = LockOptions.of("warm-up");
    try (LockService locks =
        new LockService(FileRegisterStore.open(folder, platform), options, platform)) {
      for (int i = 0; i < CYCLES && !over; i++) {
        try (Lease lease = locks.acquire("warm-up")) {
          lease.ensureHeld();
        }
        locks.inspect("warm-up");
      }
    }
  }

  private static void delete(File file) {
    File[] below = file.listFiles();
    if (below != null) {
      for (File one : below) {
        delete(one);
      }
    }
    boolean ignored = file.delete();
  }
}
