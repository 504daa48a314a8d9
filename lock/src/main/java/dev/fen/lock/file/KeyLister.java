package dev.fen.lock.file;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.Version;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One walk over the folders of a datastore that finds the registers under a prefix. What is behind
 * a link is not looked for, since it may be the same folder again: a link is told of as not looked
 * into, unless it is known to lead to something that is no folder.
 */
final class KeyLister {

  /**
   * The version of what is there and cannot be read, so that it is looked at and not taken for
   * absent. No read gives this version.
   */
  private static final Version UNREADABLE = new Version("unreadable");

  private final Disk disk;
  private final Scratch scratch;
  private final Registers registers;
  private final Path root;
  private final String prefix;
  private final List<ListResult.Entry> found = new ArrayList<>();

  /** A folder of which nobody can tell whose it is. */
  private @Nullable IOException nameless;

  KeyLister(Disk disk, Scratch scratch, Registers registers, Path root, String prefix) {
    this.disk = disk;
    this.scratch = scratch;
    this.registers = registers;
    this.root = root;
    this.prefix = prefix;
  }

  /** Walks from the deepest folder that the prefix names. */
  List<ListResult.Entry> list() throws IOException {
    scratch.checkRoot();
    int slash = prefix.lastIndexOf('/');
    if (slash < 0) {
      walk(root, "");
    } else if (keyOf(prefix.substring(0, slash)) != null) {
      String start = prefix.substring(0, slash);
      walk(root.resolve(FolderNames.encodePath(start)), start);
    }
    if (nameless != null) {
      throw nameless;
    }
    found.sort((a, b) -> a.key().compareTo(b.key()));
    return found;
  }

  private void walk(Path folder, String path) throws IOException {
    scratch.refresh(folder);
    List<Path> inside = new ArrayList<>();
    boolean hasVersions;
    try {
      hasVersions = split(folder, inside);
    } catch (NoSuchFileException e) {
      scratch.checkNothingInTheWay(
          folder); // from Java 25 on, a file above it is told like this too
      return;
    }
    if (hasVersions && path.startsWith(prefix)) {
      addRegister(folder, path);
    }
    for (Path child : inside) {
      walkChild(child, path, hasVersions);
    }
  }

  /** Tells the versions in a folder from what may be folders of further keys. */
  private boolean split(Path folder, List<Path> inside) throws IOException {
    boolean hasVersions = false;
    disk.step("walk", folder);
    try (DirectoryStream<Path> entries = Disk.open(folder)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (VersionFile.numberOf(name) > 0) {
          hasVersions = true;
        } else if (FolderNames.isCut(name) || FolderNames.decode(name) != null) {
          inside.add(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return hasVersions;
  }

  private void walkChild(Path child, String parentPath, boolean inRegister) throws IOException {
    BasicFileAttributes attributes = disk.look(child);
    if (attributes == null) {
      return;
    }
    boolean isLink = attributes.isSymbolicLink() && disk.mayLeadToFolder(child);
    String segment = segmentOf(child, attributes.isDirectory(), isLink);
    if (segment == null) {
      return;
    }
    String path = parentPath.isEmpty() ? segment : parentPath + "/" + segment;
    RegisterKey key = keyOf(path);
    if (key == null || !path.startsWith(prefix)) {
      return;
    }
    if (attributes.isDirectory()) {
      walkFolder(child, key);
    } else if (isLink) {
      found.add(new ListResult.Entry(key, ListResult.NOT_LOOKED_INTO));
    } else if (!inRegister) {
      // Nobody can read a key with such a thing in the place of its folder, and the look says so.
      addRegister(child, path);
    }
  }

  private void walkFolder(Path folder, RegisterKey key) {
    try {
      walk(folder, key.path());
    } catch (IOException e) {
      found.add(new ListResult.Entry(key, ListResult.NOT_LOOKED_INTO));
    }
  }

  private @Nullable String segmentOf(Path folder, boolean isFolder, boolean isLink)
      throws IOException {
    String name = folder.getFileName().toString();
    if (!FolderNames.isCut(name)) {
      return FolderNames.decode(name);
    }
    if (!isFolder && !isLink) {
      return null;
    }
    String told = disk.readName(folder.resolve(FolderNames.NAME_FILE));
    if (told != null && FolderNames.encode(told).equals(name)) {
      return told;
    }
    if (FolderNames.isLongCut(name) && (isLink || holdsAnything(folder))) {
      nameless =
          new IOException(
              folder
                  + (isLink ? ", a link," : "")
                  + " has lost the file "
                  + FolderNames.NAME_FILE
                  + ", which tells whose it is: remove the "
                  + (isLink ? "link" : "folder")
                  + " if nobody uses that lock");
    }
    return null;
  }

  /** Whoever makes such a folder tells its name before anything else is put into it. */
  private static boolean holdsAnything(Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Disk.open(folder)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (!name.equals(FolderNames.NAME_FILE) && !name.startsWith(Scratch.PREFIX)) {
          return true;
        }
      }
      return false;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  private void addRegister(Path folder, String path) {
    RegisterKey key = new RegisterKey(path);
    try {
      VersionFile register = registers.look(folder);
      if (register != null) {
        found.add(new ListResult.Entry(key, register.version()));
      }
    } catch (IOException e) {
      found.add(new ListResult.Entry(key, UNREADABLE));
    }
  }

  private static @Nullable RegisterKey keyOf(String path) {
    try {
      return new RegisterKey(path);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
