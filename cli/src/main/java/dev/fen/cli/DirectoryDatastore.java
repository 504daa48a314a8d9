package dev.fen.cli;

import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.RegisterStore;
import java.nio.file.Path;

/**
 * A datastore in a directory.
 *
 * @param directory an existing one
 */
record DirectoryDatastore(Path directory) implements Datastore {

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public RegisterStore open(Platform platform) {
    return FileRegisterStore.open(directory, platform);
  }
}
