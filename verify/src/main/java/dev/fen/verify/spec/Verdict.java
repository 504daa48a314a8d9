package dev.fen.verify.spec;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What TLC says of a configuration, or is expected to say.
 *
 * @param kind of the outcome
 * @param name of the invariant or property that is violated; empty where TLC names none
 */
record Verdict(Kind kind, String name) {

  /** The kinds of outcomes. */
  enum Kind {
    /** Everything was looked at, and all of it holds. */
    HOLDS,
    /** A state without a step. */
    DEADLOCK,
    /** A state that must not be. */
    INVARIANT,
    /** A step that must not be. */
    PROPERTY,
    /** An endless run that must not be. TLC does not name the property. */
    TEMPORAL,
    /** No end within the time limit. */
    UNFINISHED,
    /** The specification does not parse, or cannot be evaluated. */
    ERROR
  }

  /** A violation as TLC tells it: by its exit code, and by its words. */
  private record Sign(int exitCode, Pattern words, Kind kind) {

    static Sign of(int exitCode, String words, Kind kind) {
      return new Sign(exitCode, Pattern.compile("^Error: " + words, Pattern.MULTILINE), kind);
    }
  }

  private static final List<Sign> SIGNS =
      List.of(
          Sign.of(11, "Deadlock reached()", Kind.DEADLOCK),
          Sign.of(12, "Invariant (\\w+) is violated", Kind.INVARIANT),
          Sign.of(13, "Action property (\\w+) is violated", Kind.PROPERTY),
          Sign.of(13, "Temporal properties were violated()", Kind.TEMPORAL));

  private static final String COMPLETED = "Model checking completed. No error has been found.";

  static final Verdict HOLDS = new Verdict(Kind.HOLDS, "");
  static final Verdict UNFINISHED = new Verdict(Kind.UNFINISHED, "");
  static final Verdict ERROR = new Verdict(Kind.ERROR, "");

  /** Reads an expectation: {@code holds}, {@code invariant OneHolder}, {@code deadlock}. */
  static Verdict parse(String text) {
    String[] words = text.strip().split(" +", 2);
    Kind kind = Kind.valueOf(words[0].toUpperCase(Locale.ROOT));
    return new Verdict(kind, words.length > 1 ? words[1] : "");
  }

  /** What an ended TLC found; exit code and words must agree, or it counts as an error. */
  static Verdict of(int exitCode, String output) {
    if (exitCode == 0) {
      return output.contains(COMPLETED) ? HOLDS : ERROR;
    }
    for (Sign sign : SIGNS) {
      Matcher matcher = sign.words.matcher(output);
      if (exitCode == sign.exitCode && matcher.find()) {
        return new Verdict(sign.kind, matcher.group(1));
      }
    }
    return ERROR;
  }

  @Override
  public String toString() {
    String word = kind.name().toLowerCase(Locale.ROOT);
    return name.isEmpty() ? word : word + " " + name;
  }
}
