package dev.fen.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fen.lock.ReleasedVersions;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which versions of the models' locks are known as released, kept between commands in a file of
 * this user's cache. Whatever is wrong with that file costs a read for each lock, and nothing else.
 * Safe for any number of threads; of processes that keep at once the last one wins.
 */
final class KnownReleases implements ReleasedVersions {

  private static final long MOST_BYTES = 64L << 20;

  private final String place;
  private final @Nullable Path file;
  private final Map<String, String> tags = new TreeMap<>();
  private boolean loaded;
  private boolean changed;

  /**
   * Those of one namespace of one datastore.
   *
   * @param cache the folder of Fen in the user's cache; null if there is none
   * @param place the datastore and the namespace, which no other has in common
   */
  KnownReleases(@Nullable Path cache, String place) {
    this.place = place;
    this.file = cache == null ? null : cache.resolve("released").resolve(digest(place));
  }

  /** The folder of Fen in the user's cache; null where it has none. */
  static @Nullable Path cache(Map<String, String> environment) {
    String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
    String home = environment.getOrDefault("HOME", "");
    if (caches.isEmpty() && !home.isEmpty()) {
      caches = home + "/.cache";
    }
    try {
      Path folder = Path.of(caches);
      return folder.isAbsolute() ? folder.resolve("fen") : null;
    } catch (InvalidPathException notHere) {
      return null;
    }
  }

  private static String digest(String place) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(place.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  @Override
  public synchronized Optional<Version> of(RegisterKey key) {
    load();
    return Optional.ofNullable(tags.get(key.path())).map(Version::new);
  }

  @Override
  public synchronized void note(RegisterKey key, Version version) {
    load();
    changed |= !version.tag().equals(tags.put(key.path(), version.tag()));
  }

  private void load() {
    if (loaded) {
      return;
    }
    loaded = true;
    try {
      if (file == null || !Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
        return;
      }
      List<String> lines = Files.readAllLines(file);
      if (lines.isEmpty() || !lines.get(0).equals(place)) {
        return;
      }
      for (String line : lines.subList(1, lines.size())) {
        int tab = line.indexOf('\t');
        if (tab > 0 && tab < line.length() - 1) {
          tags.put(line.substring(tab + 1), line.substring(0, tab));
        }
      }
    } catch (IOException unread) {
      tags.clear();
    }
  }

  /** Keeps what was noted, if anything was. */
  synchronized void keep() {
    if (file == null || !changed) {
      return;
    }
    StringBuilder text = new StringBuilder(place).append('\n');
    tags.forEach((key, tag) -> text.append(tag).append('\t').append(key).append('\n'));
    try {
      Path folder = Files.createDirectories(file.resolveSibling(""));
      Path written = Files.createTempFile(folder, "new", null);
      try {
        Files.writeString(written, text);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(written);
      }
      changed = false;
    } catch (IOException notKept) {
      // read again next time
    }
  }
}
