package dev.fen.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;

class DirectoryLockContractTest extends LockContract {

  /** Each request is a real one here; the orders of events are tried out in memory. */
  @Override
  public int seeds() {
    return 1;
  }

  @Override
  public Duration forEver() {
    return Duration.ofMinutes(500);
  }

  @Override
  public Medium newMedium(Simulation simulation) {
    try {
      return new DirectoryMedium(Files.createTempDirectory("fen-contract"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
