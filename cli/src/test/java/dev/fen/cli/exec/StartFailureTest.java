package dev.fen.cli.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartFailureTest {
  /** As the JDKs put it, up to 24 and after that. */
  @ParameterizedTest
  @CsvSource({
    "'error=13, Permission denied',/no/entry/tool,126,'permission denied; a folder above it may not be entered'",
    "'Exec failed, error: 13 (Permission denied)',tool,126,'permission denied; a folder in PATH may not be entered'",
    "'error=2, No such file or directory',/no/entry/tool,127,no such file",
    "'error: 2 (No such file or directory)',tool,127,command not found"
  })
  void whatMayNotBeSeenIsNotTakenForMissing(
      String error, String program, int code, String message) {
    IOException failure = new IOException("Cannot run program \"" + program + "\": " + error);
    StartFailure found = StartFailure.of(program, "/no/entry", failure);
    assertThat(found.exitCode()).isEqualTo(code);
    assertThat(found.message()).startsWith(program + ": " + message).hasLineCount(1);
  }

  @Test
  void anEmptyNameIsToldFromAMistypedOne() {
    IOException failure = new IOException("Cannot run program \"\": error=2, No such file");
    assertThat(StartFailure.of("", "/usr/bin", failure))
        .isEqualTo(
            new StartFailure(
                127, "the command's name is empty; is a variable of your script unset?"));
  }
}
