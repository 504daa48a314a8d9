package dev.fen.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LockOptionsTest {

  private static final LockOptions DEFAULTS = LockOptions.of("test");

  @Test
  void defaults() {
    assertThat(DEFAULTS.ttl()).isEqualTo(Duration.ofSeconds(30));
    assertThat(DEFAULTS.maxWait()).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void theTtlIsFromOneSecondToOneHour() {
    assertThat(DEFAULTS.withTtl(Duration.ofSeconds(1)).ttl()).isEqualTo(Duration.ofSeconds(1));
    assertThat(DEFAULTS.withTtl(Duration.ofHours(1)).ttl()).isEqualTo(Duration.ofHours(1));
    assertThatThrownBy(() -> DEFAULTS.withTtl(Duration.ofMillis(999)))
        .hasMessageStartingWith("a ttl of 999 ms is not possible: it must be from 1 s");
    assertThatThrownBy(() -> DEFAULTS.withTtl(Duration.ofHours(1).plusMillis(1)))
        .hasMessageContaining("to 1 h");
    assertThatThrownBy(() -> DEFAULTS.withTtl(Duration.ofSeconds(Long.MAX_VALUE)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theWaitIsFromZeroToSevenDays() {
    assertThat(DEFAULTS.withMaxWait(Duration.ZERO).maxWait()).isZero();
    assertThatThrownBy(() -> DEFAULTS.withMaxWait(Duration.ofMillis(-1)))
        .hasMessageStartingWith("a wait of less than zero is not possible");
    assertThatThrownBy(() -> DEFAULTS.withMaxWait(Duration.ofDays(8)))
        .hasMessageContaining("from 0 (one attempt) to 7 days");
  }

  @Test
  void whatIsBeyondALimitIsNotShownAsTheLimitItself() {
    assertThatThrownBy(() -> DEFAULTS.withMaxWait(Duration.ofDays(7).plusSeconds(1)))
        .hasMessageStartingWith("a wait of more than 7 d is not possible");
    assertThatThrownBy(() -> DEFAULTS.withTtl(Duration.ofHours(1).plusMillis(1)))
        .hasMessageStartingWith("a ttl of more than 60 min is not possible");
    assertThatThrownBy(() -> DEFAULTS.withTtl(Duration.ofHours(1).plusSeconds(1)))
        .hasMessageStartingWith("a ttl of 60 min 1 s is not possible");
  }

  @Test
  void textsLoseControlCharacters() {
    assertThat(DEFAULTS.withOperation("a\u001bb\n").operation()).isEqualTo("ab");
    assertThat(DEFAULTS.withLink("  ").link()).isNull();
  }
}
