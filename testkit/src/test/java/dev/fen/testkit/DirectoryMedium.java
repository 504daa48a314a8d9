package dev.fen.testkit;

import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory; what is done to it from outside is done with plain file operations. */
final class DirectoryMedium implements Medium {

  /** More than a tick of any file system's clock. */
  private static final long TICK_MILLIS = 10;

  private final Path root;

  DirectoryMedium(Path root) {
    this.root = root;
  }

  @Override
  public RegisterStore open(Platform platform) {
    FileRegisterStore store = FileRegisterStore.open(root, platform);
    return platform instanceof SimulatedProcess ? new Unwatched(store) : store;
  }

  private Path folderOf(RegisterKey key) {
    return root.resolve(key.path());
  }

  private static long numberOf(Path file) {
    return Long.parseLong(file.getFileName().toString().replace(".json", ""));
  }

  private Path newest(RegisterKey key) throws IOException {
    try (Stream<Path> files = Files.list(folderOf(key))) {
      return files.max(Comparator.comparingLong(DirectoryMedium::numberOf)).orElseThrow();
    }
  }

  @Override
  public void overwrite(RegisterKey key, String body) {
    try {
      remove(key);
      Files.createDirectories(folderOf(key));
      Files.writeString(folderOf(key).resolve("1.json"), body);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void remove(RegisterKey key) {
    try {
      if (Files.exists(folderOf(key))) {
        awaitTick(Files.getLastModifiedTime(folderOf(key)).toMillis());
        try (Stream<Path> files = Files.walk(folderOf(key))) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /**
   * Nobody removes what was written in the same tick of the clock that tokens come from; but in a
   * simulation that clock stands still.
   */
  private void awaitTick(long writtenMillis) throws IOException {
    long now;
    do {
      Path probe = Files.createTempFile(root, ".", null);
      now = Files.getLastModifiedTime(probe).toMillis();
      Files.delete(probe);
    } while (now < writtenMillis + TICK_MILLIS);
  }

  @Override
  public void age(RegisterKey key, Duration by) {
    try {
      Path file = newest(key);
      FileTime written = Files.getLastModifiedTime(file);
      Files.setLastModifiedTime(file, FileTime.fromMillis(written.toMillis() - by.toMillis()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public List<String> childCommand() {
    return List.of(DirectoryChild.class.getName(), root.toString());
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /**
   * Without the file system's events: a thread that waits for one would keep the turn for ever, and
   * no seed decides when one comes.
   */
  private static final class Unwatched extends ForwardingRegisterStore {

    Unwatched(RegisterStore store) {
      super(store);
    }

    @Override
    public Watch watch(RegisterKey key, Runnable onChange) {
      return () -> {};
    }
  }
}
