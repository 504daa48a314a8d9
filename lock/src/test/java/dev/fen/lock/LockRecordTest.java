package dev.fen.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.fen.lock.LockRecord.Content;
import dev.fen.lock.platform.ProcessMark;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LockRecordTest {

  private static final LockRecord HELD =
      new LockRecord(
          true,
          OptionalLong.of(1_774_526_400_042L),
          "0b1c",
          3,
          "ci@runner-7",
          new ProcessMark("runner-7", 812, "boot/ns/77"),
          List.of(new ProcessMark("runner-7", 813, "boot/ns/78")),
          "terraform",
          "https://ci.example/runs/123",
          true,
          1_774_526_400_000L,
          1_774_526_410_000L,
          30_000,
          null);

  private static LockRecord readable(String body) {
    return assertThat(LockRecord.parse(body))
        .asInstanceOf(type(Content.Readable.class))
        .actual()
        .record();
  }

  private static LockRecord heldWith(String field) {
    return readable("{\"format\":1,\"state\":\"held\",\"nonce\":\"n\"," + field + "}");
  }

  @Test
  void isJsonThatAPersonCanRead() {
    assertThat(HELD.toJson())
        .isEqualTo(
            "{\"format\":1,\"state\":\"held\",\"token\":1774526400042,\"nonce\":\"0b1c\",\"revision\":3,"
                + "\"holder\":\"ci@runner-7\",\"host\":\"runner-7\",\"pid\":812,\"process\":\"boot/ns/77\","
                + "\"companions\":[{\"pid\":813,\"process\":\"boot/ns/78\"}],\"operation\":\"terraform\","
                + "\"link\":\"https://ci.example/runs/123\",\"clean\":true,"
                + "\"acquiredAt\":\"2026-03-26T12:00:00.000Z\",\"renewedAt\":\"2026-03-26T12:00:10.000Z\","
                + "\"ttlMs\":30000}");
  }

  @Test
  void readsBackWhatItWrote() {
    assertThat(readable(HELD.toJson())).isEqualTo(HELD);
    LockRecord released = HELD.released(4, 1_774_526_420_500L, true, HELD.token());
    assertThat(readable(released.toJson())).isEqualTo(released);
    assertThat(released.companions()).isEmpty();
    LockRecord forced = HELD.releasedByForce("op", 1, "ops@laptop", 1_774_526_420_500L, 7);
    assertThat(readable(forced.toJson())).isEqualTo(forced);
    assertThat(forced.clean()).isFalse();
  }

  @Test
  void aRenewalChangesRevisionTimeAndCompanionsAndNothingElse() {
    LockRecord renewed = HELD.renewed(4, 1_774_526_420_500L, List.of());
    assertThat(renewed.toJson())
        .isEqualTo(
            "{\"format\":1,\"state\":\"held\",\"token\":1774526400042,\"nonce\":\"0b1c\",\"revision\":4,"
                + "\"holder\":\"ci@runner-7\",\"host\":\"runner-7\",\"pid\":812,\"process\":\"boot/ns/77\","
                + "\"operation\":\"terraform\",\"link\":\"https://ci.example/runs/123\",\"clean\":true,"
                + "\"acquiredAt\":\"2026-03-26T12:00:00.000Z\",\"renewedAt\":\"2026-03-26T12:00:20.500Z\","
                + "\"ttlMs\":30000}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "null",
        "[]",
        "7",
        "\"held\"",
        "{",
        "{\"format\":1,\"state\":\"held\"",
        "hello",
        "<html></html>",
        "{\"state\":\"held\"}",
        "{\"format\":\"1\",\"state\":\"held\"}",
        "{\"format\":1.0,\"state\":\"held\"}",
        "{\"format\":1}",
        "{\"format\":1,\"state\":\"locked\"}",
        "{\"format\":1,\"state\":7}",
        "{\"format\":1,\"state\":\"held\"} trailing",
        "\u0000",
        "{\"format\":1e999,\"state\":\"held\"}"
      })
  void whatIsNoRecordIsUnreadable(String body) {
    assertThat(LockRecord.parse(body)).isInstanceOf(Content.Unreadable.class);
  }

  @Test
  void aBodyBeyond64KibIsUnreadable() {
    String fits = HELD.toJson() + " ".repeat(64 * 1024 - HELD.toJson().length());

    assertThat(LockRecord.parse(fits)).isInstanceOf(Content.Readable.class);
    Content.Unreadable tooLong = new Content.Unreadable("it is longer than 64 KiB");
    assertThat(LockRecord.parse(fits + " ")).isEqualTo(tooLong);
    String moreBytesThanCharacters = fits.replace("terraform", "terraförm");
    assertThat(moreBytesThanCharacters).hasSize(64 * 1024);
    assertThat(LockRecord.parse(moreBytesThanCharacters)).isEqualTo(tooLong);
  }

  @Test
  void deepNestingIsUnreadableAndDoesNotExhaustTheStack() {
    String deep = "{\"format\":1,\"state\":\"held\",\"x\":" + "[".repeat(60_000);

    assertThat(LockRecord.parse(deep)).isInstanceOf(Content.Unreadable.class);
    assertThat(
            readable("{\"format\":1,\"state\":\"held\",\"x\":\"" + "[".repeat(1_000) + "\"}")
                .held())
        .isTrue();
  }

  private static LockRecord.Content nested(int depth) {
    return LockRecord.parse(
        "{\"format\":1,\"state\":\"held\",\"x\":"
            + "[".repeat(depth - 1)
            + "]".repeat(depth - 1)
            + "}");
  }

  @Test
  void eightLevelsAreRead() {
    assertThat(nested(8)).isInstanceOf(Content.Readable.class);
    assertThat(nested(9)).isEqualTo(new Content.Unreadable("it is nested too deeply"));
  }

  @Test
  void whatStandsSideBySideOrInATextIsNotNested() {
    assertThat(heldWith("\"x\":[[],[],[],[],{},{},{},{},[],[]]").held()).isTrue();
    assertThat(heldWith("\"x\":\"\\\"[[[[[[[[[[{{{{{{{{{{\"").held()).isTrue();
    assertThat(heldWith("\"x\":\"\\\\\",\"y\":\"[[[[[[[[[[\"").held()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "0", "-1", "999"})
  void anotherFormatIsToldFromRubbish(String format) {
    assertThat(LockRecord.parse("{\"format\":" + format + ",\"state\":\"held\"}"))
        .isEqualTo(new Content.OtherFormat(format));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 30000",
    "-5, 30000",
    "0.5, 30000",
    "'\"ten\"', 30000",
    "null, 30000",
    "true, 30000",
    "1, 1",
    "5000, 5000",
    "3600000, 3600000",
    "3600001, 3600000",
    "99999999999999999999, 3600000",
    "1e300, 3600000"
  })
  void theTtlIsBounded(String written, long read) {
    assertThat(heldWith("\"ttlMs\":" + written).ttlMillis()).isEqualTo(read);
  }

  @Test
  void aMissingTtlIsTheDefault() {
    assertThat(heldWith("\"x\":1").ttlMillis()).isEqualTo(30_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-1",
        "1.5",
        "9007199254740993",
        "1e30",
        "\"7\"",
        "null",
        "9007199254740992",
        "9006099743113217",
        "99999999999999999999999"
      })
  void aTokenThatCannotBeCountedUpIsNone(String token) {
    assertThat(heldWith("\"token\":" + token).token()).isEmpty();
  }

  @Test
  void theGreatestTokenIsRead() {
    assertThat(heldWith("\"token\":9006099743113216").token()).hasValue((1L << 53) - (1L << 40));
  }

  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00.001Z, 1",
    "1970-01-01T00:00:00Z, 0",
    "1969-12-31T23:59:59Z, 0",
    "+287396-10-12T08:59:00.992Z, 9007199254740992",
    "+287396-10-12T08:59:00.993Z, 0",
    "+1000000000-12-31T23:59:59.999999999Z, 0",
    "2026-03-26, 0"
  })
  void aTimeThatIsNoneOrTooFarIsUnknown(String written, long read) {
    LockRecord record = heldWith("\"acquiredAt\":\"" + written + "\"");
    assertThat(record.acquiredAtMillis()).isEqualTo(read);
    assertThat(record.toHolder().acquiredAt())
        .isEqualTo(read == 0 ? null : Instant.ofEpochMilli(read));
  }

  @Test
  void textsLoseControlAndDirectionCharacters() {
    LockRecord record =
        heldWith("\"holder\":\"e\\u001b[31mvil\\r\\n\\u202e@host\",\"operation\":\"a\\u0007b\"");

    assertThat(record.holder()).isEqualTo("e[31mvil@host");
    assertThat(record.operation()).isEqualTo("ab");
  }

  @Test
  void textsAreCut() {
    assertThat(heldWith("\"operation\":\"" + "x".repeat(5_000) + "\"").operation()).hasSize(500);
  }

  @Test
  void hostileFieldsOfTheWrongTypeReadAsNothing() {
    LockRecord record =
        readable(
            "{\"format\":1,\"state\":\"held\",\"nonce\":{},\"pid\":\"x\",\"holder\":[],\"companions\":\"no\","
                + "\"acquiredAt\":\"yesterday\",\"renewedAt\":9,\"clean\":\"yes\",\"link\":false}");

    assertThat(record.nonce()).isEmpty();
    assertThat(record.process().pid()).isZero();
    assertThat(record.holder()).isEqualTo("somebody unknown");
    assertThat(record.companions()).isEmpty();
    assertThat(record.acquiredAtMillis()).isZero();
    assertThat(record.clean()).isFalse();
    assertThat(record.link()).isNull();
  }

  private static LockRecord withCompanions(int count) {
    return heldWith(
        "\"host\":\"h\",\"companions\":["
            + String.join(",", Collections.nCopies(count, "{\"pid\":5,\"process\":\"i\"}"))
            + "]");
  }

  @Test
  void ofMoreThanEightCompanionsNothingIsProven() {
    ProcessMark companion = new ProcessMark("h", 5, "i");
    List<ProcessMark> eight = Collections.nCopies(8, companion);
    assertThat(withCompanions(0).companions()).isEmpty();
    assertThat(withCompanions(8).companions()).isEqualTo(eight);
    for (int count : new int[] {9, 10, 1_000}) {
      assertThat(withCompanions(count).companions())
          .hasSize(9)
          .startsWith(new ProcessMark("h", 0, ""))
          .endsWith(eight.toArray(new ProcessMark[0]));
    }
  }

  @Test
  void companionsThatCannotBeReadStayAsUnprovable() {
    LockRecord record =
        heldWith("\"host\":\"h\",\"companions\":[{\"pid\":5,\"process\":\"i\"},7,{}]");

    assertThat(record.companions())
        .containsExactly(
            new ProcessMark("h", 5, "i"), new ProcessMark("h", 0, ""), new ProcessMark("h", 0, ""));
  }
}
