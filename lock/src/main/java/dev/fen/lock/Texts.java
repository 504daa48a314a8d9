package dev.fen.lock;

import java.time.Duration;
import java.time.Instant;

/** How things are written for people. */
final class Texts {

  private Texts() {}

  /** The text without control and direction characters, cut to a length. */
  static String printable(String text, int maxLength) {
    StringBuilder shown = new StringBuilder(Math.min(text.length(), maxLength));
    for (int i = 0; i < text.length() && shown.length() < maxLength; i++) {
      char c = text.charAt(i);
      if (!isDangerous(c)) {
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

  /** {@code 450 ms}, {@code 4 s}, {@code 3 min 12 s}, {@code 2 h 5 min}. */
  static String duration(Duration duration) {
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
    return minutes / 60 + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
  }

  static String durationOfNanos(long nanos) {
    return duration(Duration.ofNanos(nanos));
  }

  /** {@code 2026-03-26 12:00:00 UTC}. */
  static String instant(Instant instant) {
    String text = instant.toString();
    return text.substring(0, 10) + " " + text.substring(11, 19) + " UTC";
  }

  /** The text as one word of a POSIX shell's command line. */
  static String shellWord(String text) {
    boolean plain = !text.isEmpty();
    for (int i = 0; i < text.length() && plain; i++) {
      char c = text.charAt(i);
      plain = c < 128 && Character.isLetterOrDigit(c) || "_./@:+-=,%".indexOf(c) >= 0;
    }
    return plain && !text.startsWith("-") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
