package dev.fen.lock.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegisterKeyTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "locks/named/demo.lock",
        "@scope/a/b",
        "größe",
        "鍵/🔒",
        "CON",
        "a b",
        "...",
        ".hidden",
        "a."
      })
  void legal(String path) {
    assertThat(new RegisterKey(path).path()).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/../b",
        "a/.",
        "a\nb",
        "a\u0000b",
        "a\u0085b",
        "a\ud800",
        "\udc00\ud800"
      })
  void notLegal(String path) {
    assertThatThrownBy(() -> new RegisterKey(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a legal name: ");
  }

  @Test
  void theMessageNamesTheKeyWithoutControlCharacters() {
    assertThatThrownBy(() -> new RegisterKey("a\u001bb"))
        .hasMessage("'a?b' is not a legal name: it holds a control character");
    assertThatThrownBy(() -> new RegisterKey("\ud83d\ude80\ud800/"))
        .hasMessageStartingWith("'\ud83d\ude80?/' is not a legal name: ");
  }

  @Test
  void theLengthIsCountedInBytes() {
    assertThat(new RegisterKey("é".repeat(384)).path()).hasSize(384);
    assertThatThrownBy(() -> new RegisterKey("é".repeat(384) + "x"))
        .hasMessageContaining("longer than 768 bytes");
  }
}
