package dev.fen.lock.file;

import dev.fen.lock.store.RegisterKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The file operations that registers are made of, each one step that another process may come
 * before or after.
 *
 * <p>Streams of {@link Files} are used throughout because an interrupt does not close them. Not
 * final, so that a test can stop a writer between any two steps, or have a step fail.
 */
class Disk {

  private static final LinkOption[] NO_FOLLOW = {LinkOption.NOFOLLOW_LINKS};
  private static final long[] NONE = {};

  /** Called before each step; a test waits or fails here. */
  void step(String what, Path path) throws IOException {}

  /**
   * The numbers of the versions listed in a folder, ascending; none if the folder is not there.
   * Quick, and free to miss what is there (Java's {@code File.list} hides an error in the middle),
   * so nothing may be concluded from what it does not show.
   */
  long[] list(Path folder) throws IOException {
    step("list", folder);
    String[] names = folder.toFile().list();
    return names == null ? NONE : numbers(names);
  }

  /**
   * As {@link #list}, but an error is thrown and so what is not shown was not there. A file in the
   * folder's place is an error too: what it took the place of may be a register.
   */
  long[] listCompletely(Path folder) throws IOException {
    step("listCompletely", folder);
    try (DirectoryStream<Path> entries = open(folder)) {
      return numbers(entries);
    } catch (NoSuchFileException e) {
      return NONE;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /**
   * Opens a folder to be listed; a file in its place is an error, and a fifo too, the opening of
   * which would wait for ever.
   */
  @SuppressWarnings("StreamResourceLeak") // closed by the caller
  static DirectoryStream<Path> open(Path folder) throws IOException {
    if (!Files.readAttributes(folder, BasicFileAttributes.class).isDirectory()) {
      throw new NotDirectoryException(folder.toString());
    }
    return Files.newDirectoryStream(folder);
  }

  private static long[] numbers(String[] names) {
    long[] numbers = new long[names.length];
    int count = 0;
    for (String name : names) {
      long number = VersionFile.numberOf(name);
      if (number > 0) {
        numbers[count++] = number;
      }
    }
    return sorted(numbers, count);
  }

  static long[] numbers(DirectoryStream<Path> entries) {
    long[] numbers = new long[32];
    int count = 0;
    for (Path entry : entries) {
      long number = VersionFile.numberOf(entry.getFileName().toString());
      if (number > 0) {
        if (count == numbers.length) {
          numbers = Arrays.copyOf(numbers, 2 * count);
        }
        numbers[count++] = number;
      }
    }
    return sorted(numbers, count);
  }

  private static long[] sorted(long[] numbers, int count) {
    long[] exact = Arrays.copyOf(numbers, count);
    Arrays.sort(exact);
    return exact;
  }

  /** What is at a path itself, links not followed; null if nothing is. */
  @Nullable BasicFileAttributes look(Path path) throws IOException {
    step("look", path);
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, NO_FOLLOW);
    } catch (NoSuchFileException e) {
      return null;
    } catch (FileSystemException e) {
      if (isNotDirectory(path.getParent())) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Whether a folder may be where a link leads: what this user may not look at, or what is not
   * there on this machine, others may see as one.
   */
  boolean mayLeadToFolder(Path link) throws IOException {
    step("mayLeadToFolder", link);
    try {
      return Files.readAttributes(link, BasicFileAttributes.class).isDirectory();
    } catch (IOException e) {
      return true;
    }
  }

  private static boolean isNotDirectory(@Nullable Path path) throws IOException {
    return path != null
        && Files.exists(path, NO_FOLLOW)
        && !Files.readAttributes(path, BasicFileAttributes.class).isDirectory();
  }

  boolean isFolder(Path path) throws IOException {
    BasicFileAttributes found = look(path);
    return found != null && found.isDirectory();
  }

  /**
   * A version; null if there is none of that number, or what is there is no regular file (a fifo is
   * never opened).
   */
  @Nullable VersionFile read(Path folder, long number) throws IOException {
    Path path = folder.resolve(VersionFile.fileName(number));
    BasicFileAttributes found = look(path);
    if (found == null || !found.isRegularFile()) {
      return null;
    }
    int length = (int) Math.min(found.size(), VersionFile.MOST_BYTES);
    byte[] bytes = new byte[length + 1];
    step("read", path);
    try (InputStream in = Files.newInputStream(path, NO_FOLLOW)) {
      int read = in.readNBytes(bytes, 0, bytes.length);
      if (read < length || (read > length && found.size() == length)) {
        throw new IOException(path + " became another file while it was read");
      }
      return new VersionFile(
          number, bytes, length, found.size(), found.lastModifiedTime().toMillis());
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** The text of a small file; null if there is none. */
  @Nullable String readName(Path path) throws IOException {
    BasicFileAttributes found = look(path);
    if (found == null || !found.isRegularFile() || found.size() > RegisterKey.MAX_BYTES) {
      return null;
    }
    step("readName", path);
    return new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
  }

  /** Writes a new file; fails if there is one of that name. */
  void write(Path path, byte[] bytes) throws IOException {
    step("write", path);
    try (OutputStream out =
        Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      out.write(bytes);
    }
  }

  /** Gives a file a second name, if that name is free. */
  void link(Path name, Path file) throws IOException {
    step("link", name);
    Files.createLink(name, file);
  }

  /** How many names a file has; 1 where the system cannot tell. */
  int names(Path path) throws IOException {
    step("names", path);
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return 1;
    }
    return (Integer) Files.getAttribute(path, "unix:nlink", NO_FOLLOW);
  }

  void makeFolder(Path path) throws IOException {
    step("makeFolder", path);
    Files.createDirectory(path);
  }

  /** Renames; on POSIX an existing file, or an empty folder for a folder, is replaced. */
  void rename(Path from, Path to) throws IOException {
    step("rename", to);
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  void delete(Path path) throws IOException {
    step("delete", path);
    Files.delete(path);
  }

  /** Deletes what nobody misses; a failure leaves it for the sweep. */
  void tryDelete(Path path) {
    try {
      delete(path);
    } catch (IOException e) {
      // left over, swept later
    }
  }
}
