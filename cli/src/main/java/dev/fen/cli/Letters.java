package dev.fen.cli;

/**
 * Letters that the JVM could not read under this locale. It puts one and the same sign in the place
 * of each, so two lock names would become one, a lock would have another name than under another
 * locale, and the command would get other arguments than were written.
 */
final class Letters {

  private static final char UNREADABLE = '\ufffd';

  private Letters() {}

  /**
   * Refuses a call that cannot be understood as it was written.
   *
   * @throws CliException that names the place but not the word, which may be a secret
   */
  static void check(String[] words) {
    int command = -1;
    for (int i = 0; i < words.length; i++) {
      if (command < 0 && words[i].equals("--")) {
        command = i;
      } else if (words[i].indexOf(UNREADABLE) >= 0) {
        throw CliException.usage(
            place(words, i, command)
                + " has letters that cannot be read in this locale; set LC_ALL=C.UTF-8, or another"
                + " that is installed here and has UTF-8");
      }
    }
  }

  private static String place(String[] words, int at, int command) {
    if (command >= 0) {
      return "word " + (at - command) + " of the command";
    }
    int value = words[at].indexOf('=');
    if (words[at].startsWith("-") && value > 0 && words[at].indexOf(UNREADABLE) > value) {
      return words[at].substring(0, value);
    }
    return at > 0 && words[at - 1].startsWith("-") ? words[at - 1] : "word " + (at + 1);
  }
}
