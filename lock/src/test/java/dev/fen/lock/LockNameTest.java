package dev.fen.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LockNameTest {

  /** The whole key has 768 bytes at the most; the name's share of it is what a person can use. */
  @Test
  void theLimitIsTheOneOfTheNameItself() {
    String longest = "語".repeat(250) + "x";
    assertThat(LockName.named(Namespace.NONE, longest).name()).isEqualTo(longest);
    assertThatThrownBy(() -> LockName.named(Namespace.NONE, longest + "x"))
        .hasMessage(
            "'"
                + "語".repeat(40)
                + "...' is not a legal lock name: it has more than 751 bytes as UTF-8, and some of its"
                + " characters take several");
    assertThatThrownBy(() -> LockName.model(new Namespace("team"), "a/" + longest))
        .hasMessageContaining("' is not a legal model: it has more than 745 bytes as UTF-8");
  }

  @Test
  void aLongNameIsShownByItsBeginning() {
    assertThatThrownBy(() -> LockName.named(Namespace.NONE, "x".repeat(501)))
        .hasMessage(
            "'"
                + "x".repeat(40)
                + "...' is not a legal lock name: it has more than 500 characters");
    assertThatThrownBy(() -> LockName.named(Namespace.NONE, "-" + "x".repeat(79)))
        .hasMessage(
            "'-"
                + "x".repeat(79)
                + "' is not a legal lock name: it begins with '-', like an option");
  }
}
