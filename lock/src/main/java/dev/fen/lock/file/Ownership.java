package dev.fen.lock.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * Gives what is made in a datastore the mode and group of its root, whatever the umask, so that two
 * users can share it, and its owner where that is allowed, so that the superuser locks nobody out.
 * Does nothing where there are no POSIX modes. Safe for any number of threads.
 */
final class Ownership {

  private static final int MODE_BITS = 07777;
  private static final int FILE_BITS = 0666;

  private final boolean posix;
  private final int mode;
  private final int group;
  private final int owner;

  /**
   * Whether new files come out right by themselves; umask and group are the same for all of them.
   */
  private volatile boolean filesComeRight;

  private volatile boolean groupIsRefused;
  private volatile boolean ownerIsRefused;

  private Ownership(boolean posix, int mode, int group, int owner) {
    this.posix = posix;
    this.mode = mode;
    this.group = group;
    this.owner = owner;
  }

  static Ownership of(Path root) throws IOException {
    if (!root.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return new Ownership(false, 0, 0, 0);
    }
    Map<String, Object> found = Files.readAttributes(root, "unix:mode,gid,uid");
    return new Ownership(
        true, number(found, "mode") & MODE_BITS, number(found, "gid"), number(found, "uid"));
  }

  /** Sets mode, group and owner of a new file in {@code .tmp}; what is not allowed is left. */
  void giveFile(Path file) throws IOException {
    if (posix && !filesComeRight) {
      filesComeRight = give(file, mode & FILE_BITS);
    }
  }

  /** Sets mode, group and owner of a new folder; what is not allowed is left. */
  void giveFolder(Path folder) throws IOException {
    if (posix) {
      give(folder, mode);
    }
  }

  private boolean give(Path path, int wanted) throws IOException {
    Map<String, Object> found =
        Files.readAttributes(path, "unix:mode,gid,uid", LinkOption.NOFOLLOW_LINKS);
    boolean groupRight = number(found, "gid") == group;
    boolean modeRight = (number(found, "mode") & MODE_BITS) == wanted;
    if (!groupRight && !groupIsRefused) {
      groupIsRefused = !trySet(path, "unix:gid", group);
    }
    if (!modeRight || !groupRight) {
      trySet(path, "unix:mode", wanted);
    }
    boolean ownerRight = number(found, "uid") == owner;
    if (!ownerRight && !ownerIsRefused) {
      ownerIsRefused = !trySet(path, "unix:uid", owner);
    }
    return modeRight && (groupRight || groupIsRefused) && (ownerRight || ownerIsRefused);
  }

  private static boolean trySet(Path path, String attribute, int value) {
    try {
      Files.setAttribute(path, attribute, value);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int number(Map<String, Object> found, String attribute) {
    return (Integer) Objects.requireNonNull(found.get(attribute));
  }
}
