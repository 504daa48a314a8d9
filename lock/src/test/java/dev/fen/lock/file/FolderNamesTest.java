package dev.fen.lock.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FolderNamesTest {

  @ParameterizedTest
  @CsvSource({
    "global.lock, global.lock",
    "@scope, @scope",
    "bc-01_a+b=c, bc-01_a+b=c",
    "Demo, ^demo",
    "a b, a%20b",
    ".tmp, %2etmp",
    "end., end%2e",
    "ä, %c3%a4",
    "100%, 100%25",
    "x~y, x%7ey",
    "^a, %5ea",
    "con, %63on",
    "CON.txt, %43^o^n.txt",
    "com1.lock, %63om1.lock",
    "com0, com0",
    "lpt9, %6cpt9",
    "console, console",
    "7.json, %37.json",
    "07.json, 07.json",
    "7.jsonx, 7.jsonx"
  })
  void encodes(String segment, String name) {
    assertThat(FolderNames.encode(segment)).isEqualTo(name);
    assertThat(FolderNames.decode(name)).isEqualTo(segment);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Demo", "%41", "%C3%A4", "%c3", "%zz", "%", "a%2", "^", "^1", "a%2fb", ".tmp", "7.json",
        "con", "~name", "x%61", "end.", "a b"
      })
  void isNoNameOfOurs(String name) {
    assertThat(FolderNames.decode(name)).isNull();
  }

  @Test
  void encodesEverySegmentOfAPath() {
    assertThat(FolderNames.encodePath("locks/models/@A/b c.lock"))
        .isEqualTo("locks/models/@^a/b%20c.lock");
  }

  @Test
  void cutsWhatIsTooLong() {
    String name = FolderNames.encode("Ä".repeat(100));
    assertThat(name)
        .hasSizeLessThan(FolderNames.LONGEST)
        .matches("(%c3%84)+~[0-9a-f]{32}")
        .satisfies(n -> assertThat(FolderNames.isCut(n)).isTrue());
    assertThat(FolderNames.encode("Ä".repeat(101))).isNotEqualTo(name);
    assertThat(FolderNames.encode("A".repeat(101))).matches("(\\^a){60}~[0-9a-f]{32}");
    assertThat(FolderNames.encode("a" + "A".repeat(101))).matches("a(\\^a){59}~[0-9a-f]{32}");
    assertThat(FolderNames.encode("a" + "Ä".repeat(101))).matches("a(%c3%84)+%c3~[0-9a-f]{32}");
    assertThat(FolderNames.isCut(FolderNames.encode("a".repeat(200)))).isFalse();
    assertThat(FolderNames.isCut(FolderNames.encode("a".repeat(201)))).isTrue();
  }

  @Test
  void noTwoSegmentsShareANameOnAnyFileSystem() {
    Random random = new Random(42);
    Map<String, String> seen = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      String segment = segment(random);
      String name = FolderNames.encode(segment);
      assertThat(StandardCharsets.US_ASCII.newEncoder().canEncode(name)).isTrue();
      assertThat(name)
          .hasSizeLessThanOrEqualTo(FolderNames.LONGEST)
          .doesNotStartWith(".")
          .doesNotEndWith(".")
          .doesNotContain(" ", "/", "\\", ":", "*", "\"", "<", ">", "|", "?");
      if (!FolderNames.isCut(name)) {
        assertThat(FolderNames.decode(name)).isEqualTo(segment);
      }
      for (Normalizer.Form form : Normalizer.Form.values()) {
        String folded = form + Normalizer.normalize(name, form).toLowerCase(Locale.ROOT);
        String other = seen.put(folded, segment);
        assertThat(other == null || other.equals(segment)).as("%s and %s", segment, other).isTrue();
      }
    }
  }

  private static String segment(Random random) {
    String alphabet = "aAbB.oO0179~^%-_ @+=,cCnN:\\*äÄéÅßſıİ漢😀\u0301";
    int[] points = alphabet.codePoints().toArray();
    int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 90 : 5);
    StringBuilder segment = new StringBuilder();
    for (int i = 0; i < length; i++) {
      segment.appendCodePoint(points[random.nextInt(points.length)]);
    }
    String text = segment.toString();
    return text.equals(".") || text.equals("..") ? "dot" : text;
  }
}
