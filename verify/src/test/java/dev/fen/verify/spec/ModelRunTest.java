package dev.fen.verify.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk-independent")
class ModelRunTest {

  private static final String COUNTER =
      """
      ---- MODULE Counter ----
      EXTENDS Naturals
      CONSTANT Top
      VARIABLE n
      Spec == n = 0 /\\ [][n < Top /\\ n' = n + 1]_n
      Endless == n = 0 /\\ [][n' = n + 1]_n
      Small == n < 3
      Rises == [][n' < 3]_n
      ====
      """;

  private static final String CONFIGURATION =
      """
      SPECIFICATION Spec
      CONSTANTS
        Top = 2
      INVARIANTS Small
      CHECK_DEADLOCK FALSE
      """;

  private final StringWriter told = new StringWriter();

  private int run(Duration limit, Map<String, String> files, String list)
      throws InterruptedException {
    Tlc tlc =
        new Tlc(
            files::get,
            limit,
            List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1"));
    return new ModelRun(tlc, 2, new PrintWriter(told)).run(Model.parseAll(list));
  }

  private int run(String list) throws InterruptedException {
    return run(
        Duration.ofMinutes(2),
        Map.of(
            "Counter.tla",
            COUNTER,
            "Counter.cfg",
            CONFIGURATION,
            "Counter-steps.cfg",
            CONFIGURATION.replace("INVARIANTS Small", "PROPERTIES Rises"),
            "Counter-stop.cfg",
            CONFIGURATION.replace("DEADLOCK FALSE", "DEADLOCK TRUE"),
            "Broken.tla",
            "---- MODULE Broken ----\nSpec == (\n====\n",
            "Broken.cfg",
            "SPECIFICATION Spec\n"),
        list);
  }

  @Test
  void eachKindOfOutcomeIsRecognised() throws InterruptedException {
    int others =
        run(
            """
            good   | ci | holds           | Counter       |       | a note
            state  | ci | invariant Small | Counter       | Top=9 |
            step   | ci | property Rises  | Counter-steps | Top=9 |
            end    | ci | deadlock        | Counter-stop  |       |
            """);

    assertThat(told.toString())
        .contains("good", "3 states", "expected holds, got holds")
        .contains("4 configurations, all as expected");
    assertThat(others).isZero();
  }

  @Test
  void aViolationThatNobodyExpectsFailsTheRunAndIsShown() throws InterruptedException {
    assertThat(run("bad | ci | holds | Counter | Top=9 | ")).isEqualTo(1);

    assertThat(told.toString())
        .contains("WRONG bad", "expected holds, got invariant Small", "n = 3")
        .contains("1 configurations, 1 not as expected");
  }

  @Test
  void aFaultThatIsNotFoundFailsTheRun() throws InterruptedException {
    assertThat(run("missed | ci | invariant Small | Counter | | ")).isEqualTo(1);

    assertThat(told.toString()).contains("WRONG missed", "expected invariant Small, got holds");
  }

  @Test
  void anotherViolationThanTheExpectedOneFailsTheRun() throws InterruptedException {
    assertThat(run("other | ci | invariant Large | Counter | Top=9 | ")).isEqualTo(1);

    assertThat(told.toString()).contains("expected invariant Large, got invariant Small");
  }

  @Test
  void aSpecificationThatDoesNotParseIsSaidPlainly() throws InterruptedException {
    assertThat(run("broken | ci | holds | Broken | | ")).isEqualTo(1);

    assertThat(told.toString())
        .contains("WRONG broken", "expected holds, got error", "***Parse Error***");
  }

  @Test
  void whatIsMissingIsSaidPlainly() throws InterruptedException {
    int others =
        run(
            """
            none    | ci | holds | Other        |         |
            config  | ci | holds | Counter-more |         |
            unknown | ci | holds | Counter      | Bottom=1 |
            """);

    assertThat(others).isEqualTo(3);
    assertThat(told.toString())
        .contains("there is no Other.tla")
        .contains("there is no Counter-more.cfg")
        .contains("Counter.cfg has no constant Bottom");
  }

  @Test
  void whatDoesNotEndIsEnded() throws InterruptedException {
    Map<String, String> files =
        Map.of(
            "Counter.tla",
            COUNTER,
            "Counter.cfg",
            "SPECIFICATION Endless\nCONSTANTS\n  Top = 2\nCHECK_DEADLOCK FALSE\n");

    int others = run(Duration.ofSeconds(2), files, "endless | ci | holds | Counter | | ");

    assertThat(others).isEqualTo(1);
    assertThat(told.toString()).contains("expected holds, got unfinished");
  }
}
