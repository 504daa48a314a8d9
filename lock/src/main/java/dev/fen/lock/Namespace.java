package dev.fen.lock;

import dev.fen.lock.text.Texts;
import java.util.List;
import java.util.Locale;

/**
 * A part of a store with locks and data of its own, under {@code <name>/}. Locks of different
 * namespaces have nothing to do with one another, whatever they are called.
 *
 * @param name letters, digits, {@code _} and {@code -}, at most 64 of them, the first a letter or a
 *     digit; empty for the part that has no name
 */
public record Namespace(String name) {

  private static final int MAX_LENGTH = 64;

  /** What stands at the top of a store itself. */
  private static final List<String> TAKEN = List.of("locks", "data", "manifests", "verify");

  /** The part of a store that has no name. */
  public static final Namespace NONE = new Namespace("");

  /**
   * Checks the name.
   *
   * @param name as above
   * @throws IllegalArgumentException if it is not legal; the message names it and the rule
   */
  public Namespace {
    String fault = faultOf(name);
    if (fault != null) {
      throw new IllegalArgumentException(
          "'" + Texts.printable(name, 80) + "' is not a legal namespace: " + fault);
    }
  }

  private static @org.jspecify.annotations.Nullable String faultOf(String name) {
    if (name.length() > MAX_LENGTH) {
      return "it has more than " + MAX_LENGTH + " characters";
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean plain = c < 128 && Character.isLetterOrDigit(c);
      if (!plain && (i == 0 || c != '_' && c != '-')) {
        return "it may hold letters, digits, '_' and '-', and begins with a letter or a digit";
      }
    }
    return TAKEN.contains(name.toLowerCase(Locale.ROOT))
        ? "the store itself has something of that name"
        : null;
  }

  /**
   * What the keys of the namespace begin with.
   *
   * @return the name and a slash; empty where there is no name
   */
  public String prefix() {
    return name.isEmpty() ? "" : name + "/";
  }

  @Override
  public String toString() {
    return name;
  }
}
