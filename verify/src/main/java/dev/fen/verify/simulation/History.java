package dev.fen.verify.simulation;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What came of a plan.
 *
 * @param plan the plan
 * @param violations what must never happen, and did
 * @param sights what was to be seen
 * @param trace what happened, line by line, if that was wanted
 */
record History(Plan plan, List<Violation> violations, Set<Sight> sights, List<String> trace) {

  /** The history of a seed. */
  static History of(long seed) {
    return new World(new Planner(seed).plan(), false).play();
  }

  /**
   * What is wrong with the history of a seed.
   *
   * @param seed which
   * @return the first violation, or empty if there is none
   */
  public static Optional<String> violationOf(long seed) {
    return of(seed).violations().stream().findFirst().map(Violation::toString);
  }
}
