package dev.fen.verify.simulation;

import org.jspecify.annotations.Nullable;

/**
 * What the checks need of a record, read by a parser of their own.
 *
 * @param held whether somebody holds the lock
 * @param token the fencing token, 0 for none
 * @param nonce the id of the acquisition
 * @param holder who wrote it
 * @param forced whether somebody else released it
 * @param ttlMillis how long it is good for
 */
record Body(boolean held, long token, String nonce, String holder, boolean forced, long ttlMillis) {

  /** Reads a body; null if it is no record. */
  static @Nullable Body of(@Nullable String text) {
    if (text == null || !text.startsWith("{\"format\":1,\"state\":\"")) {
      return null;
    }
    String token = after(text, "\"token\":");
    return new Body(
        after(text, "\"state\":").equals("held"),
        number(token),
        after(text, "\"nonce\":"),
        after(text, "\"holder\":"),
        text.contains("\"releasedBy\":"),
        number(after(text, "\"ttlMs\":")));
  }

  private static long number(String text) {
    return text.isEmpty() ? 0 : Long.parseLong(text);
  }

  private static String after(String text, String name) {
    int start = text.indexOf(name);
    if (start < 0) {
      return "";
    }
    start += name.length();
    boolean quoted = text.charAt(start) == '"';
    start += quoted ? 1 : 0;
    int end = start;
    while (quoted ? text.charAt(end) != '"' : Character.isDigit(text.charAt(end))) {
      end++;
    }
    return text.substring(start, end);
  }
}
