package dev.fen.verify.stress;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A wrong wall clock for a process, by libfaketime; its monotonic clock stays right. */
final class Skew {

  private static final Path LIBRARIES = Path.of("/usr/lib");

  private final @Nullable Path library;

  private Skew(@Nullable Path library) {
    this.library = library;
  }

  /** With the library where Debian installs it, if it is there. */
  static Skew find() {
    if (Files.isDirectory(LIBRARIES)) {
      try (DirectoryStream<Path> folders = Files.newDirectoryStream(LIBRARIES, "*-linux-gnu")) {
        for (Path folder : folders) {
          Path library = folder.resolve("faketime/libfaketime.so.1");
          if (Files.exists(library)) {
            return new Skew(library);
          }
        }
      } catch (IOException unreadable) {
        // As if it were not installed.
      }
    }
    return new Skew(null);
  }

  boolean isPossible() {
    return library != null;
  }

  /**
   * Adds what the process needs in its environment. File times stay right: they are the store's.
   *
   * @param file which {@link #set} writes
   */
  void addTo(Map<String, String> environment, Path file) {
    environment.put("LD_PRELOAD", String.valueOf(library));
    environment.put("FAKETIME_TIMESTAMP_FILE", file.toString());
    environment.put("FAKETIME_CACHE_DURATION", "1");
    environment.put("DONT_FAKE_MONOTONIC", "1");
    environment.put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    // Else the JVM's waits, which are on the monotonic clock, return at once.
    environment.put("FAKETIME_FORCE_MONOTONIC_FIX", "0");
    environment.put("NO_FAKE_STAT", "1");
  }

  /** Sets how wrong the clock is; a process that runs sees its clock step within a second. */
  static void set(Path file, long seconds) throws IOException {
    Path written = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(written, (seconds < 0 ? "" : "+") + seconds + "\n");
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
