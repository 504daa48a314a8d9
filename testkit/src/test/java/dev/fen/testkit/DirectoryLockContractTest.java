package dev.fen.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    Path memory = Path.of("/dev/shm");
    try {
      // A journal on disk makes each request several times as slow, and has no part in the orders.
      return new DirectoryMedium(
          Files.isWritable(memory)
              ? Files.createTempDirectory(memory, "fen-contract")
              : Files.createTempDirectory("fen-contract"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
