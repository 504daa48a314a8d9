package dev.fen.verify.stress;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The updates of one unfenced counter, each by what it was based on. Where two are based on one,
 * one of them is lost.
 */
final class UpdateTree {

  private final Map<String, String> parents = new HashMap<>();

  /** Notes an announced update, and the one before it, which a killed process did not announce. */
  void add(UnfencedCounter.Update update) {
    parents.put(update.name(), update.parent());
    if (!update.parent().equals(UnfencedCounter.NONE)) {
      parents.putIfAbsent(update.parent(), update.grandparent());
    }
  }

  /** Updates that were based on one and the same. */
  List<List<String>> forks() {
    Map<String, List<String>> children = new HashMap<>();
    parents.forEach(
        (name, parent) -> children.computeIfAbsent(parent, p -> new ArrayList<>()).add(name));
    return children.values().stream().filter(fork -> fork.size() > 1).toList();
  }

  /** How many of a fork's updates are lost although neither side has an excuse. */
  static long unexcused(List<String> fork, Predicate<String> excused) {
    return Math.max(0, fork.stream().filter(excused.negate()).count() - 1);
  }
}
