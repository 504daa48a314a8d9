package dev.fen.lock.store;

import java.nio.charset.StandardCharsets;

/**
 * The name of one register: segments divided by {@code /}, as in {@code locks/named/demo.lock}.
 *
 * <p>Any text is a legal segment that is not empty, {@code .} or {@code ..} and holds no control
 * character and no unpaired surrogate; the whole key has at most {@value #MAX_BYTES} bytes of
 * UTF-8, so that it fits the limit of 1,024 bytes that S3 sets, with room for a prefix. Keys are
 * compared by their exact characters.
 *
 * @param path the key's text
 */
public record RegisterKey(String path) implements Comparable<RegisterKey> {

  /** The greatest length of a key, in bytes of UTF-8. */
  public static final int MAX_BYTES = 768;

  private static final int SHOWN = 80;

  /**
   * Checks the key.
   *
   * @param path the path
   * @throws IllegalArgumentException if the path is not a legal key; the message names the path and
   *     the rule
   */
  public RegisterKey {
    String fault = faultOf(path);
    if (fault != null) {
      throw new IllegalArgumentException("'" + printable(path) + "' is not a legal name: " + fault);
    }
  }

  private static @org.jspecify.annotations.Nullable String faultOf(String path) {
    if (path.isEmpty()) {
      return "it is empty";
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        return "it holds a control character";
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < path.length()
          && Character.isLowSurrogate(path.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return "it holds half a surrogate pair, which is not text";
      }
    }
    for (String segment : path.split("/", -1)) {
      if (segment.isEmpty()) {
        return "it has an empty part between slashes, or a slash at an end";
      }
      if (segment.equals(".") || segment.equals("..")) {
        return "'" + segment + "' may not be a part of it";
      }
    }
    if (path.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      return "it is longer than " + MAX_BYTES + " bytes";
    }
    return null;
  }

  private static String printable(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(SHOWN)
        .map(
            c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '?' : c)
        .forEach(shown::appendCodePoint);
    return text.codePointCount(0, text.length()) > SHOWN ? shown + "..." : shown.toString();
  }

  // Written out, since what a record would bring of its own is put together at the first call.

  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return other instanceof RegisterKey that && path.equals(that.path);
  }

  @Override
  public int hashCode() {
    return path.hashCode();
  }

  @Override
  public int compareTo(RegisterKey other) {
    return path.compareTo(other.path);
  }

  @Override
  public String toString() {
    return path;
  }
}
