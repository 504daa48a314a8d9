package dev.fen.testkit;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import java.time.Duration;
import java.util.List;

/** What several processes share when a store is tested: a bucket, a directory. */
public interface Medium extends AutoCloseable {

  /**
   * Opens the store as one process does.
   *
   * @param platform the process's
   * @return a store of its own on the shared medium
   */
  RegisterStore open(Platform platform);

  /**
   * Writes a register as a person or a foreign program does, without any condition.
   *
   * @param key which
   * @param body what, of any length
   */
  void overwrite(RegisterKey key, String body);

  /**
   * Removes a register as a person or a lifecycle rule does.
   *
   * @param key which
   */
  void remove(RegisterKey key);

  /**
   * Makes the present content of a register look older by the store's own clock.
   *
   * @param key which
   * @param by how much older
   */
  void age(RegisterKey key, Duration by);

  /**
   * How to start a real process that opens a store on this medium: a class with a main method that
   * opens it and calls {@link LockChild#run} with the arguments that follow these.
   *
   * @return the class's name and its first arguments, or an empty list where other processes cannot
   *     share the medium
   */
  List<String> childCommand();

  @Override
  void close();
}
