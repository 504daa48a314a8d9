package dev.fen.fuzz;

import org.jspecify.annotations.Nullable;

/** What must hold of every input. */
final class Checks {

  private Checks() {}

  static void require(boolean holds, String otherwise, @Nullable Object about) {
    if (!holds) {
      throw new AssertionError(otherwise + ": " + about);
    }
  }

  /** What is told to people says something, and holds nothing that would drive their terminal. */
  static void printable(@Nullable String message) {
    if (message == null) {
      return;
    }
    require(!message.isBlank(), "nothing is said", message);
    require(
        message.chars().noneMatch(c -> Character.isISOControl(c) && c != '\n'),
        "a control character is told",
        message);
    require(!message.contains("\tat "), "a stack trace is told", message);
  }
}
