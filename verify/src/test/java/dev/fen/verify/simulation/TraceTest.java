package dev.fen.verify.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What people read of a history. */
@Tag("jdk-independent")
class TraceTest {

  @Test
  void aLookThatShowsItsProcessNothingNewIsLeftOut() {
    String first = "     1.000 s  p0       -> READ locks/named/n.lock";
    String answer = "     1.010 s  p0       <- READ locks/named/n.lock: held by p1@host version 1";
    String others = "     1.020 s  p1/2     <- READ locks/named/n.lock: held by p1@host version 1";
    String again = "     1.300 s  p0       -> READ locks/named/n.lock";
    String same = "     1.310 s  p0       <- READ locks/named/n.lock: held by p1@host version 1";
    String late = "     1.600 s  p0       -> READ locks/named/n.lock NO_ANSWER";
    String other = "     1.900 s  p0       <- READ locks/named/n.lock: held by p1@host version 2";

    assertThat(Trace.withoutRepeatedLooks(List.of(first, answer, others, again, same, late, other)))
        .containsExactly(first, answer, others, late, other);
  }

  @Test
  void ofARealHistoryAllElseIsLeft() {
    List<String> all = new World(new Planner(3).plan(), true).play().trace();
    List<String> kept = Trace.withoutRepeatedLooks(all);

    assertThat(all).containsAll(kept);
    assertThat(all.stream().filter(line -> !line.contains("READ")))
        .containsExactlyElementsOf(kept.stream().filter(line -> !line.contains("READ")).toList());
  }
}
