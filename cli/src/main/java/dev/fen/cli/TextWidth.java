package dev.fen.cli;

import java.lang.Character.UnicodeScript;

/** How wide text is on a terminal, where some letters take two columns and some none. */
final class TextWidth {

  private static final String CUT = "...";

  private TextWidth() {}

  /** How many columns it takes. */
  static int of(String text) {
    return text.codePoints().map(TextWidth::ofLetter).sum();
  }

  /** The text if it takes no more columns than that, else as much of it as fits before dots. */
  static String cut(String text, int most) {
    if (of(text) <= most) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    int room = most - CUT.length();
    for (int letter : text.codePoints().toArray()) {
      room -= ofLetter(letter);
      if (room < 0) {
        break;
      }
      kept.appendCodePoint(letter);
    }
    return kept + CUT;
  }

  private static int ofLetter(int letter) {
    int type = Character.getType(letter);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    return isWide(letter) ? 2 : 1;
  }

  private static boolean isWide(int letter) {
    if (Character.isIdeographic(letter)) {
      return true;
    }
    boolean isFullWidth =
        letter >= 0x3000 && letter <= 0x303e || letter >= 0xff01 && letter <= 0xff60;
    boolean isPicture = letter >= 0x1f300 && letter <= 0x1faff;
    UnicodeScript script = UnicodeScript.of(letter);
    return isFullWidth
        || isPicture
        || script == UnicodeScript.HIRAGANA
        || script == UnicodeScript.KATAKANA && !(letter >= 0xff61 && letter <= 0xff9f)
        || script == UnicodeScript.HANGUL && !(letter >= 0xffa0 && letter <= 0xffdc);
  }
}
