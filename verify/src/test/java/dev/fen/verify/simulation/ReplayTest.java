package dev.fen.verify.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** A seed is one history, whoever plays it and however often. */
@Tag("jdk-independent")
class ReplayTest {

  private static List<String> traceOf(long seed) {
    return new World(new Planner(seed).plan(), true).play().trace();
  }

  @Test
  void aSeedReplaysExactlyAndAnotherOneIsAnotherHistory() {
    for (long seed = 1; seed <= 40; seed++) {
      assertThat(traceOf(seed)).as("seed %d", seed).isEqualTo(traceOf(seed)).isNotEmpty();
    }
    assertThat(traceOf(1)).isNotEqualTo(traceOf(2));
  }

  /**
   * Tokens fell: whoever gave a lock back had seen the store's time, and gone on by an older one.
   */
  @ParameterizedTest
  @ValueSource(longs = {4_284_553, 4_600_635})
  void whatALongRunFoundIsNotFoundAgain(long seed) {
    assertThat(new World(new Planner(seed).plan(), false).play().violations()).isEmpty();
  }

  @Test
  void aTraceChangesNothing() {
    for (long seed = 1; seed <= 40; seed++) {
      Plan plan = new Planner(seed).plan();
      assertThat(new World(plan, true).play().sights())
          .isEqualTo(new World(plan, false).play().sights());
    }
  }

  @Test
  void oneHistoryIsToldInFullAndSeveralAreCounted() {
    assertThat(output(0, "--seed", "3", "--histories", "1"))
        .contains("seed 3", "acquire", "No violation.");
    assertThat(output(0, "--seed", "3", "--histories", "20"))
        .contains("20 histories, seeds 3 to 22", "takeover", "No violation.");
  }

  @Test
  void badUsageIsToldApartFromAViolation() {
    assertThat(output(2, "--histories", "0")).contains("--histories must be at least 1");
    assertThat(output(2, "--seed", "9223372036854775807"))
        .contains("--seed must not be beyond 1000000000000000");
    assertThat(output(2, "--seed", "x")).contains("--seed");
  }

  private static String output(int code, String... args) {
    StringWriter said = new StringWriter();
    CommandLine command =
        new CommandLine(new SimulateCommand())
            .setOut(new PrintWriter(said))
            .setErr(new PrintWriter(said));
    assertThat(command.execute(args)).isEqualTo(code);
    return said.toString();
  }
}
