package dev.fen.lock.file;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Registers in a directory, local or shared: a folder for each key with numbered versions, swapped
 * by the exclusive hard link of the next number. Needs no file locks, so a process stopped in the
 * middle holds up nobody.
 *
 * <p>Any number of processes, hosts and users may share the directory; what is made in it gets the
 * directory's mode and group. The file system must have hard links, which is checked before the
 * first write. Writes are not forced to disk.
 *
 * <p>To restore a register or the whole directory from a copy, put the copy's folder in the place
 * of the old one by renaming, or stop everybody who uses it: who was about to swap is refused by
 * what was restored, but a file may be deleted that was copied over one of the same name at that
 * very moment.
 *
 * <p>Safe for any number of threads; an interrupt does not disturb a call.
 */
public final class FileRegisterStore implements RegisterStore {

  private final Path root;
  private final Platform platform;
  private final Disk disk;
  private final Scratch scratch;
  private final Registers registers;
  private final Object watchLock = new Object();
  private @Nullable FolderWatcher watcher;
  private boolean closed;

  /** Tests put their own operations, few versions and the kind of file system in here. */
  FileRegisterStore(
      Path root, Platform platform, Disk disk, int keep, int pruneEvery, @Nullable Boolean local) {
    this.root = root;
    this.platform = platform;
    this.disk = disk;
    this.scratch = new Scratch(disk, root, platform, local);
    this.registers = new Registers(disk, scratch, keep, pruneEvery);
  }

  /**
   * Opens a directory. Nothing is written yet.
   *
   * @param root an existing directory
   * @param platform the machine
   * @return the store
   * @throws DirectoryUnusableException if there is no such directory or it cannot be looked at
   */
  public static FileRegisterStore open(Path root, Platform platform) {
    Path absolute = root.toAbsolutePath();
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(absolute, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      throw new DirectoryUnusableException(absolute, DirectoryUnusableException.Reason.MISSING, e);
    } catch (IOException e) {
      throw new DirectoryUnusableException(
          absolute, DirectoryUnusableException.Reason.UNREADABLE, e);
    }
    if (!found.isDirectory()) {
      throw new DirectoryUnusableException(
          absolute, DirectoryUnusableException.Reason.NOT_A_DIRECTORY, null);
    }
    return new FileRegisterStore(
        absolute, platform, new Disk(), Registers.KEEP, Registers.PRUNE_EVERY, null);
  }

  /**
   * Where the versions of a register are, for whoever removes it by hand.
   *
   * @param key which
   * @return its folder, which need not be there
   */
  public Path folderOf(RegisterKey key) {
    return root.resolve(FolderNames.encodePath(key.path()));
  }

  @Override
  public ReadResult read(RegisterKey key) {
    Path folder = folderOf(key);
    OptionalLong now =
        scratch.now(
            folder); // first, so that it refreshes the listing and no age comes out too great
    try {
      VersionFile register = registers.look(folder);
      return register == null
          ? new ReadResult.Absent(now)
          : new ReadResult.Present(register.version(), register.body(), age(register, now), now);
    } catch (IOException e) {
      return new ReadResult.Unknown(new Failures(root).reading(e));
    }
  }

  @Override
  public Optional<StoreFailure> noTimeBecause(RegisterKey key) {
    try {
      scratch.checkTime(folderOf(key));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(new Failures(root).writing(e));
    }
  }

  private static OptionalLong age(VersionFile register, OptionalLong now) {
    return now.isPresent() && now.getAsLong() >= register.modifiedMillis()
        ? OptionalLong.of(now.getAsLong() - register.modifiedMillis())
        : OptionalLong.empty();
  }

  @Override
  public WriteResult create(RegisterKey key, String body) {
    return swap(key, null, body);
  }

  @Override
  public WriteResult replace(RegisterKey key, Version expected, String body) {
    return swap(key, expected, body);
  }

  private WriteResult swap(RegisterKey key, @Nullable Version expected, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_BODY_BYTES) {
      return new WriteResult.NotApplied(
          StoreFailure.permanent(
              "a content of " + bytes.length + " bytes is more than " + MAX_BODY_BYTES, null));
    }
    Path folder = folderOf(key);
    try {
      if (expected == null) {
        return registers.create(folder, key.path(), bytes);
      }
      long number = VersionFile.numberOf(expected);
      return number > 0
          ? registers.replace(folder, number, VersionFile.sumOf(expected), bytes)
          : new WriteResult.Conflict();
    } catch (NotWrittenException e) {
      return new WriteResult.NotApplied(new Failures(root).writing(e.reason()));
    } catch (IOException e) {
      return new WriteResult.Unknown(new Failures(root).writing(e));
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>What is there and cannot be read is listed too, with a version that no read gives: it is not
   * absent.
   */
  @Override
  public ListResult list(String prefix) {
    try {
      return new ListResult.Listed(new KeyLister(disk, scratch, registers, root, prefix).list());
    } catch (IOException e) {
      return new ListResult.Unknown(new Failures(root).reading(e));
    }
  }

  @Override
  public Watch watch(RegisterKey key, Runnable onChange) {
    synchronized (watchLock) {
      try {
        FolderWatcher present = watcher;
        if (present == null) {
          if (closed) {
            return Watch.NONE;
          }
          present = new FolderWatcher(disk, root, platform);
          watcher = present;
        }
        return present.watch(folderOf(key), onChange);
      } catch (IOException | UnsupportedOperationException e) {
        return Watch.NONE; // no events to be had; callers look for themselves too
      }
    }
  }

  @Override
  public String location() {
    return root.toString();
  }

  /** {@inheritDoc} A copy is another directory; a link to it, or a mount of it, is not. */
  @Override
  public boolean isAlso(String location) {
    try {
      return Files.isSameFile(root, Path.of(location));
    } catch (IOException | InvalidPathException notHere) {
      return false;
    }
  }

  @Override
  public boolean mayForgetWrites() {
    return true;
  }

  @Override
  public boolean machineLocal() {
    return scratch.isLocal();
  }

  @Override
  public void close() {
    synchronized (watchLock) {
      closed = true;
      if (watcher != null) {
        try {
          watcher.close();
        } catch (IOException e) {
          // the thread ends with the process
        }
        watcher = null;
      }
    }
  }
}
