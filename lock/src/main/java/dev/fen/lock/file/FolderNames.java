package dev.fen.lock.file;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * Maps each segment of a key to a folder name that a person recognises and every file system can
 * keep apart: ASCII only, no upper case, nothing that Windows reserves, nothing that is a name of
 * ours ({@code 1.json}, {@code .tmp}). No two segments share a name.
 *
 * <p>{@code [a-z0-9._@+=,-]} stand for themselves, an upper-case ASCII letter is {@code ^} and its
 * lower case, everything else is {@code %xx} of its UTF-8 bytes. What would be longer than {@value
 * #LONGEST} characters is cut, and told apart by a digest; the segment itself is then in the file
 * {@value #NAME_FILE} inside the folder.
 */
final class FolderNames {

  /** Holds the full segment where the folder's name had to be cut; no segment maps to this name. */
  static final String NAME_FILE = "~name";

  static final int LONGEST = 200;
  private static final int KEPT = 120;
  private static final int LONGEST_ESCAPE = 3;
  private static final int DIGEST_CHARS = 32;
  private static final char CUT = '~';
  private static final String HEX = "0123456789abcdef";

  private FolderNames() {}

  /** The folder name of a segment. */
  static String encode(String segment) {
    String whole = encodeWhole(segment);
    return whole.length() <= LONGEST ? whole : cut(whole);
  }

  /** The folders of a whole key, one below the other. */
  static String encodePath(String key) {
    StringBuilder path = new StringBuilder(key.length() + 8);
    int from = 0;
    for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', from)) {
      path.append(encode(key.substring(from, slash))).append('/');
      from = slash + 1;
    }
    return path.append(encode(key.substring(from))).toString();
  }

  /** Whether a folder name was cut, so that only the file in it tells the segment. */
  static boolean isCut(String name) {
    return name.indexOf(CUT) >= 0;
  }

  /** Whether it can be the name of a folder of Fen that was cut: no other is so long. */
  static boolean isLongCut(String name) {
    return isCut(name) && name.length() >= KEPT - LONGEST_ESCAPE + 1 + DIGEST_CHARS;
  }

  /**
   * The segment that has exactly this folder name, or null if there is none or the name was cut.
   */
  static @Nullable String decode(String name) {
    byte[] bytes = new byte[name.length()];
    int length = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '%' && i + 2 < name.length()) {
        bytes[length++] =
            (byte) (HEX.indexOf(name.charAt(++i)) << 4 | HEX.indexOf(name.charAt(++i)));
      } else if (c == '^' && i + 1 < name.length()) {
        bytes[length++] = (byte) (name.charAt(++i) - 'a' + 'A');
      } else if (isLiteral(c)) {
        bytes[length++] = (byte) c;
      } else {
        return null;
      }
    }
    String segment = new String(bytes, 0, length, StandardCharsets.UTF_8);
    return segment.indexOf('/') < 0 && encode(segment).equals(name) ? segment : null;
  }

  private static String encodeWhole(String segment) {
    byte[] bytes = segment.getBytes(StandardCharsets.UTF_8);
    StringBuilder name = new StringBuilder(bytes.length + 8);
    boolean reserved = isDevice(segment) || VersionFile.isVersionName(segment);
    for (int i = 0; i < bytes.length; i++) {
      char c = (char) (bytes[i] & 0xff);
      boolean edgeDot = c == '.' && (i == 0 || i == bytes.length - 1);
      if (edgeDot || (reserved && i == 0)) {
        appendHex(name, c);
      } else if (isLiteral(c)) {
        name.append(c);
      } else if (c >= 'A' && c <= 'Z') {
        name.append('^').append((char) (c - 'A' + 'a'));
      } else {
        appendHex(name, c);
      }
    }
    return name.toString();
  }

  private static boolean isLiteral(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "._@+=,-".indexOf(c) >= 0;
  }

  private static void appendHex(StringBuilder to, int octet) {
    to.append('%').append(HEX.charAt(octet >> 4)).append(HEX.charAt(octet & 15));
  }

  private static boolean isDevice(String segment) {
    int dot = segment.indexOf('.');
    int length = dot < 0 ? segment.length() : dot;
    if (length == 3) {
      return begins(segment, "con")
          || begins(segment, "prn")
          || begins(segment, "aux")
          || begins(segment, "nul");
    }
    return length == 4
        && (begins(segment, "com") || begins(segment, "lpt"))
        && segment.charAt(3) >= '1'
        && segment.charAt(3) <= '9';
  }

  private static boolean begins(String segment, String device) {
    return segment.regionMatches(true, 0, device, 0, device.length());
  }

  private static String cut(String whole) {
    int kept = KEPT;
    while (whole.charAt(kept - 1) == '%'
        || whole.charAt(kept - 2) == '%'
        || whole.charAt(kept - 1) == '^') {
      kept--;
    }
    StringBuilder name = new StringBuilder(kept + 33).append(whole, 0, kept).append(CUT);
    byte[] digest = sha256(whole);
    for (int i = 0; i < 16; i++) {
      name.append(HEX.charAt((digest[i] >> 4) & 15)).append(HEX.charAt(digest[i] & 15));
    }
    return name.toString();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
