package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {

  @TempDir Path folder;

  @AfterEach
  void forgetCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  /** A call that fails early records little, and the archive is then of little use. */
  @Test
  void everyCallEndsAsInUse() throws IOException {
    Files.createDirectory(folder.resolve("data"));
    Files.writeString(folder.resolve(".fen.yaml"), "datastore: data\n");

    assertThat(Rehearsal.rehearse(folder, true))
        .containsExactly(
            ExitCode.GOOD, // --help
            ExitCode.GOOD,
            ExitCode.USAGE, // no such command
            ExitCode.GOOD,
            ExitCode.GOOD,
            ExitCode.GOOD,
            ExitCode.GOOD,
            ExitCode.GOOD,
            ExitCode.GOOD,
            ExitCode.GOOD,
            ExitCode.GOOD,
            ExitCode.BAD_CONFIGURATION); // no TLS
  }
}
