package dev.fen.datastore.verify;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import dev.fen.datastore.verify.Verdict.Reading;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.text.Json;
import dev.fen.s3.TagForm;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A verdict as JSON. What was read is not trusted. */
final class VerdictJson {

  static final int FORMAT = 1;

  private static final int MAX_DEPTH = 8;
  private static final int MAX_ENTRIES = 100;
  private static final int MAX_TEXT = 500;

  private VerdictJson() {}

  static String write(Verdict verdict) {
    JsonStringWriter json = JsonWriter.string();
    json.object()
        .value("format", FORMAT)
        .value("passed", verdict.passed())
        .value("at", verdict.at().toString())
        .value("version", verdict.version())
        .value("rounds", verdict.rounds())
        .value("excludedFaultRate", verdict.excludedFaultRate());
    if (verdict.clockDifferenceMillis().isPresent()) {
      json.value("clockDifferenceMs", verdict.clockDifferenceMillis().getAsLong());
    }
    if (verdict.tagForm() != null) {
      json.value("tagForm", nameOf(verdict.tagForm()));
    }
    json.array("checks");
    for (Check check : verdict.checks()) {
      json.object()
          .value("name", check.name())
          .value("result", nameOf(check.result()))
          .value("measured", check.measured())
          .value("meaning", check.meaning())
          .end();
    }
    json.end().array("remarks");
    for (String remark : verdict.remarks()) {
      json.value(remark);
    }
    json.end().array("stores");
    for (String store : verdict.stores()) {
      json.value(store);
    }
    return json.end().end().done();
  }

  static Reading read(String body) {
    if (body.length() > RegisterStore.MAX_BODY_BYTES
        || body.getBytes(StandardCharsets.UTF_8).length > RegisterStore.MAX_BODY_BYTES) {
      return new Reading.Unreadable("it is longer than 64 KiB");
    }
    if (Json.isDeeperThan(MAX_DEPTH, body)) {
      return new Reading.Unreadable("it is nested too deeply");
    }
    JsonObject json;
    try {
      json = JsonParser.object().from(body);
    } catch (JsonParserException notJson) {
      return new Reading.Unreadable("it is not a JSON object");
    }
    if (!(json.get("format") instanceof Integer format)) {
      return new Reading.Unreadable("it has no format number");
    }
    if (format != FORMAT) {
      return new Reading.Unreadable("it is of format " + format + ", which this Fen does not know");
    }
    return fromJson(json);
  }

  private static Reading fromJson(JsonObject json) {
    if (!(json.get("passed") instanceof Boolean passed)) {
      return new Reading.Unreadable("it does not say whether the store passed");
    }
    Instant at = instant(json.get("at"));
    if (at == null) {
      return new Reading.Unreadable("it does not say when it was made");
    }
    if (!(json.get("rounds") instanceof Integer rounds) || rounds < 0) {
      return new Reading.Unreadable("it does not say how many rounds were run");
    }
    List<Check> checks = checks(json.get("checks"));
    if (checks == null) {
      return new Reading.Unreadable("its list of checks cannot be understood");
    }
    if (passed && (checks.isEmpty() || rounds == 0 || !Verdict.isPass(checks))) {
      return new Reading.Unreadable("it says that the store passed, and its checks do not");
    }
    TagForm tagForm = named(TagForm.values(), json.getString("tagForm"));
    if (tagForm == null && json.has("tagForm")) {
      return new Reading.Unreadable("it names a form of tags that this Fen does not know");
    }
    // Counted anew, so that the one cannot say more than the other.
    return new Reading.Readable(
        new Verdict(
            passed,
            checks,
            rounds,
            Verdict.excludedBy(rounds),
            integer(json.get("clockDifferenceMs")),
            tagForm,
            at,
            text(json, "version"),
            texts(json.get("remarks")),
            texts(json.get("stores"))));
  }

  private static @Nullable List<Check> checks(@Nullable Object value) {
    if (!(value instanceof JsonArray array) || array.size() > MAX_ENTRIES) {
      return null;
    }
    List<Check> checks = new ArrayList<>();
    for (Object entry : array) {
      if (!(entry instanceof JsonObject one)) {
        return null;
      }
      Check.Result result = named(Check.Result.values(), one.getString("result"));
      if (result == null) {
        return null;
      }
      checks.add(new Check(text(one, "name"), result, text(one, "measured"), text(one, "meaning")));
    }
    return checks;
  }

  private static String nameOf(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> @Nullable E named(E[] values, @Nullable String name) {
    for (E value : values) {
      if (nameOf(value).equals(name)) {
        return value;
      }
    }
    return null;
  }

  private static List<String> texts(@Nullable Object value) {
    List<String> texts = new ArrayList<>();
    if (value instanceof JsonArray array) {
      for (Object entry : array) {
        if (entry instanceof String text && texts.size() < MAX_ENTRIES) {
          texts.add(printable(text));
        }
      }
    }
    return texts;
  }

  private static OptionalLong integer(@Nullable Object value) {
    return value instanceof Integer || value instanceof Long
        ? OptionalLong.of(((Number) value).longValue())
        : OptionalLong.empty();
  }

  private static @Nullable Instant instant(@Nullable Object value) {
    if (!(value instanceof String text) || text.length() > 40) {
      return null;
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeException noTime) {
      return null;
    }
  }

  private static String text(JsonObject json, String key) {
    return printable(json.getString(key, ""));
  }

  private static String printable(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(MAX_TEXT)
        .filter(VerdictJson::isHarmless)
        .forEach(shown::appendCodePoint);
    return shown.toString();
  }

  private static boolean isHarmless(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
