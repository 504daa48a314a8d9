package dev.fen.bench;

import java.util.Arrays;
import java.util.Locale;

/** Minimum, median and maximum of what was measured in the rounds of one run. */
final class Figures {

  private final double[] sorted;

  Figures(double[] values) {
    sorted = values.clone();
    Arrays.sort(sorted);
  }

  double median() {
    return sorted[sorted.length / 2];
  }

  /** {@code 1.2 / 1.4 / 2.0 unit}. */
  String text(String unit) {
    return String.format(
        Locale.ROOT, "%.2f / %.2f / %.2f %s", sorted[0], median(), sorted[sorted.length - 1], unit);
  }
}
