package dev.fen.lock;

import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.text.Texts;

/**
 * A lock as people call it, and where its register is.
 *
 * @param name the name
 * @param key the register
 */
record LockName(String name, RegisterKey key) {

  static final String NAMED_PREFIX = "locks/named/";
  private static final String SUFFIX = ".lock";
  private static final int MAX_LENGTH = 500;

  // Written out, as in RegisterKey; the name follows from the key.

  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return other instanceof LockName that && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  /**
   * The named lock.
   *
   * @throws IllegalArgumentException if it is not a legal name; the message names it and the rule
   */
  static LockName named(String name) {
    if (name.startsWith("-")) {
      throw new IllegalArgumentException(
          "'"
              + Texts.printable(name, 80)
              + "' is not a legal lock name: it begins with '-', like an option");
    }
    new RegisterKey(name);
    if (name.contains(SUFFIX + "/")) {
      // Its folder would be the register of another lock.
      throw new IllegalArgumentException(
          "'"
              + Texts.printable(name, 80)
              + "' is not a legal lock name: a part of it before a slash ends with '"
              + SUFFIX
              + "'");
    }
    if (name.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "'"
              + Texts.printable(name, 40)
              + "...' is not a legal lock name: it has more than "
              + MAX_LENGTH
              + " characters");
    }
    return new LockName(name, new RegisterKey(NAMED_PREFIX + name + SUFFIX));
  }

  /** The lock behind a register that was listed, or null if it is none. */
  static @org.jspecify.annotations.Nullable LockName ofNamedKey(RegisterKey key) {
    String path = key.path();
    return path.startsWith(NAMED_PREFIX)
            && path.endsWith(SUFFIX)
            && path.length() > NAMED_PREFIX.length() + SUFFIX.length()
        ? new LockName(path.substring(NAMED_PREFIX.length(), path.length() - SUFFIX.length()), key)
        : null;
  }

  /** The command that frees it by force. */
  String forceCommand(long token, String location) {
    return "fen lock release "
        + Texts.shellWord(name)
        + " --force --token "
        + token
        + " --datastore "
        + Texts.shellWord(location);
  }
}
