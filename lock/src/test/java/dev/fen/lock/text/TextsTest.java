package dev.fen.lock.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextsTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0 ms",
    "450, 450 ms",
    "1000, 1 s",
    "4300, 4.3 s",
    "9999, 9.9 s",
    "32500, 32 s",
    "119999, 119 s",
    "120000, 2 min",
    "192000, 3 min 12 s",
    "7200000, 2 h",
    "7500000, 2 h 5 min",
    "172800000, 2 d",
    "180000000, 2 d 2 h",
    "-5, 0 ms"
  })
  void durations(long millis, String text) {
    assertThat(Texts.duration(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @Test
  void instants() {
    assertThat(Texts.instant(Instant.parse("2026-03-26T12:00:00.123Z")))
        .isEqualTo("2026-03-26 12:00:00 UTC");
  }

  @Test
  void wordsOfAShell() {
    assertThat(Texts.shellWord("demo")).isEqualTo("demo");
    assertThat(Texts.shellWord("a/b@c.d-e")).isEqualTo("a/b@c.d-e");
    assertThat(Texts.shellWord("a b")).isEqualTo("'a b'");
    assertThat(Texts.shellWord("$x")).isEqualTo("'$x'");
    assertThat(Texts.shellWord("-x")).isEqualTo("'-x'");
    assertThat(Texts.shellWord("größe")).isEqualTo("'größe'");
  }

  @Test
  void quotesInWordsOfAShell() {
    assertThat(Texts.shellWord("it's")).isEqualTo("'it'\\''s'");
    assertThat(Texts.shellWord("")).isEqualTo("''");
  }

  @Test
  void printableKeepsLettersOfAllScripts() {
    assertThat(Texts.printable("größe ключ 鍵 🔒", 80)).isEqualTo("größe ключ 鍵 🔒");
    assertThat(Texts.printable("a\u0000\u001b\u0085\u200b\u202e\u2066b", 80)).isEqualTo("ab");
    assertThat(Texts.printable("abcdef", 3)).isEqualTo("abc");
  }

  @Test
  void linesKeepTheirFeedsAndNothingElseThatDrivesATerminal() {
    assertThat(Texts.lines("a\n  b\r\u001b[2J\u009b\t\u202ec")).isEqualTo("a\n  b[2Jc");
  }
}
