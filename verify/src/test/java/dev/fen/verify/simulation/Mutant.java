package dev.fen.verify.simulation;

import dev.fen.verify.simulation.Violation.Rule;
import java.util.List;

/**
 * A planted bug: production classes whose source was changed.
 *
 * @param name what is wrong with it
 * @param firstSeed where the hunt for it begins in tests
 * @param rule which promise it breaks: one that is found by another check is found by accident
 * @param changes to the source
 */
record Mutant(String name, long firstSeed, Rule rule, List<Change> changes) {

  /**
   * A change to one source file.
   *
   * @param type whose
   * @param old what stands there, exactly once
   * @param replacement what is put there
   */
  record Change(String type, String old, String replacement) {}

  static Mutant of(
      String name, long firstSeed, Rule rule, String type, String old, String replacement) {
    return new Mutant(name, firstSeed, rule, List.of(new Change(type, old, replacement)));
  }

  Mutant and(String type, String old, String replacement) {
    List<Change> all = new java.util.ArrayList<>(changes);
    all.add(new Change(type, old, replacement));
    return new Mutant(name, firstSeed, rule, List.copyOf(all));
  }

  @Override
  public String toString() {
    return name;
  }
}
