package dev.fen.lock;

import dev.fen.lock.text.Texts;

/** What a lock stands for; locks of different kinds may have the same name. */
public enum LockKind {
  /** A lock that a program named. */
  NAMED,
  /** The lock of one model, see {@link ModelLocks}. */
  MODEL,
  /** The one lock over all models of a namespace, see {@link ModelLocks}. */
  GLOBAL;

  /**
   * A lock in the middle of a sentence.
   *
   * @param name its name
   * @return such as {@code model lock "aws/vpc/bc01"}; the global lock has no name in it
   */
  public String label(String name) {
    return switch (this) {
      case NAMED -> "lock \"" + name + "\"";
      case MODEL -> "model lock \"" + name + "\"";
      case GLOBAL -> "global lock";
    };
  }

  /**
   * A lock on the command line of {@code fen lock}.
   *
   * @param name its name
   * @return such as {@code --model aws/vpc/bc01}, to be copied into a shell
   */
  public String words(String name) {
    return switch (this) {
      case NAMED -> Texts.shellWord(name);
      case MODEL -> "--model " + Texts.shellWord(name);
      case GLOBAL -> "--global";
    };
  }
}
