package dev.fen.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An error that ends the command: what is wrong and what to do, in words for a person, and how to
 * exit.
 */
class CliException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private final String code;

  CliException(int exitCode, String code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
    this.code = code;
  }

  static CliException usage(String message) {
    return new CliException(ExitCode.USAGE, "usage", message, null);
  }

  static CliException configuration(String message, @Nullable Throwable cause) {
    return new CliException(ExitCode.BAD_CONFIGURATION, "bad_configuration", message, cause);
  }

  static CliException noDatastore(Path workingFolder, String which) {
    return configuration(
        "there is no datastore: no .fen from "
            + workingFolder
            + " upwards; name "
            + which
            + " with --datastore",
        null);
  }

  int exitCode() {
    return exitCode;
  }

  /** The error's name in JSON. */
  String code() {
    return code;
  }
}
