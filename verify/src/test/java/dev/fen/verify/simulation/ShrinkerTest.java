package dev.fen.verify.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is left of a plan when all is cut off that a violation does not need. */
class ShrinkerTest {

  @Test
  void nothingIsCutOffAPlanThatBreaksNothing() {
    Plan plan = new Planner(1).plan();
    assertThat(new Shrinker(plan, Violation.Rule.EXCLUSION).shrink()).isEqualTo(plan);
  }

  @Test
  void aPlanBecomesSmallerAsLongAsItBreaksTheSamePromise() {
    Plan plan = new Planner(PLANTED).plan();
    Plan shrunk = new Shrinker(plan, Violation.Rule.TOKENS, ShrinkerTest::breaks).shrink();
    assertThat(shrunk.everybody()).hasSize(1);
    assertThat(shrunk.faults()).isEmpty();
    assertThat(shrunk.events()).isEmpty();
    assertThat(breaks(shrunk)).containsExactly(Violation.Rule.TOKENS);
  }

  /** A plan with more than one process, faults and events. */
  private static final long PLANTED = 2;

  /** Breaks a promise wherever a process takes anything at all. */
  private static List<Violation.Rule> breaks(Plan plan) {
    boolean takes = plan.everybody().stream().anyMatch(actor -> !actor.steps().isEmpty());
    return takes ? List.of(Violation.Rule.TOKENS) : List.of();
  }
}
