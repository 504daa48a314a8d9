package dev.fen.cli;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.RegisterStore;

/** Where the locks are, as it was named or found. */
sealed interface Datastore permits DirectoryDatastore, BucketDatastore {

  /**
   * Where it is, in full and without secrets, as messages show it and {@code --datastore} takes it.
   */
  String location();

  /**
   * Opens it, for every command in the same way.
   *
   * @return the store, to be closed, which a {@link dev.fen.lock.LockService} made of it does
   * @throws CliException if it cannot be used as it is configured
   */
  RegisterStore open(Platform platform);
}
