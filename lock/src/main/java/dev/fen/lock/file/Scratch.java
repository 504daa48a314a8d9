package dev.fen.lock.file;

import dev.fen.lock.platform.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The datastore's own folder {@code .tmp}, where files are written before they get their names, and
 * what else makes files and folders: the clock of the file system, and the sweep of what killed
 * processes left. Safe for any number of threads.
 */
final class Scratch {

  static final String FOLDER = ".tmp";
  static final String CHECKED = "checked";

  /** How everything temporary is called, wherever it is; no key and no version is called so. */
  static final String PREFIX = ".fen-";

  private static final byte[] EMPTY = {};
  private static final long OLD_MILLIS = 3_600_000;
  private static final int MOST_SWEPT = 1_000;

  private final Disk disk;
  private final Path root;
  private final Platform platform;
  private final Path folder;
  private final AtomicBoolean swept = new AtomicBoolean();
  private volatile boolean ready;
  private volatile @Nullable Boolean local;
  private volatile @Nullable Ownership ownership;
  private volatile @Nullable String namePrefix;

  /** Tests say whether the file system is local; null means that it is looked up when needed. */
  Scratch(Disk disk, Path root, Platform platform, @Nullable Boolean local) {
    this.disk = disk;
    this.root = root;
    this.platform = platform;
    this.folder = root.resolve(FOLDER);
    this.local = local;
  }

  /** Whether the file system is known to be of this machine alone. */
  boolean isLocal() {
    Boolean known = local;
    if (known == null) {
      known = FileSystemKind.isLocal(root);
      local = known;
    }
    return known;
  }

  /** Tells an absent register from a datastore that is gone altogether. */
  void checkRoot() throws IOException {
    if (!Files.isDirectory(root)) {
      throw new NoSuchFileException(root + " (the datastore itself)");
    }
  }

  /**
   * Tells an absent folder from one that can never be made, since a link that leads nowhere is in
   * its place or in that of a folder above it.
   */
  void checkNothingInTheWay(Path absent) throws IOException {
    for (Path at = absent; at != null && !at.equals(root); at = at.getParent()) {
      BasicFileAttributes found = disk.look(at);
      if (found != null) {
        if (!Files.isDirectory(at)) {
          throw new NotDirectoryException(at.toString());
        }
        return;
      }
    }
  }

  /** Writes a complete new file with a fresh name and the datastore's mode and group. */
  Path write(byte[] bytes) throws IOException {
    prepare();
    Path path = fresh(folder);
    try {
      try {
        disk.write(path, bytes);
      } catch (NoSuchFileException e) {
        ready = false;
        prepare();
        disk.write(path, bytes);
      }
      ownership().giveFile(path);
      return path;
    } catch (IOException e) {
      // A full disk has room for an empty file, and there is a next attempt.
      disk.tryDelete(path);
      throw e;
    }
  }

  private Path fresh(Path where) {
    String prefix = namePrefix;
    if (prefix == null) {
      prefix = PREFIX + platform.processes().self().pid() + "-";
      namePrefix = prefix;
    }
    return where.resolve(prefix + Long.toHexString(platform.randomLong()));
  }

  private Ownership ownership() throws IOException {
    Ownership known = ownership;
    if (known == null) {
      known = Ownership.of(root);
      ownership = known;
    }
    return known;
  }

  /**
   * Makes {@code .tmp} on first need, once it has been seen that the directory can do what
   * registers are made of.
   */
  private void prepare() throws IOException {
    if (ready) {
      return;
    }
    Path checked = folder.resolve(CHECKED);
    if (disk.look(checked) == null) {
      if (!disk.isFolder(folder)) {
        makeFolder(folder, root);
      }
      check();
      Path note = fresh(folder);
      disk.write(
          note,
          "Hard links and exclusive creation were found to work in here.\n"
              .getBytes(StandardCharsets.UTF_8));
      ownership().giveFile(note);
      disk.rename(note, checked);
    }
    ready = true;
  }

  private void check() throws IOException {
    Path first = fresh(folder);
    Path second = fresh(folder);
    Path third = fresh(folder);
    try {
      disk.write(first, EMPTY);
      disk.write(second, EMPTY);
      checkCreation(first);
      checkLinks(first, second, third);
    } finally {
      disk.tryDelete(first);
      disk.tryDelete(second);
      disk.tryDelete(third);
    }
  }

  private void checkCreation(Path taken) throws IOException {
    try {
      disk.write(taken, EMPTY);
    } catch (FileAlreadyExistsException e) {
      return;
    }
    throw unfit("creates a file exclusively although there is one of that name", null);
  }

  private void checkLinks(Path first, Path second, Path name) throws IOException {
    try {
      disk.link(name, first);
    } catch (NoSuchFileException e) {
      throw e; // the folder was removed meanwhile, which says nothing about links
    } catch (UnsupportedOperationException | FileSystemException e) {
      throw unfit("makes no hard links", e);
    }
    try {
      disk.link(name, second);
    } catch (FileAlreadyExistsException e) {
      if (disk.names(first) < 2 // more after a backup by hard links
          && first.getFileSystem().supportedFileAttributeViews().contains("unix")) {
        throw unfit("does not count the links of a file", null);
      }
      return;
    }
    throw unfit("makes a hard link although there is a file of that name", null);
  }

  private UnfitException unfit(String fault, @Nullable Exception cause) {
    return new UnfitException(
        root
            + " cannot keep locks: its file system "
            + fault
            + ". Use a directory on a local disk or an NFS share, or an S3 bucket",
        cause);
  }

  /**
   * Makes the folders of a key that are missing, and tells in those with a cut name what the name
   * was.
   */
  void makeFolders(String key) throws IOException {
    prepare();
    Path at = root;
    for (String segment : key.split("/", -1)) {
      String name = FolderNames.encode(segment);
      at = at.resolve(name);
      if (!disk.isFolder(at)) {
        makeFolder(at, folder);
      }
      if (FolderNames.isCut(name)) {
        tellName(at, segment);
      }
    }
  }

  /**
   * Renames a folder into place that has its mode already, so that no other user ever meets one
   * that is locked.
   */
  private void makeFolder(Path path, Path workplace) throws IOException {
    Path made = fresh(workplace);
    disk.makeFolder(made);
    try {
      ownership().giveFolder(made);
      disk.rename(made, path);
    } catch (IOException e) {
      disk.tryDelete(made);
      BasicFileAttributes found = disk.look(path);
      if (found == null) {
        throw e;
      }
      if (!found.isDirectory()) {
        throw new NotDirectoryException(path.toString());
      }
    }
  }

  private void tellName(Path of, String segment) throws IOException {
    Path file = of.resolve(FolderNames.NAME_FILE);
    if (!segment.equals(disk.readName(file))) {
      disk.rename(write(segment.getBytes(StandardCharsets.UTF_8)), file);
    }
  }

  /**
   * The file system's clock: the modification time of a fresh file. Where other machines may share
   * the file system the file is made in the folder that is going to be listed (or the nearest above
   * it), which makes clients ask the server for that folder again.
   *
   * @return milliseconds since 1970 UTC; empty where no file can be made
   */
  OptionalLong now(Path listed) {
    try {
      return timeIn(listed);
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Fails with the reason where the time cannot be told, or nothing can be written. */
  void checkTime(Path listed) throws IOException {
    prepare(); // a full disk may still make the empty file that tells the time
    OptionalLong unused = timeIn(listed);
  }

  private OptionalLong timeIn(Path listed) throws IOException {
    return isLocal() ? nowInScratch() : nowInNearest(listed);
  }

  private OptionalLong nowInScratch() throws IOException {
    try {
      return nowIn(folder);
    } catch (NoSuchFileException e) {
      ready = false;
      prepare();
      return nowIn(folder);
    }
  }

  private OptionalLong nowInNearest(Path listed) throws IOException {
    Path at = listed;
    while (true) {
      try {
        return nowIn(at);
      } catch (NoSuchFileException e) {
        Path above = at.getParent();
        if (at.equals(root) || above == null) {
          throw e;
        }
        at = above;
      }
    }
  }

  private OptionalLong nowIn(Path where) throws IOException {
    Path probe = fresh(where);
    disk.write(probe, EMPTY);
    try {
      BasicFileAttributes found = disk.look(probe);
      return found == null
          ? OptionalLong.empty()
          : OptionalLong.of(found.lastModifiedTime().toMillis());
    } finally {
      disk.tryDelete(probe);
    }
  }

  /** Makes a listing of the folder a fresh one, where clients may answer from a cache. */
  void refresh(Path listed) {
    if (!isLocal()) {
      now(listed);
    }
  }

  /**
   * Deletes, once per opened store and on another thread, some of what killed processes left here
   * and in a key's folder.
   */
  void sweepOnce(Path keyFolder) {
    if (swept.compareAndSet(false, true)) {
      platform.newWorkers("fen-file-sweep", 1).execute(() -> sweep(keyFolder));
    }
  }

  private void sweep(Path keyFolder) {
    try {
      sweep(folder, nowIn(folder));
      if (!isLocal()) {
        sweep(keyFolder, nowIn(keyFolder));
      }
    } catch (IOException | DirectoryIteratorException e) {
      // what is left is swept by another
    }
  }

  private void sweep(Path where, OptionalLong now) throws IOException {
    if (now.isEmpty()) {
      return;
    }
    int left = MOST_SWEPT;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(where)) {
      for (Path entry : entries) {
        if (entry.getFileName().toString().startsWith(PREFIX)) {
          BasicFileAttributes found = disk.look(entry);
          if (found != null && found.lastModifiedTime().toMillis() < now.getAsLong() - OLD_MILLIS) {
            disk.tryDelete(entry);
          }
          if (--left == 0) {
            return;
          }
        }
      }
    }
  }
}
