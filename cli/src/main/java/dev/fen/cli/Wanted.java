package dev.fen.cli;

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

  /** What more would tell the command of its locks would not fit into its environment. */
  static final int MOST = 400;

  Wanted {
    names = List.copyOf(new TreeSet<>(names));
    models = List.copyOf(new TreeSet<>(models));
  }

  int count() {
    return names.size() + models.size() + (global ? 1 : 0);
  }
}
