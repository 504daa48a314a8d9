package dev.fen.cli;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * Durations as people write them: {@code 500ms}, {@code 90s}, {@code 5m}, {@code 1h}; a bare number
 * is seconds.
 */
final class Durations {

  private static final long MOST_MILLIS = 1_000_000_000_000L;

  private Durations() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException if it is none; the message says what one looks like
   */
  static Duration parse(String text) {
    int unitAt = text.length();
    while (unitAt > 0 && Character.isLetter(text.charAt(unitAt - 1))) {
      unitAt--;
    }
    long unitMillis =
        switch (text.substring(unitAt)) {
          case "ms" -> 1;
          case "", "s" -> 1_000;
          case "m" -> 60_000;
          case "h" -> 3_600_000;
          default -> throw notOne(text);
        };
    String number = text.substring(0, unitAt);
    boolean isNumber = !number.isEmpty() && number.length() <= 15;
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      isNumber &= c >= '0' && c <= '9' || c == '.' && i > 0 && i < number.length() - 1;
    }
    if (!isNumber || number.indexOf('.') != number.lastIndexOf('.')) {
      throw notOne(text);
    }
    BigDecimal millis = new BigDecimal(number).multiply(BigDecimal.valueOf(unitMillis));
    return Duration.ofMillis(millis.min(BigDecimal.valueOf(MOST_MILLIS)).longValue());
  }

  private static IllegalArgumentException notOne(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is not a duration; write 500ms, 90s, 5m or 1h, a bare number is seconds");
  }

  /** {@code 450 ms}, {@code 4 s}, {@code 3 min 12 s}, {@code 2 h 5 min}. */
  static String text(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds == 0) {
      return Math.max(0, duration.toMillis()) + " ms";
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
}
