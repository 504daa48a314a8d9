package dev.fen.lock.text;

import java.time.Duration;
import java.time.Instant;

/** How things are written for people. */
public final class Texts {

  private static final Duration LONGEST = Duration.ofDays(300 * 365);

  private Texts() {}

  /**
   * The text without control and direction characters, cut to a length.
   *
   * @param text any text
   * @param maxLength how many characters may be left
   * @return what of it can be shown on a terminal
   */
  public static String printable(String text, int maxLength) {
    return harmless(text, maxLength, false);
  }

  /**
   * The text without control and direction characters but line feeds.
   *
   * @param text any text, of any number of lines
   * @return what of it can be shown on a terminal
   */
  public static String lines(String text) {
    return harmless(text, text.length(), true);
  }

  private static String harmless(String text, int maxLength, boolean withFeeds) {
    StringBuilder shown = new StringBuilder(Math.min(text.length(), maxLength));
    for (int i = 0; i < text.length() && shown.length() < maxLength; i++) {
      char c = text.charAt(i);
      if (withFeeds && c == '\n' || !isDangerous(c)) {
        shown.append(c);
      }
    }
    return shown.toString();
  }

  private static boolean isDangerous(char c) {
    return Character.isISOControl(c)
        || c >= '\u200b' && c <= '\u200f'
        || c >= '\u2028' && c <= '\u202e'
        || c >= '\u2066' && c <= '\u2069'
        || c == '\ufeff';
  }

  /**
   * {@code 450 ms}, {@code 4.3 s}, {@code 3 min 12 s}, {@code 2 h 5 min}, {@code 3 d 4 h}: what is
   * less than the last unit is cut off.
   *
   * @param duration a negative one counts as none
   * @return as a person would write it
   */
  public static String duration(Duration duration) {
    if (duration.compareTo(LONGEST) > 0) {
      return "more than 300 years";
    }
    long millis = Math.max(0, duration.toMillis());
    if (millis < 1_000) {
      return millis + " ms";
    }
    long seconds = millis / 1_000;
    if (seconds < 10 && millis % 1_000 >= 100) {
      return seconds + "." + millis % 1_000 / 100 + " s";
    }
    if (seconds < 120) {
      return seconds + " s";
    }
    long minutes = seconds / 60;
    if (minutes < 120) {
      return minutes + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
    }
    long hours = minutes / 60;
    return hours < 48
        ? hours + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min")
        : hours / 24 + " d" + (hours % 24 == 0 ? "" : " " + hours % 24 + " h");
  }

  /**
   * The same for nanoseconds.
   *
   * @param nanos how many
   * @return as {@link #duration}
   */
  public static String durationOfNanos(long nanos) {
    return duration(Duration.ofNanos(nanos));
  }

  /**
   * {@code 2026-03-26 12:00:00 UTC}.
   *
   * @param instant a point in time
   * @return it without fractions of a second
   */
  public static String instant(Instant instant) {
    String text = instant.toString();
    return text.substring(0, 10) + " " + text.substring(11, 19) + " UTC";
  }

  /**
   * The text as one word of a POSIX shell's command line: commands in messages are there to be
   * copied.
   *
   * @param text any text
   * @return it, in quotes if it needs them
   */
  public static String shellWord(String text) {
    boolean plain = !text.isEmpty();
    for (int i = 0; i < text.length() && plain; i++) {
      char c = text.charAt(i);
      plain = c < 128 && Character.isLetterOrDigit(c) || "_./@:+-=,%".indexOf(c) >= 0;
    }
    return plain && !text.startsWith("-") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
