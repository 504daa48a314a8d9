package dev.fen.lock.platform;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Holder files below {@code /dev/shm}, which is in the memory of this machine: not on a share, and
 * empty after a boot.
 */
final class LinuxHolderFiles implements HolderFiles {

  private static final Pattern NONCE = Pattern.compile("[0-9A-Za-z-]{8,64}");
  private static final Set<PosixFilePermission> OWNER_ALONE =
      PosixFilePermissions.fromString("rwx------");

  /** Longer than any lease is believed in; what is older proves nothing that time does not. */
  private static final Duration KEPT = Duration.ofHours(3);

  private final Path parent;
  private final Object ownUid;
  private final Map<String, FileChannel> kept = new ConcurrentHashMap<>();
  private @Nullable Path folder; // guarded by this

  LinuxHolderFiles(Path parent, Object ownUid) {
    this.parent = parent;
    this.ownUid = ownUid;
  }

  /** Those of this user, or none where there is no such place. */
  static HolderFiles create() {
    try {
      return new LinuxHolderFiles(
          Path.of("/dev/shm"), Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException otherSystem) {
      return NONE;
    }
  }

  @Override
  public void keep(String nonce) {
    if (kept.containsKey(nonce)) {
      return;
    }
    try {
      Path file = folder().resolve(nonce);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      if (channel.tryLock() == null || kept.putIfAbsent(nonce, channel) != null) {
        channel.close();
      }
    } catch (IOException notKept) {
      // Then the lock runs out by time if this process dies.
    }
  }

  @Override
  public void remove(String nonce) {
    FileChannel channel = kept.remove(nonce);
    if (channel == null) {
      return;
    }
    try (channel) {
      Files.deleteIfExists(folder().resolve(nonce));
    } catch (IOException left) {
      // It is swept up when it is old.
    }
  }

  // One at a time: the JVM takes two looks of its own at one file for an error.
  @Override
  public synchronized boolean isLeft(String nonce) {
    // To open and close a file of this process would end its lock (fcntl(2)).
    if (!NONCE.matcher(nonce).matches() || kept.containsKey(nonce)) {
      return false;
    }
    try (FileChannel channel =
        FileChannel.open(
            folder().resolve(nonce), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      return channel.tryLock() != null;
    } catch (IOException absent) {
      return false;
    }
  }

  private synchronized Path folder() throws IOException {
    Path known = folder;
    if (known == null) {
      known = makeFolder();
      sweep(known);
      folder = known;
    }
    return known;
  }

  private Path makeFolder() throws IOException {
    Path path = parent.resolve("fen-" + ownUid);
    try {
      Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OWNER_ALONE));
    } catch (FileAlreadyExistsException thereAlready) {
      // Anyone may make a folder here.
      Map<String, Object> found =
          Files.readAttributes(path, "unix:isDirectory,uid,permissions", LinkOption.NOFOLLOW_LINKS);
      if (!Boolean.TRUE.equals(found.get("isDirectory"))
          || !ownUid.equals(found.get("uid"))
          || !OWNER_ALONE.equals(found.get("permissions"))) {
        throw new IOException(path + " is not this user's alone", thereAlready);
      }
    }
    return path;
  }

  /** What killed processes left, and nobody asked for. */
  private static void sweep(Path folder) {
    Instant old = Instant.now().minus(KEPT);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
          sweepOne(file);
        }
      }
    } catch (IOException | DirectoryIteratorException notSwept) {
      // Another time.
    }
  }

  private static void sweepOne(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (channel.tryLock() != null) {
        Files.deleteIfExists(file);
      }
    }
  }
}
