package dev.fen.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.store.RegisterKey;
import java.util.List;
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
  void whatNoNameLeadsToIsNoLock() {
    for (String path :
        List.of(
            "locks/models/top.lock",
            "locks/models/-a/b.lock",
            "locks/models/a.lock/b.lock",
            "locks/named/-a.lock",
            "locks/named/" + "x".repeat(501) + ".lock")) {
      assertThat(LockName.ofKey(Namespace.NONE, new RegisterKey(path))).as(path).isNull();
    }
    for (LockName lock :
        List.of(
            LockName.model(Namespace.NONE, "@a/b/c"),
            LockName.model(Namespace.NONE, "a/b.lock"),
            LockName.named(new Namespace("team"), "a/b"),
            LockName.global(new Namespace("team")))) {
      assertThat(LockName.ofKey(lock.namespace(), lock.key())).isEqualTo(lock);
    }
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
