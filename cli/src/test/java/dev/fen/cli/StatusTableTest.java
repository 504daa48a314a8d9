package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.Holder;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatusTableTest {

  private static final Instant NOW = Instant.parse("2026-03-26T12:03:12Z");

  private final StatusTable table = new StatusTable(NOW);

  private static LockStatus status(String name, LockStatus.State state, @Nullable String link) {
    return new LockStatus(
        LockKind.NAMED,
        name,
        state,
        new Holder(
            "ci@runner-7",
            "runner-7",
            812,
            "a very long description of what is going on",
            link,
            Instant.parse("2026-03-26T12:00:00Z")),
        OptionalLong.of(1_774_526_400_042L),
        Optional.of(Duration.ofSeconds(4)),
        state == LockStatus.State.FREE
            ? Optional.empty()
            : Optional.of(state == LockStatus.State.STALE ? Duration.ZERO : Duration.ofSeconds(26)),
        false,
        null);
  }

  private static final LockStatus UNREADABLE =
      new LockStatus(
          LockKind.NAMED,
          "broken",
          LockStatus.State.UNREADABLE,
          null,
          OptionalLong.empty(),
          Optional.of(Duration.ofSeconds(4)),
          Optional.empty(),
          false,
          "the record cannot be read");

  @Test
  void columnsAreAlignedAndFitAScreen() {
    String text =
        table.table(
            List.of(
                status("deploy", LockStatus.State.HELD, null),
                status("prod/database", LockStatus.State.FREE, null),
                status("x", LockStatus.State.STALE, null),
                UNREADABLE));
    assertThat(text)
        .isEqualTo(
            """
            NAME           KIND   STATE       HOLDER                 OPERATION                     AGE         EXPIRES  TOKEN
            deploy         named  held        ci@runner-7 (pid 812)  a very long description o...  3 min 12 s  in 26 s  1774526400042
            prod/database  named  free        -                      -                             -           -        1774526400042
            x              named  stale       ci@runner-7 (pid 812)  a very long description o...  3 min 12 s  overdue  1774526400042
            broken         named  unreadable  -                      -                             -           unknown  -
            broken: the record cannot be read""");
    assertThat(text.lines()).allMatch(line -> line.length() <= 125);
  }

  @Test
  void aLongNameMovesNoOtherLine() {
    String longName = "n".repeat(200);
    List<String> lines =
        table
            .table(
                List.of(
                    status("deploy", LockStatus.State.HELD, null),
                    status(longName, LockStatus.State.FREE, null)))
            .lines()
            .toList();
    assertThat(lines.get(0)).startsWith("NAME    KIND   STATE");
    assertThat(lines.get(1)).startsWith("deploy  named  held");
    assertThat(lines.get(2)).startsWith(longName + "  named  free");
  }

  @Test
  void linksAreShownWhereThereAreAny() {
    String text =
        table.table(List.of(status("deploy", LockStatus.State.HELD, "https://ci.example/1")));
    assertThat(text.lines().findFirst().orElseThrow()).endsWith("TOKEN          LINK");
    assertThat(text).endsWith("1774526400042  https://ci.example/1");
  }

  @Test
  void detailsOfAHeldLock() {
    assertThat(table.details(status("deploy", LockStatus.State.HELD, "https://ci.example/1")))
        .isEqualTo(
            """
            lock         deploy
            state        held
            holder       ci@runner-7 (pid 812)
            operation    a very long description of what is going on
            since        2026-03-26 12:00:00 UTC (3 min 12 s)
            link         https://ci.example/1
            renewed      4 s ago
            expires      in 26 s unless it is renewed
            token        1774526400042""");
  }

  @Test
  void detailsOfWhatIsNotHeld() {
    assertThat(table.details(status("deploy", LockStatus.State.FREE, null)))
        .contains("last holder  ci@runner-7", "released     4 s ago")
        .doesNotContain("expires");
    assertThat(table.details(status("deploy", LockStatus.State.STALE, null)))
        .contains("expires      its holder is gone: whoever asks next gets the lock");
    assertThat(table.details(UNREADABLE))
        .isEqualTo(
            """
            lock         broken
            state        unreadable
            problem      the record cannot be read
            written      4 s ago""");
  }
}
