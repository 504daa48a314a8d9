package dev.fen.cli;

import dev.fen.cli.exec.CommandRunner;
import dev.fen.lock.LeaseGroup;
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
import java.util.List;
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

  private final Path place;
  private volatile boolean over;
  private @Nullable Thread thread;

  /**
   * A warm-up; it has not begun.
   *
   * @param place where its folder is made
   */
  WarmUp(Path place) {
    this.place = place;
  }

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
      Path folder = Files.createTempDirectory(place, "fen-warm-up");
      // So that each of the two waits for the other one, and is woken by its release.
      Thread rival = new Thread(() -> cycles(folder), "fen-warm-up-rival");
      rival.setDaemon(true);
      rival.start();
      cycles(folder);
      rival.join();
      delete(folder.toFile());
    } catch (IOException skipped) {
      return;
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void cycles(Path folder) {
    Platform platform = SystemPlatform.get();
    LockOptions options = LockOptions.of("warm-up").withMaxWait(CLEANING_UP);
    try (LockService locks =
        new LockService(FileRegisterStore.open(folder, platform), options, platform)) {
      for (int i = 0; i < CYCLES && !over; i++) {
        try (LeaseGroup group =
            locks.models().acquireNamed(List.of("warm-up"), options, waiting -> {})) {
          group.onLost(loss -> {});
          group.ensureHeld();
          HeldLeases held = new HeldLeases(List.of(group), "warm-up");
          if (i < PROCESSES) {
            CommandRunner.rehearse(held);
          } else {
            held.environment();
          }
        }
      }
    } catch (IOException | RuntimeException skipped) {
      return;
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
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
