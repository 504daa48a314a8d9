package dev.fen.lock.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionFileTest {

  private static VersionFile file(long number, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new VersionFile(number, bytes, bytes.length, bytes.length, 0);
  }

  private static String composed(String body, long number, long follows, long sum) {
    return new String(
        VersionFile.compose(body.getBytes(StandardCharsets.UTF_8), number, follows, sum),
        StandardCharsets.UTF_8);
  }

  @Test
  void aVersionTellsWhatItReplaced() {
    assertThat(composed("{}", 42, 41, 0xabcL))
        .isEqualTo("{}\n{\"number\":42,\"follows\":41,\"sum\":\"0000000000000abc\"}\n");
    assertThat(composed("{}", 1, 0, 0)).isEqualTo("{}\n{\"number\":1,\"follows\":0}\n");
    VersionFile first = file(41, "x");
    VersionFile second = file(42, composed("a\nb", 42, 41, first.sum()));
    assertThat(second.hasTrailer()).isTrue();
    assertThat(second.follows()).isEqualTo(41);
    assertThat(second.body()).isEqualTo("a\nb");
    assertThat(first.isFollowedBy(second)).isTrue();
    assertThat(file(41, "y").isFollowedBy(second)).isFalse();
    assertThat(file(40, "x").isFollowedBy(second)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{}\n",
        "{}\n{\"number\":43,\"follows\":41,\"sum\":\"0000000000000abc\"}\n",
        "{}\n{\"number\":42,\"follows\":42,\"sum\":\"0000000000000abc\"}\n",
        "{}\n{\"number\":42,\"follows\":041,\"sum\":\"0000000000000abc\"}\n",
        "{}\n{\"number\":42,\"follows\":41,\"sum\":\"0000000000000ABC\"}\n",
        "{}\n{\"number\":42,\"follows\":41,\"sum\":\"0000000000000ab\"}\n",
        "{}\n{\"number\":42,\"follows\":41,\"sum\":\"0000000000000abc\",\"x\":\"y\"}\n",
        "{}\n{\"number\":42,\"follows\":41}\n",
        "{}\n{\"number\":42,\"follows\":0]\n",
        "{}\n{\"number\":42,\"follows\":-1,\"sum\":\"0000000000000abc\"}\n",
        "{}\n{\"number\":42,\"follows\":41,\"sum\":\"0000000000000abc\"",
        "{\"number\":42,\"follows\":41,\"sum\":\"0000000000000abc\"}"
      })
  void whatHasNoTrailerOfItsOwnIsAllBody(String text) {
    assertThat(file(42, text).hasTrailer()).isFalse();
    assertThat(file(42, text).body()).isEqualTo(text);
  }

  @Test
  void anEditorMayDropTheLastNewline() {
    assertThat(file(42, composed("{}", 42, 41, 7).stripTrailing()).body()).isEqualTo("{}");
  }

  @Test
  void theLargestBodyIsWholeAndALargerOneIsCut() {
    String largest = "x".repeat(RegisterStore.MAX_BODY_BYTES);
    assertThat(file(42, composed(largest, 42, 41, 7)).body()).isEqualTo(largest);
    assertThat(composed(largest, VersionFile.MAX_NUMBER, VersionFile.MAX_NUMBER - 1, -1))
        .hasSizeLessThan(VersionFile.MOST_BYTES);
    assertThat(file(42, largest + "xxxx").body()).hasSize(RegisterStore.MAX_BODY_BYTES + 1);
  }

  @Test
  void theGreatestNumbersAreWhole() {
    VersionFile last =
        file(
            VersionFile.MAX_NUMBER,
            composed("{}", VersionFile.MAX_NUMBER, VersionFile.MAX_NUMBER - 1, -1));
    assertThat(last.body()).isEqualTo("{}");
    assertThat(last.follows()).isEqualTo(VersionFile.MAX_NUMBER - 1);
  }

  @Test
  void whatIsNotReadToItsEndHasNoTrailer() {
    byte[] bytes = composed("x".repeat(1_000), 42, 41, 7).getBytes(StandardCharsets.US_ASCII);
    assertThat(new VersionFile(42, bytes, bytes.length, bytes.length, 0).hasTrailer()).isTrue();
    assertThat(new VersionFile(42, bytes, bytes.length, bytes.length + 1L, 0).hasTrailer())
        .isFalse();
  }

  @Test
  void filesOfDifferentLengthsBeyondWhatIsReadDiffer() {
    byte[] bytes = new byte[VersionFile.MOST_BYTES];
    assertThat(new VersionFile(1, bytes, bytes.length, bytes.length + 1L, 0).sum())
        .isNotEqualTo(new VersionFile(1, bytes, bytes.length, bytes.length + 2L, 0).sum());
  }

  @ParameterizedTest
  @CsvSource({
    "1.json,1",
    "10.json,10",
    "9007199254740992.json,9007199254740992",
    "9007199254740993.json,0",
    "99999999999999999999.json,0",
    "01.json,0",
    "0.json,0",
    "-1.json,0",
    "1.JSON,0",
    "1.json.bak,0",
    ".json,0",
    "1,0",
    "١.json,0"
  })
  void numbers(String name, long number) {
    assertThat(VersionFile.numberOf(name)).isEqualTo(number);
  }

  @Test
  void tags() {
    Version version = VersionFile.version(42, 0xabcL);
    assertThat(version.tag()).isEqualTo("42-0000000000000abc");
    assertThat(VersionFile.numberOf(version)).isEqualTo(42);
    assertThat(VersionFile.sumOf(version)).isEqualTo(0xabcL);
    for (String tag :
        new String[] {
          "",
          "42",
          "-0000000000000abc",
          "42-abc",
          "x-0000000000000abc",
          "42-0000000000000ABC",
          "unreadable"
        }) {
      assertThat(VersionFile.numberOf(new Version(tag))).as(tag).isNotPositive();
    }
  }

  /** Another sum would make strays of each other's versions, and two would hold one lock. */
  @Test
  void thisFormIsForEver() {
    byte[] first = composed("first", 1, 0, 0).getBytes(StandardCharsets.UTF_8);
    long sum = VersionFile.sumOf(first, first.length);
    assertThat(composed("second", 2, 1, sum))
        .isEqualTo("second\n{\"number\":2,\"follows\":1,\"sum\":\"f573f997adc90a4d\"}\n");
  }
}
