package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.Holder;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WaitNoticeTest {

  private static final LockStatus HELD =
      new LockStatus(
          LockKind.NAMED,
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

  private static final Instant LATER = Instant.parse("2026-03-26T12:03:12Z");

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
  void whatCannotBeReadWasWrittenAndNotRenewed() {
    LockStatus unreadable = unreadable("the record cannot be read");
    assertThat(WaitNotice.describe(unreadable))
        .isEqualTo("the record cannot be read, written 4 s ago");
    assertThat(WaitNotice.describe(unreadable, Duration.ofSeconds(20), LATER))
        .isEqualTo("the record cannot be read, known to be written 24 s ago");
  }

  private static LockStatus unreadable(String problem) {
    return new LockStatus(
        LockKind.NAMED,
        "deploy",
        LockStatus.State.UNREADABLE,
        null,
        OptionalLong.empty(),
        Optional.of(Duration.ofSeconds(4)),
        Optional.empty(),
        false,
        problem);
  }

  @Test
  void isSilentWhereNobodyWaits() {
    try (WaitNotice notice = notice(Duration.ZERO)) {
      notice.waiting(HELD);
    }
    assertThat(err.size()).isZero();
  }

  @Test
  void aRepeatedLineTellsAgesAsOfNow() {
    AtomicLong nanos = new AtomicLong();
    try (WaitNotice notice =
        new WaitNotice(
            terminal, "/data", Duration.ofSeconds(60), nanos.get(), () -> {}, nanos::get)) {
      nanos.set(Duration.ofSeconds(2).toNanos());
      notice.waiting(HELD);
      nanos.set(Duration.ofSeconds(12).toNanos());
      notice.tick();
    }
    List<String> lines = err.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1))
        .startsWith("fen: still waiting for lock \"deploy\": 12 s of 60 s; held by ci@runner-7")
        .contains("\"terraform\" since 2026-03-26 12:00:00 UTC (")
        .endsWith(", https://ci.example/1, known to be renewed 14 s ago");
  }

  @Test
  void aLockThatChangesHandsOftenCostsNoLineEachTime() {
    AtomicLong nanos = new AtomicLong();
    try (WaitNotice notice =
        new WaitNotice(terminal, "/data", Duration.ofSeconds(60), 0, () -> {}, nanos::get)) {
      for (int i = 0; i < 90; i++) {
        nanos.set(Duration.ofMillis(i * 500L).toNanos());
        notice.waiting(heldBy("ci@runner-" + i));
        notice.tick();
      }
      notice.waiting(unreadable("the store fails"));
    }
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("waiting up to 60 s", "ci@runner-0 "),
            line -> assertThat(line).contains("10 s of 60 s", "ci@runner-20 "),
            line -> assertThat(line).contains("20 s of 60 s", "ci@runner-40 "),
            line -> assertThat(line).contains("40 s of 60 s", "ci@runner-80 "),
            line -> assertThat(line).contains("lock \"deploy\" in /data: the store fails"));
  }

  private static LockStatus heldBy(String name) {
    return new LockStatus(
        LockKind.NAMED,
        "deploy",
        LockStatus.State.HELD,
        new Holder(name, "host", 812, "terraform", null, null),
        OptionalLong.of(5),
        Optional.of(Duration.ofSeconds(4)),
        Optional.of(Duration.ofSeconds(26)),
        false,
        null);
  }

  @Test
  void aRepeatedLineTellsHowLongItHasBeenHeld() {
    assertThat(WaitNotice.describe(HELD, Duration.ofSeconds(20), LATER))
        .isEqualTo(
            "held by ci@runner-7 (pid 812), \"terraform\" since 2026-03-26 12:00:00 UTC (3 min 12 s),"
                + " https://ci.example/1, known to be renewed 24 s ago");
  }

  @Test
  void theTerminalsLineKeepsHolderAndAgeAndDoesNotWrap() {
    assertThat(WaitNotice.terminalLine(HELD, "9 s of 60 s", LATER, 78))
        .isEqualTo("fen: still waiting for lock \"deploy\": 9 s of 60 s; ci@runner-7 (3 min 12 s)")
        .hasSizeLessThanOrEqualTo(78);
  }

  @Test
  void theTerminalsLineCutsLongNamesOnly() {
    LockStatus longNames =
        new LockStatus(
            LockKind.NAMED,
            "production/database/migration",
            LockStatus.State.HELD,
            new Holder(
                "integration@runner-of-the-second-floor",
                "runner",
                812,
                "terraform",
                null,
                Instant.parse("2026-03-26T12:00:00Z")),
            OptionalLong.of(5),
            Optional.empty(),
            Optional.empty(),
            false,
            null);
    assertThat(WaitNotice.terminalLine(longNames, "9 s of 60 s", LATER, 78))
        .startsWith("fen: still waiting for lock \"produ")
        .contains("...\": 9 s of 60 s; integ")
        .endsWith("... (3 min 12 s)")
        .hasSizeLessThanOrEqualTo(78);
  }

  @Test
  void theLineOfANarrowTerminalStillTellsTheLockTheHolderAndTheTimes() {
    LockStatus global = held(LockKind.GLOBAL, "global");
    assertThat(WaitNotice.terminalLine(global, "9 s of 60 s", LATER, 60))
        .isEqualTo("fen: the global lock: 9 s of 60 s; ci@runner-7 (3 min 12 s)");
    assertThat(
            WaitNotice.terminalLine(
                held(LockKind.MODEL, "@acme/host/web-1"), "9 s of 60 s", LATER, 62))
        .isEqualTo("fen: the model lock \"@ac...\": 9 s of 60 s; ci@... (3 min 12 s)");
  }

  private static LockStatus held(LockKind kind, String name) {
    return new LockStatus(
        kind,
        name,
        LockStatus.State.HELD,
        HELD.holder(),
        OptionalLong.of(5),
        Optional.empty(),
        Optional.empty(),
        false,
        null);
  }

  @Test
  void theTerminalsLineFitsAnyWidth() {
    for (int columns = 3; columns <= 100; columns++) {
      assertThat(TextWidth.of(WaitNotice.terminalLine(HELD, "9 s of 60 s", LATER, columns)))
          .isLessThanOrEqualTo(columns);
    }
  }

  private WaitNotice notice(Duration maxWait) {
    return new WaitNotice(terminal, "/data", maxWait, System.nanoTime(), () -> {});
  }
}
