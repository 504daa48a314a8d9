package dev.fen.cli;

/** Commands in messages are there to be copied. */
final class ShellWord {

  private static final String PLAIN = "_./@:+-=,%";

  private ShellWord() {}

  /** The text as one word of a POSIX shell. */
  static String of(String text) {
    boolean plain = !text.isEmpty();
    for (int i = 0; i < text.length() && plain; i++) {
      char c = text.charAt(i);
      plain = c < 128 && Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0;
    }
    return plain ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
