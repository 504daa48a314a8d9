package dev.fen.cli.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What only root can try: to be somebody else, and file systems of its own. */
final class Users {
  /** Nobody in particular: no name belongs to this number. */
  static final String UID = "54321";

  private Users() {}

  /** Whether these tests may become another user. */
  static boolean canBeOthers() {
    return succeeds("setpriv", "--reuid=" + UID, "--regid=" + UID, "--clear-groups", "true");
  }

  static boolean canMount() {
    return succeeds("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt");
  }

  static boolean canHavePidNamespace() {
    return succeeds("unshare", "--pid", "--fork", "--mount-proc", "true");
  }

  /** A program that makes anybody root, as sudo does; null where the system does not let it. */
  static @Nullable Path sudo(Path folder) throws IOException {
    for (String place : List.of("/usr/bin/setpriv", "/bin/setpriv")) {
      if (Files.exists(Path.of(place))) {
        Path sudo = Files.copy(Path.of(place), folder.resolve("sudo"));
        new ProcessBuilder("chmod", "4755", sudo.toString()).start().onExit().join();
        List<String> words =
            List.of(
                "setpriv",
                "--reuid=" + UID,
                "--regid=" + UID,
                "--clear-groups",
                sudo.toString(),
                "--reuid=0",
                "--regid=0",
                "--clear-groups",
                "true");
        return succeeds(words.toArray(String[]::new)) ? sudo : null;
      }
    }
    return null;
  }

  static boolean has(String program) {
    return succeeds("sh", "-c", "command -v " + program);
  }

  static boolean hasScript() {
    return succeeds("script", "--version");
  }

  private static boolean succeeds(String... words) {
    try {
      return new ProcessBuilder(words)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Fen as the user without a name, from files that this user may read. */
  static Fen fen(Path folder, Path copies) {
    return Fen.in(folder)
        .classPath(readable(copies))
        .through("setpriv", "--reuid=" + UID, "--regid=" + UID, "--clear-groups");
  }

  static void allow(Path path, String permissions) {
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies what Fen consists of: the build may be in a folder that only its owner may enter. */
  private static String readable(Path copies) {
    List<String> entries = new ArrayList<>();
    try {
      for (String entry : System.getProperty("java.class.path").split(":")) {
        if (!isTestCode(entry)) {
          Path copy = copies.resolve("entry" + entries.size());
          copy(Path.of(entry), copy);
          entries.add(copy.toString());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    allow(copies, "rwxr-xr-x");
    return String.join(":", entries);
  }

  private static boolean isTestCode(String entry) {
    return entry.contains("test-classes")
        || entry.contains("junit")
        || entry.contains("assertj")
        || entry.contains("archunit")
        || entry.contains("byte-buddy")
        || entry.contains("opentest4j")
        || entry.contains("apiguardian");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
          allow(copy, "rwxr-xr-x");
        } else {
          Files.copy(file, copy);
          allow(copy, "rw-r--r--");
        }
      }
    }
  }
}
