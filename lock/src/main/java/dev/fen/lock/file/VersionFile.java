package dev.fen.lock.file;

import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import java.nio.charset.StandardCharsets;
import java.util.zip.Adler32;
import java.util.zip.CRC32;

/**
 * One version of a register as it lies in its file: the body, a newline, and a trailer line that
 * ties it to the version it replaced.
 *
 * <p>The trailer is what keeps an old holder's late version out of a folder that was restored or
 * made anew: it names not only the number but also the bytes of the predecessor. A file without a
 * trailer of its own (written by hand, cut off, emptied by a power cut) is all body.
 *
 * <p>Who changes the trailer, or the sum in it, has it begin with a member {@code trailer}, a
 * number from 2 on: whoever does not know that form must not take such a version for a stray and
 * step over it.
 */
final class VersionFile {

  /** The greatest number that counts, so that numbers are exact for every reader of JSON. */
  static final long MAX_NUMBER = 1L << 53;

  /**
   * As much of a file as is ever read: a legal body, its trailer, and one byte that shows there is
   * more.
   */
  static final int MOST_BYTES = RegisterStore.MAX_BODY_BYTES + 128;

  private static final String SUFFIX = ".json";
  private static final int MOST_TRAILER_BYTES = 127;
  private static final int NO_TRAILER = -1;
  private static final String OTHER_FORM = "{\"trailer\":";

  private final long number;
  private final long modifiedMillis;
  private final byte[] bytes;
  private final int length;
  private final long sum;
  private int bodyLength;
  private long follows = NO_TRAILER;
  private long followsSum;
  private boolean ofOtherForm;

  /**
   * Takes apart what was read.
   *
   * @param bytes holds the file's beginning
   * @param length how many of the bytes are the file's; more than {@link #MOST_BYTES} are never
   *     there
   * @param size the file's whole size
   */
  VersionFile(long number, byte[] bytes, int length, long size, long modifiedMillis) {
    this.number = number;
    this.bytes = bytes;
    this.length = length;
    this.modifiedMillis = modifiedMillis;
    this.sum = sumOf(bytes, length) + (size > length ? size : 0);
    this.bodyLength = length;
    if (size <= length) {
      parseTrailer();
    }
  }

  /** The complete bytes of a version. */
  static byte[] compose(byte[] body, long number, long follows, long followsSum) {
    String trailer = "\n{\"number\":" + number + ",\"follows\":" + follows;
    trailer += follows == 0 ? "}\n" : ",\"sum\":\"" + hex(followsSum) + "\"}\n";
    byte[] end = trailer.getBytes(StandardCharsets.US_ASCII);
    byte[] whole = new byte[body.length + end.length];
    System.arraycopy(body, 0, whole, 0, body.length);
    System.arraycopy(end, 0, whole, body.length, end.length);
    return whole;
  }

  private void parseTrailer() {
    int end = length > 0 && bytes[length - 1] == '\n' ? length - 1 : length;
    int newline = end - 1;
    while (newline >= 0 && bytes[newline] != '\n') {
      if (end - newline > MOST_TRAILER_BYTES) {
        return;
      }
      newline--;
    }
    String line = new String(bytes, newline + 1, end - newline - 1, StandardCharsets.ISO_8859_1);
    ofOtherForm = newline >= 0 && line.startsWith(OTHER_FORM);
    String start = "{\"number\":" + number + ",\"follows\":";
    if (newline < 0 || !line.startsWith(start) || !line.endsWith("}")) {
      return;
    }
    int comma = line.indexOf(',', start.length());
    long before = decimal(line, start.length(), comma < 0 ? line.length() - 1 : comma);
    if (comma < 0 ? before != 0 : before <= 0 || before >= number) {
      return;
    }
    if (comma > 0) {
      String rest = line.substring(comma);
      if (rest.length() != 26
          || !rest.startsWith(",\"sum\":\"")
          || !rest.endsWith("\"}")
          || !isHex(rest, 8, 24)) {
        return;
      }
      followsSum = Long.parseUnsignedLong(rest, 8, 24, 16);
    }
    follows = before;
    bodyLength = newline;
  }

  /**
   * The sum over a file's bytes by which versions are told apart; bodies are never written twice,
   * so it need not be a digest.
   */
  static long sumOf(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    Adler32 adler = new Adler32();
    adler.update(bytes, 0, length);
    return crc.getValue() << 32 | adler.getValue();
  }

  long number() {
    return number;
  }

  long sum() {
    return sum;
  }

  long modifiedMillis() {
    return modifiedMillis;
  }

  /** Whether a newer Fen wrote it, and nothing is known of what it replaced. */
  boolean isOfOtherForm() {
    return ofOtherForm;
  }

  /** Whether the file says which version it replaced. */
  boolean hasTrailer() {
    return follows != NO_TRAILER;
  }

  /** The number of the version that this one replaced; 0 for the first. Only with a trailer. */
  long follows() {
    return follows;
  }

  /** Whether this is the very file that the other one replaced. */
  boolean isFollowedBy(VersionFile other) {
    return other.follows == number && other.followsSum == sum;
  }

  /** The body, cut to one byte more than is legal, malformed bytes replaced. */
  String body() {
    return new String(
        bytes, 0, Math.min(bodyLength, RegisterStore.MAX_BODY_BYTES + 1), StandardCharsets.UTF_8);
  }

  Version version() {
    return version(number, sum);
  }

  static Version version(long number, long sum) {
    return new Version(number + "-" + hex(sum));
  }

  /** The number in a version's tag, or 0 if it is no tag of this store. */
  static long numberOf(Version version) {
    String tag = version.tag();
    int dash = tag.length() - 17;
    return dash > 0 && tag.charAt(dash) == '-' && isHex(tag, dash + 1, tag.length())
        ? decimal(tag, 0, dash)
        : 0;
  }

  /** The sum in a version's tag that has a number. */
  static long sumOf(Version version) {
    String tag = version.tag();
    return Long.parseUnsignedLong(tag, tag.length() - 16, tag.length(), 16);
  }

  static String fileName(long number) {
    return number + SUFFIX;
  }

  /** The number of a version's file, or 0 if the name is none of ours. */
  static long numberOf(String fileName) {
    return isVersionName(fileName)
        ? Math.max(0, decimal(fileName, 0, fileName.length() - SUFFIX.length()))
        : 0;
  }

  /** Whether a name has the form of a version's, whatever the number. */
  static boolean isVersionName(String name) {
    int digits = name.length() - SUFFIX.length();
    if (digits < 1 || name.charAt(0) == '0' || !name.endsWith(SUFFIX)) {
      return false;
    }
    for (int i = 0; i < digits; i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** The plain decimal number in this range, or -1 if it is none or too great. */
  private static long decimal(String text, int from, int to) {
    if (to <= from || to - from > 16 || (text.charAt(from) == '0' && to - from > 1)) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value <= MAX_NUMBER ? value : -1;
  }

  private static boolean isHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if ("0123456789abcdef".indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  private static String hex(long sum) {
    String digits = Long.toHexString(sum);
    return "0000000000000000".substring(digits.length()) + digits;
  }
}
