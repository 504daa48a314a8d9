package dev.fen.lock.file;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.RegisterStore;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Wakes waiters when something is linked in a key's folder. A folder that is not there yet is
 * awaited in the nearest one above it. Where the system has no events left to give there are none.
 * Safe for any number of threads.
 */
final class FolderWatcher implements AutoCloseable {

  private final Path root;
  private final WatchService service;
  private final List<Waiter> waiters = new ArrayList<>();

  private final class Waiter implements RegisterStore.Watch {
    private final Path folder;
    private final Runnable onChange;
    private @Nullable WatchKey key;

    private Waiter(Path folder, Runnable onChange) {
      this.folder = folder;
      this.onChange = onChange;
    }

    @Override
    public void close() {
      remove(this);
    }
  }

  FolderWatcher(Path root, Platform platform) throws IOException {
    this.root = root;
    this.service = root.getFileSystem().newWatchService();
    platform.newWorkers("fen-file-watch", 1).execute(this::run);
  }

  RegisterStore.Watch watch(Path folder, Runnable onChange) {
    Waiter waiter = new Waiter(folder, onChange);
    synchronized (waiters) {
      waiters.add(waiter);
      place(waiter);
    }
    return waiter;
  }

  private void remove(Waiter waiter) {
    synchronized (waiters) {
      waiters.remove(waiter);
      release(waiter.key);
    }
  }

  private void release(@Nullable WatchKey key) {
    if (key == null) {
      return;
    }
    for (Waiter other : waiters) {
      if (key.equals(other.key)) {
        return;
      }
    }
    try {
      key.cancel();
    } catch (ClosedWatchServiceException e) {
      // the store was closed first, and took the key with it
    }
  }

  /**
   * Watches the waiter's folder or the nearest above it; looks again, since the folder may have
   * come in between.
   */
  private void place(Waiter waiter) {
    WatchKey before = waiter.key;
    try {
      Path watched = placeNearest(waiter);
      while (!watched.equals(waiter.folder)) {
        Path again = placeNearest(waiter);
        if (again.equals(watched)) {
          break;
        }
        watched = again;
      }
    } catch (IOException | ClosedWatchServiceException e) {
      waiter.key = null;
    }
    if (before != null && !before.equals(waiter.key)) {
      release(before);
    }
  }

  private Path placeNearest(Waiter waiter) throws IOException {
    Path at = waiter.folder;
    while (true) {
      try {
        waiter.key = at.register(service, StandardWatchEventKinds.ENTRY_CREATE);
        return at;
      } catch (NoSuchFileException | NotDirectoryException e) {
        Path above = at.getParent();
        if (at.equals(root) || above == null) {
          throw e;
        }
        at = above;
      }
    }
  }

  private void run() {
    try {
      while (true) {
        WatchKey key = service.take();
        key.pollEvents();
        key.reset();
        tell(key);
      }
    } catch (InterruptedException | ClosedWatchServiceException e) {
      // closed
    }
  }

  private void tell(WatchKey key) {
    List<Runnable> woken = new ArrayList<>();
    synchronized (waiters) {
      for (Waiter waiter : waiters) {
        if (key.equals(waiter.key)) {
          if (!key.isValid() || !waiter.folder.equals(key.watchable())) {
            place(waiter);
          }
          woken.add(waiter.onChange);
        }
      }
    }
    for (Runnable onChange : woken) {
      onChange.run();
    }
  }

  @Override
  public void close() throws IOException {
    service.close();
  }
}
