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

/**
 * Uses the time of waiting: what will run in the moment of the hand-over is run beforehand, on a
 * lock of its own in a temporary folder, so that its classes are loaded and its code is compiled by
 * then. Whatever fails here does not matter.
 */
final class WarmUp implements Runnable {

  private static final int CYCLES = 60;
  private static final int PROCESSES = 3;

  /** Starts it in the background. */
  static void begin() {
    Thread thread = new Thread(new WarmUp(), "fen-warm-up");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void run() {
    try {
      for (int i = 0; i < PROCESSES; i++) {
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

  private static void cycles(Path folder) throws InterruptedException {
    Platform platform = SystemPlatform.get();
    LockOptions options = LockOptions.of("warm-up");
    try (LockService locks =
        new LockService(FileRegisterStore.open(folder, platform), options, platform)) {
      for (int i = 0; i < CYCLES; i++) {
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
