package dev.fen.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

class DirectoryLockContractTest extends LockContract {

  @Override
  public Medium newMedium(Simulation simulation) {
    try {
      return new DirectoryMedium(Files.createTempDirectory("fen-contract"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
