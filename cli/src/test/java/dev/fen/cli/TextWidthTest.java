package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TextWidthTest {

  @ParameterizedTest
  @CsvSource({
    "deploy, 6",
    "größe, 5",
    "\u9320\u524d, 4",
    "\u3072\u30ab\uff76, 5",
    "\ud55c\u3000\uff21, 6",
    "e\u0301, 1",
    "\ud83d\ude80, 2",
    "\ud840\udc00, 2"
  })
  void countsColumns(String text, int columns) {
    assertThat(TextWidth.of(text)).isEqualTo(columns);
  }

  @Test
  void cutsBetweenLetters() {
    assertThat(TextWidth.cut("deploy", 6)).isEqualTo("deploy");
    assertThat(TextWidth.cut("deploys", 6)).isEqualTo("dep...");
    assertThat(TextWidth.cut("\u9320\u524d\u9320\u524d", 7)).isEqualTo("\u9320\u524d...");
    assertThat(TextWidth.cut("\ud83d\ude80\ud83d\ude80\ud83d\ude80", 5))
        .isEqualTo("\ud83d\ude80...");
    assertThat(TextWidth.cut("deploy", 2)).isEqualTo("...");
  }
}
