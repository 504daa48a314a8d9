package dev.fen.verify.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Whoever asks for what cannot be is told so, and not that nothing was found. */
class StressCommandTest {

  @ParameterizedTest
  @CsvSource({
    "--minutes=0, --minutes must be more than 0",
    "--minutes=-3, --minutes must be more than 0",
    "--minutes=NaN, --minutes must be more than 0",
    "--minutes=Infinity, --minutes must be more than 0",
    "--in=/nonexistent, and /nonexistent is none",
    "--store=nothing, nothing"
  })
  void whatCannotBeIsBadUsage(String option, String told) {
    StringWriter err = new StringWriter();

    int exitCode =
        new CommandLine(new StressCommand()).setErr(new PrintWriter(err)).execute(option);

    assertThat(exitCode).isEqualTo(2);
    assertThat(err.toString()).contains(told).doesNotContain("\tat ");
  }
}
