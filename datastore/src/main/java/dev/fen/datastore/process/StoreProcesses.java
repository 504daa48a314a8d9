package dev.fen.datastore.process;

import dev.fen.lock.store.RegisterStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Some child JVMs that reach a directory as any other process does, and end with this one at the
 * latest: when the pipe to them closes.
 *
 * <p>Safe for any number of threads.
 */
public final class StoreProcesses implements AutoCloseable {

  private final Path directory;
  private final int count;
  private final List<StoreProcess> children = new ArrayList<>();
  private int given;
  private boolean closed;

  /**
   * No process is started yet.
   *
   * @param directory an existing directory
   * @param count how many processes there shall be
   */
  public StoreProcesses(Path directory, int count) {
    this.directory = directory;
    this.count = count;
  }

  /**
   * The registers of the directory as the next one of the processes reaches them. Each call has a
   * time limit of 20 s. What is told of a process that has ended is a permanent failure.
   *
   * @return a store; that others may be given too, and that closing does nothing to
   * @throws IllegalStateException if the processes cannot be started; the message says why
   */
  public synchronized RegisterStore next() {
    if (closed) {
      throw new IllegalStateException("the processes have been ended");
    }
    while (children.size() < count) {
      try {
        children.add(StoreProcess.start(directory));
      } catch (IOException failed) {
        throw new IllegalStateException(
            "a process to check " + directory + " cannot be started (" + failed.getMessage() + ")",
            failed);
      }
    }
    return children.get(given++ % count);
  }

  /**
   * The processes that run.
   *
   * @return their ids
   */
  synchronized List<Long> pids() {
    return children.stream().map(StoreProcess::pid).toList();
  }

  /** Ends the processes. */
  @Override
  public synchronized void close() {
    closed = true;
    children.forEach(StoreProcess::end);
  }
}
