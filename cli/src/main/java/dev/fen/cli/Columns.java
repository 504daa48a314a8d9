package dev.fen.cli;

import java.util.List;

/** Rows of text, one below the other. */
final class Columns {

  private static final int WIDEST_FIRST = 32;

  private Columns() {}

  /**
   * The rows as lines.
   *
   * @param rows all with at least so many columns
   * @param columns how many are shown
   */
  static String lines(List<List<String>> rows, int columns) {
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        int length = TextWidth.of(row.get(i));
        // A longer name moves its own line only.
        if (i > 0 || length <= WIDEST_FIRST) {
          widths[i] = Math.max(widths[i], length);
        }
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(row.get(i))
            .append(" ".repeat(Math.max(0, widths[i] - TextWidth.of(row.get(i))) + 2));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
