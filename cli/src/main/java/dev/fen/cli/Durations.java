package dev.fen.cli;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * Durations as people write them: {@code 500ms}, {@code 90s}, {@code 5m}, {@code 1h}, {@code 7d}; a
 * bare number is seconds.
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
          case "d" -> 86_400_000;
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
        "'"
            + text
            + "' is not a duration; write 500ms, 90s, 5m, 1h or 7d, a bare number is seconds");
  }
}
