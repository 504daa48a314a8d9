package dev.fen.cli;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;

/**
 * The locks that a command is to run under.
 *
 * @param names named locks, sorted, each once
 * @param models models, sorted, each once
 * @param global whether it is to have all models for itself
 */
record Wanted(List<String> names, List<String> models, boolean global) {

  /** A little less than what Linux takes as one variable. */
  private static final int MOST_BYTES = 120_000;

  /** What stands beside the name of a lock where the command is told of it. */
  private static final int BESIDE_NAME = 150;

  Wanted {
    names = List.copyOf(new TreeSet<>(names));
    models = List.copyOf(new TreeSet<>(models));
  }

  /**
   * Whether the command could be told of its locks, and of those above them, in its environment.
   *
   * @param handedDown what this process was told itself
   */
  boolean canBeTold(String handedDown) {
    long bytes = handedDown.length();
    for (List<String> all : List.of(names, models)) {
      for (String name : all) {
        bytes += name.getBytes(StandardCharsets.UTF_8).length + BESIDE_NAME;
      }
    }
    return bytes <= MOST_BYTES;
  }

  int count() {
    return names.size() + models.size() + (global ? 1 : 0);
  }
}
