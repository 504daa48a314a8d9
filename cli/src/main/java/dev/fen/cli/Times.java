package dev.fen.cli;

import java.time.Instant;

/** How points in time are written for people. */
final class Times {

  private Times() {}

  /** {@code 2026-03-26 12:00:00 UTC}. */
  static String text(Instant instant) {
    String text = instant.toString();
    return text.substring(0, 10) + " " + text.substring(11, 19) + " UTC";
  }
}
