package dev.fen.lock;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.text.Json;
import dev.fen.lock.text.Texts;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a lock's register, as JSON that a person can read.
 *
 * <p>A record that was read is not trusted: {@link #parse} gives every body a defined meaning,
 * bounds the ttl, refuses tokens that cannot be counted up, and takes control characters out of
 * whatever may be printed.
 *
 * @param held whether somebody holds the lock; otherwise it was released
 * @param token the fencing token of the last acquisition; empty where none can be read
 * @param nonce the random id of the acquisition, or of whoever wrote the release by force
 * @param revision counts the bodies written under the nonce, so that no two are ever equal
 * @param holder {@code user@host}
 * @param process the holder's process
 * @param companions further processes that must have ended before the holder counts as dead
 * @param operation what the holder is doing
 * @param link where to read about the holder's run, or null
 * @param clean in a held record: whether the holder before released it properly; in a released one:
 *     whether this release was a proper one
 * @param acquiredAtMillis when the lock was acquired by the holder's wall clock; only for people
 * @param renewedAtMillis when it was last renewed by the holder's wall clock; only for people
 * @param ttlMillis the time to live, bounded
 * @param releasedBy who released it by force, or null
 */
record LockRecord(
    boolean held,
    OptionalLong token,
    String nonce,
    long revision,
    String holder,
    ProcessMark process,
    List<ProcessMark> companions,
    String operation,
    @Nullable String link,
    boolean clean,
    long acquiredAtMillis,
    long renewedAtMillis,
    long ttlMillis,
    @Nullable String releasedBy) {

  /** The format this code writes and understands. */
  static final int FORMAT = 1;

  /** Above this, numbers are not exact in every JSON reader (RFC 8259, section 6). */
  static final long MAX_TOKEN = 1L << 53;

  /** A token so near the end that it cannot be counted up for ever is none that Fen wrote. */
  static final long SPARE_TOKENS = 1L << 40;

  static final long DEFAULT_TTL_MILLIS = 30_000;
  static final long MAX_TTL_MILLIS = 3_600_000;

  private static final String UNKNOWN_HOLDER = "somebody unknown";
  private static final String UNKNOWN_OPERATION = "something unknown";
  private static final int MAX_DEPTH = 8;
  static final int MAX_COMPANIONS = 8;
  private static final int MAX_TEXT = 500;

  /** What a body means. */
  sealed interface Content {

    /** A record of this format. */
    record Readable(LockRecord record) implements Content {}

    /**
     * No record at all: half-written, foreign, too long. It counts as held by nobody known, for the
     * default ttl.
     */
    record Unreadable(String why) implements Content {}

    /**
     * A record of another format: of a newer Fen. Nothing is assumed about it, so it is never taken
     * over.
     */
    record OtherFormat(String format) implements Content {}
  }

  /**
   * Stands for what could not be read, so that a release by force has something to say whose it
   * was.
   */
  static LockRecord unknown() {
    return new LockRecord(
        true,
        OptionalLong.empty(),
        "",
        0,
        UNKNOWN_HOLDER,
        new ProcessMark("", 0, ""),
        List.of(),
        UNKNOWN_OPERATION,
        null,
        false,
        0,
        0,
        DEFAULT_TTL_MILLIS,
        null);
  }

  /** The next record of the same acquisition, for a renewal. */
  LockRecord renewed(long nextRevision, long nowMillis, List<ProcessMark> newCompanions) {
    return new LockRecord(
        true,
        token,
        nonce,
        nextRevision,
        holder,
        process,
        newCompanions,
        operation,
        link,
        clean,
        acquiredAtMillis,
        nowMillis,
        ttlMillis,
        null);
  }

  /** The record that frees the lock at the end of the same acquisition. */
  LockRecord released(long nextRevision, long nowMillis, boolean properly, OptionalLong tokenNow) {
    return released(nonce, nextRevision, nowMillis, properly, tokenNow, null);
  }

  /** The record that somebody else frees the lock with. */
  LockRecord releasedByForce(
      String byNonce, long nextRevision, String by, long nowMillis, long tokenNow) {
    return released(byNonce, nextRevision, nowMillis, false, OptionalLong.of(tokenNow), by);
  }

  private LockRecord released(
      String byNonce,
      long nextRevision,
      long nowMillis,
      boolean properly,
      OptionalLong tokenNow,
      @Nullable String by) {
    return new LockRecord(
        false,
        tokenNow,
        byNonce,
        nextRevision,
        holder,
        process,
        List.of(),
        operation,
        link,
        properly,
        acquiredAtMillis,
        nowMillis,
        ttlMillis,
        by);
  }

  /** The holder as people are told of it. */
  Holder toHolder() {
    return new Holder(
        holder,
        process.host(),
        process.pid(),
        operation,
        link,
        acquiredAtMillis > 0 ? Instant.ofEpochMilli(acquiredAtMillis) : null);
  }

  String toJson() {
    JsonStringWriter json = JsonWriter.string();
    json.object()
        .value("format", FORMAT)
        .value("state", held ? "held" : "released")
        .value("token", token.orElseThrow())
        .value("nonce", nonce)
        .value("revision", revision)
        .value("holder", holder)
        .value("host", process.host())
        .value("pid", process.pid())
        .value("process", process.instance());
    if (!companions.isEmpty()) {
      json.array("companions");
      for (ProcessMark companion : companions) {
        json.object().value("pid", companion.pid()).value("process", companion.instance()).end();
      }
      json.end();
    }
    json.value("operation", operation);
    if (link != null) {
      json.value("link", link);
    }
    json.value("clean", clean)
        .value("acquiredAt", time(acquiredAtMillis))
        .value(held ? "renewedAt" : "releasedAt", time(renewedAtMillis))
        .value("ttlMs", ttlMillis);
    if (releasedBy != null) {
      json.value("releasedBy", releasedBy);
    }
    return json.end().done();
  }

  private static String time(long millis) {
    String text = Instant.ofEpochMilli(millis).toString();
    return text.length() == "2026-03-26T12:00:00Z".length() ? text.replace("Z", ".000Z") : text;
  }

  /**
   * Reads a body.
   *
   * @param body any text
   * @return what it means; never fails
   */
  static Content parse(String body) {
    if (body.length() > RegisterStore.MAX_BODY_BYTES
        || body.getBytes(StandardCharsets.UTF_8).length > RegisterStore.MAX_BODY_BYTES) {
      return new Content.Unreadable("it is longer than 64 KiB");
    }
    if (body.isBlank()) {
      return new Content.Unreadable("it is empty");
    }
    if (Json.isDeeperThan(MAX_DEPTH, body)) {
      return new Content.Unreadable("it is nested too deeply");
    }
    JsonObject json;
    try {
      json = JsonParser.object().from(body);
    } catch (JsonParserException notJson) {
      return new Content.Unreadable("it is not a JSON object");
    }
    if (!(json.get("format") instanceof Integer format)) {
      return new Content.Unreadable("it has no format number");
    }
    if (format != FORMAT) {
      return new Content.OtherFormat(format.toString());
    }
    String state = json.getString("state", "");
    boolean held = state.equals("held");
    if (!held && !state.equals("released")) {
      return new Content.Unreadable("its state is neither held nor released");
    }
    return new Content.Readable(fromJson(json, held));
  }

  private static LockRecord fromJson(JsonObject json, boolean held) {
    ProcessMark process =
        new ProcessMark(text(json, "host"), integer(json, "pid"), text(json, "process"));
    String link = text(json, "link");
    String releasedBy = text(json, "releasedBy");
    long token = integer(json, "token");
    return new LockRecord(
        held,
        token > 0 && token <= MAX_TOKEN - SPARE_TOKENS
            ? OptionalLong.of(token)
            : OptionalLong.empty(),
        text(json, "nonce"),
        integer(json, "revision"),
        orElse(text(json, "holder"), UNKNOWN_HOLDER),
        process,
        companions(json, process.host()),
        orElse(text(json, "operation"), UNKNOWN_OPERATION),
        link.isEmpty() ? null : link,
        Boolean.TRUE.equals(json.get("clean")),
        millis(json, "acquiredAt"),
        millis(json, held ? "renewedAt" : "releasedAt"),
        boundedTtl(json.get("ttlMs")),
        releasedBy.isEmpty() ? null : releasedBy);
  }

  private static List<ProcessMark> companions(JsonObject json, String host) {
    if (!(json.get("companions") instanceof JsonArray array)) {
      return List.of();
    }
    List<ProcessMark> marks = new ArrayList<>();
    // A mark that names no process can never be proven dead, so nothing is proven about the holder.
    if (array.size() > MAX_COMPANIONS) {
      marks.add(new ProcessMark(host, 0, ""));
    }
    for (int i = 0; i < array.size() && i < MAX_COMPANIONS; i++) {
      JsonObject one = array.getObject(i, new JsonObject());
      marks.add(new ProcessMark(host, integer(one, "pid"), text(one, "process")));
    }
    return List.copyOf(marks);
  }

  /** No positive number reads as the default, more than the greatest ttl as that. */
  private static long boundedTtl(@Nullable Object ttl) {
    double millis = ttl instanceof Number number ? number.doubleValue() : 0;
    return millis >= 1 ? (long) Math.min(millis, MAX_TTL_MILLIS) : DEFAULT_TTL_MILLIS;
  }

  private static long integer(JsonObject json, String key) {
    Object value = json.get(key);
    return value instanceof Integer || value instanceof Long ? ((Number) value).longValue() : 0;
  }

  private static long millis(JsonObject json, String key) {
    String text = json.getString(key, "");
    try {
      long millis = text.length() > 40 ? 0 : Instant.parse(text).toEpochMilli();
      return millis > 0 && millis <= MAX_TOKEN ? millis : 0;
    } catch (DateTimeParseException | ArithmeticException noTime) {
      return 0;
    }
  }

  private static String text(JsonObject json, String key) {
    return Texts.printable(json.getString(key, ""), MAX_TEXT);
  }

  private static String orElse(String text, String other) {
    return text.isEmpty() ? other : text;
  }
}
