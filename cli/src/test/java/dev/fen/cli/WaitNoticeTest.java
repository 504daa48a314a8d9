package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.Holder;
import dev.fen.lock.LockStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WaitNoticeTest {

  private static final LockStatus HELD =
      new LockStatus(
          "deploy",
          LockStatus.State.HELD,
          new Holder(
              "ci@runner-7",
              "runner-7",
              812,
              "terraform",
              "https://ci.example/1",
              Instant.parse("2026-03-26T12:00:00Z")),
          OptionalLong.of(5),
          Optional.of(Duration.ofSeconds(4)),
          Optional.of(Duration.ofSeconds(26)),
          false,
          null);

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Terminal terminal =
      new Terminal(
          new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
          new PrintStream(err, true, StandardCharsets.UTF_8));

  @Test
  void tellsAtOnceWhoHoldsItSinceWhenDoingWhatWhereAndHowLong() {
    try (WaitNotice notice = notice(Duration.ofSeconds(60))) {
      notice.waiting(HELD);
      assertThat(err.toString(StandardCharsets.UTF_8))
          .isEqualTo(
              "fen: waiting up to 60 s for lock \"deploy\" in /data: held by ci@runner-7 (pid 812),"
                  + " \"terraform\" since 2026-03-26 12:00:00 UTC, https://ci.example/1, renewed 4 s ago\n");
    }
  }

  @Test
  void isSilentWhereNobodyWaits() {
    try (WaitNotice notice = notice(Duration.ZERO)) {
      notice.waiting(HELD);
    }
    assertThat(err.size()).isZero();
  }

  private WaitNotice notice(Duration maxWait) {
    return new WaitNotice(terminal, Path.of("/data"), maxWait);
  }
}
