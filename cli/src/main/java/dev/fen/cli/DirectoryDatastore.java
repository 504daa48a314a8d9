package dev.fen.cli;

import dev.fen.datastore.Verification;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Progress;
import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.RegisterStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

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
  public RegisterStore open(Platform platform, Duration patience, Consumer<String> notices) {
    return openToLook(platform);
  }

  @Override
  public RegisterStore openToLook(Platform platform) {
    return FileRegisterStore.open(directory, platform);
  }

  @Override
  public Verification.Outcome verify(Verification verification, Extent extent, Progress progress)
      throws InterruptedException {
    return Interruptible.run(
        "verifying " + location(), () -> verification.ofDirectory(directory, extent, progress));
  }
}
