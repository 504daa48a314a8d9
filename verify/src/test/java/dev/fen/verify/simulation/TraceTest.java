package dev.fen.verify.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What people read of a history. */
@Tag("jdk-independent")
class TraceTest {

  private static final String LOOK = " s  p0       -> READ locks/named/n.lock";
  private static final String HELD = " s  p0       <- READ locks/named/n.lock: held by p1@host";
  private static final String FREE = " s  p0       <- READ locks/named/n.lock: released by p1@host";
  private static final String ASK = " s  p1/2     ensure held {locks/named/n.lock=7}";
  private static final String YES = " s  p1/2       ensure held {locks/named/n.lock=7}: yes";
  private static final String NO = " s  p1/2       ensure held {locks/named/n.lock=7}: lost";

  @Test
  void ofARunOfEqualAnswersTheFirstAndTheLastAreLeft() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      lines.addAll(List.of(i + LOOK, i + ASK, i + HELD, i + YES));
    }
    lines.addAll(List.of("5" + LOOK, "5" + ASK, "5" + FREE, "5" + NO));

    assertThat(Trace.withoutRepetition(lines))
        .containsExactly(
            "0" + LOOK,
            "0" + ASK,
            "0" + HELD,
            "0" + YES,
            "4" + LOOK,
            "4" + ASK,
            "4" + HELD,
            "4" + YES,
            "5" + LOOK,
            "5" + ASK,
            "5" + FREE,
            "5" + NO);
  }

  @Test
  void aLookThatAFaultBefellIsLeft() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      lines.addAll(List.of(i + LOOK + " LOST", i + HELD));
    }
    assertThat(Trace.withoutRepetition(lines)).isEqualTo(lines);
  }

  @Test
  void ofARealHistoryAllElseIsLeft() {
    List<String> all = new World(new Planner(3).plan(), true).play().trace();
    List<String> kept = Trace.withoutRepetition(all);

    assertThat(kept).hasSizeLessThan(all.size());
    assertThat(others(kept)).isEqualTo(others(all));
  }

  private static List<String> others(List<String> lines) {
    return lines.stream()
        .filter(line -> !line.contains("READ") && !line.contains("ensure held"))
        .toList();
  }
}
