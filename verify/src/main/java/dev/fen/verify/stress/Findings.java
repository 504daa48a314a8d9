package dev.fen.verify.stress;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a run has counted, and what it has found to be wrong. */
final class Findings {

  private static final int SHOWN = 20;

  private final Map<String, Long> figures = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();

  synchronized void count(String what) {
    figures.merge(what, 1L, Long::sum);
  }

  /** Keeps the greatest of what is told. */
  synchronized void most(String what, long value) {
    figures.merge(what, value, Math::max);
  }

  synchronized void violation(String text) {
    violations.add(text);
  }

  synchronized long figure(String what) {
    return figures.getOrDefault(what, 0L);
  }

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  /** All of it, in lines for people. */
  synchronized List<String> lines() {
    List<String> lines = new ArrayList<>();
    figures.forEach((what, value) -> lines.add("  " + what + ": " + value));
    lines.add("  violations: " + violations.size());
    violations.stream().limit(SHOWN).forEach(text -> lines.add("  VIOLATION " + text));
    return lines;
  }
}
