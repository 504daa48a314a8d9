package dev.fen.datastore.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.datastore.verify.Check.Result;
import dev.fen.datastore.verify.Verdict.Reading;
import dev.fen.s3.TagForm;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictTest {

  private static final Check GOOD = new Check("counter", Result.PASSED, "5 of 5", "well \"done\"");

  private static Verdict verdict(OptionalLong clock, Check... checks) {
    List<Check> all = List.of(checks);
    return new Verdict(
        Verdict.isPass(all),
        all,
        60,
        Verdict.excludedBy(60),
        clock,
        TagForm.UNQUOTED,
        Instant.parse("2026-11-24T12:00:00.123Z"),
        "1.2.3",
        List.of("a remark"),
        List.of("s3.example.com:443/bucket"));
  }

  @Test
  void comesBackAsItWasWritten() {
    Check bad = new Check("ages", Result.FAILED, "", "");
    Check none = new Check("clock", Result.SKIPPED, "", "");
    for (Verdict verdict :
        List.of(
            verdict(OptionalLong.of(-1_234), GOOD, none),
            verdict(OptionalLong.empty(), GOOD, bad, none))) {
      assertThat(Verdict.parse(verdict.toJson())).isEqualTo(new Reading.Readable(verdict));
    }
  }

  @Test
  void saysWhatIsInIt() {
    assertThat(verdict(OptionalLong.of(-7), GOOD).toJson())
        .isEqualTo(
            "{\"format\":1,\"passed\":true,\"at\":\"2026-11-24T12:00:00.123Z\","
                + "\"version\":\"1.2.3\",\"rounds\":60,\"excludedFaultRate\":"
                + Verdict.excludedBy(60)
                + ",\"clockDifferenceMs\":-7,\"tagForm\":\"unquoted\",\"checks\":[{\"name\":\"counter\","
                + "\"result\":\"passed\",\"measured\":\"5 of 5\",\"meaning\":\"well \\\"done\\\"\"}],"
                + "\"remarks\":[\"a remark\"],\"stores\":[\"s3.example.com:443/bucket\"]}");
  }

  @Test
  void tellsNoFormOfTagsWhereThereIsNone() {
    String json = verdict(OptionalLong.of(1), GOOD).toJson();

    assertThat(Verdict.parse(json.replace("\"tagForm\":\"unquoted\",", "")))
        .isInstanceOfSatisfying(
            Reading.Readable.class, read -> assertThat(read.verdict().tagForm()).isNull());
    for (String unknown : List.of("\"upside-down\"", "1", "null", "{}")) {
      assertThat(Verdict.parse(json.replace("\"unquoted\"", unknown)))
          .isInstanceOf(Reading.Unreadable.class);
    }
  }

  @Test
  void isNoPassWithACheckThatIsUndecided() {
    Check open = new Check("ages", Result.UNDECIDED, "", "");
    Verdict verdict = verdict(OptionalLong.of(1), GOOD, open);

    assertThat(verdict.passed()).isFalse();
    assertThat(verdict.failed()).isEmpty();
    assertThat(Verdict.parse(verdict.toJson())).isEqualTo(new Reading.Readable(verdict));
    assertThat(Verdict.parse(verdict.toJson().replace("false", "true")))
        .isInstanceOf(Reading.Unreadable.class);
  }

  @Test
  void ignoresUnknownFields() {
    Verdict verdict = verdict(OptionalLong.of(1), GOOD);
    String more =
        verdict.toJson().replace("\"passed\":true", "\"new\":{\"a\":[1]},\"passed\":true");

    assertThat(more).contains("new");
    assertThat(Verdict.parse(more)).isEqualTo(new Reading.Readable(verdict));
  }

  @Test
  void takesOutWhatATerminalCouldObey() {
    String json =
        verdict(OptionalLong.of(1), GOOD)
            .toJson()
            .replace("5 of 5", "\\u001b[2J\\u202e5\\n\\ud800");

    assertThat(Verdict.parse(json))
        .isInstanceOfSatisfying(
            Reading.Readable.class,
            read -> assertThat(read.verdict().checks().get(0).measured()).isEqualTo("[2J5"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "\"text\"",
        "<html>",
        "{}",
        "{\"format\":1}",
        "{\"format\":\"1\"}",
        "{\"format\":1,\"passed\":\"true\",\"at\":\"2026-11-24T12:00:00Z\",\"rounds\":1,\"checks\":[]}",
        "{\"format\":1,\"passed\":false,\"at\":\"now\",\"rounds\":1,\"checks\":[]}",
        "{\"format\":1,\"passed\":false,\"at\":\"2026-11-24T12:00:00Z\",\"rounds\":-1,\"checks\":[]}",
        "{\"format\":1,\"passed\":false,\"at\":\"2026-11-24T12:00:00Z\",\"rounds\":1e99,\"checks\":[]}",
        "{\"format\":1,\"passed\":false,\"at\":\"2026-11-24T12:00:00Z\",\"rounds\":1,\"checks\":{}}",
        "{\"format\":1,\"passed\":false,\"at\":\"2026-11-24T12:00:00Z\",\"rounds\":1,\"checks\":[1]}",
        "{\"format\":1,\"passed\":false,\"at\":\"2026-11-24T12:00:00Z\",\"rounds\":1,\"checks\":[{\"result\":\"?\"}]}",
      })
  void saysWhyABodyIsNoVerdict(String body) {
    assertThat(Verdict.parse(body))
        .isInstanceOfSatisfying(
            Reading.Unreadable.class, none -> assertThat(none.why()).startsWith("it"));
  }

  @Test
  void survivesHostileSizes() {
    assertThat(Verdict.parse("[".repeat(60_000))).isInstanceOf(Reading.Unreadable.class);
    assertThat(Verdict.parse(" ".repeat(70_000))).isInstanceOf(Reading.Unreadable.class);
  }

  @Test
  void namesAnotherFormat() {
    String json =
        verdict(OptionalLong.of(1), GOOD).toJson().replace("\"format\":1", "\"format\":2");

    assertThat(Verdict.parse(json))
        .isEqualTo(new Reading.Unreadable("it is of format 2, which this Fen does not know"));
  }

  @Test
  void isNoPassWithAFailedCheck() {
    Check bad = new Check("ages", Result.FAILED, "", "");
    String contradiction = verdict(OptionalLong.of(1), GOOD, bad).toJson().replace("false", "true");

    assertThat(Verdict.parse(contradiction)).isInstanceOf(Reading.Unreadable.class);
    assertThatThrownBy(
            () ->
                new Verdict(
                    true,
                    List.of(bad),
                    1,
                    1,
                    OptionalLong.empty(),
                    null,
                    Instant.EPOCH,
                    "",
                    List.of(),
                    List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void goesForFurtherStoresYetNotForAnyNumberOfThem() {
    Verdict verdict = verdict(OptionalLong.of(1), GOOD);

    assertThat(verdict.alsoOn(List.of("b:1/b", "s3.example.com:443/bucket")).stores())
        .containsExactly("s3.example.com:443/bucket", "b:1/b");
    List<String> many = IntStream.range(0, 50).mapToObj(Integer::toString).toList();
    assertThat(verdict.alsoOn(many).stores())
        .hasSize(10)
        .startsWith("s3.example.com:443/bucket", "0");
  }

  @Test
  void countsWhatAPassExcludes() {
    assertThat(Verdict.excludedBy(0)).isEqualTo(1);
    assertThat(Verdict.excludedBy(1)).isEqualTo(0.95);
    assertThat(Math.pow(1 - Verdict.excludedBy(200), 200)).isBetween(0.0499, 0.0501);
  }
}
