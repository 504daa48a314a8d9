package dev.fen.cli;

import dev.fen.lock.Holder;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockStatus;
import dev.fen.lock.text.Texts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Locks as a table, or one of them in full. */
final class StatusTable {

  private static final List<String> HEADER =
      List.of("NAME", "KIND", "STATE", "HOLDER", "OPERATION", "AGE", "EXPIRES", "TOKEN", "LINK");
  private static final int LINK = 8;

  // A line should fit a screen; one lock's details and the JSON show all. What one needs for a
  // command is never cut.
  private static final int WIDEST_HOLDER = 60;
  private static final int WIDEST_OPERATION = 28;

  private final Instant now;

  StatusTable(Instant now) {
    this.now = now;
  }

  String table(List<LockStatus> statuses) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADER);
    for (LockStatus status : statuses) {
      rows.add(row(status));
    }
    int columns = anyLink(rows) ? HEADER.size() : LINK;
    StringBuilder text = new StringBuilder(Columns.lines(rows, columns));
    for (LockStatus status : statuses) {
      if (status.problem() != null) {
        text.append(status.name()).append(": ").append(status.problem()).append('\n');
      }
    }
    return text.toString().stripTrailing();
  }

  private static boolean anyLink(List<List<String>> rows) {
    for (List<String> row : rows.subList(1, rows.size())) {
      if (!row.get(LINK).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private List<String> row(LockStatus status) {
    boolean held = status.state() != LockStatus.State.FREE;
    Holder holder = held ? status.holder() : null;
    return List.of(
        status.name(),
        kind(status),
        state(status),
        holder == null ? "-" : TextWidth.cut(holder.toString(), WIDEST_HOLDER),
        holder == null ? "-" : TextWidth.cut(holder.operation(), WIDEST_OPERATION),
        holder == null || holder.acquiredAt() == null ? "-" : age(holder.acquiredAt()),
        held ? expires(status) : "-",
        status.token().isPresent() ? Long.toString(status.token().getAsLong()) : "-",
        holder == null || holder.link() == null ? "" : holder.link());
  }

  private static String kind(LockStatus status) {
    return status.kind().name().toLowerCase(Locale.ROOT);
  }

  private static String state(LockStatus status) {
    return status.state().name().toLowerCase(Locale.ROOT);
  }

  private String age(Instant since) {
    return Texts.duration(Duration.between(since, now));
  }

  private static String expires(LockStatus status) {
    return status
        .expiresIn()
        .map(left -> left.isZero() ? "overdue" : "in " + Texts.duration(left))
        .orElse("unknown");
  }

  String details(LockStatus status) {
    StringBuilder text = new StringBuilder();
    boolean held = status.state() != LockStatus.State.FREE;
    Holder holder = status.holder();
    line(text, status.kind() == LockKind.MODEL ? "model" : "lock", status.name());
    line(text, "state", state(status));
    if (status.problem() != null) {
      line(text, "problem", status.problem());
    }
    if (holder != null) {
      line(text, held ? "holder" : "last holder", holder.toString());
      line(text, "operation", holder.operation());
      if (holder.acquiredAt() != null) {
        line(
            text,
            "since",
            Texts.instant(holder.acquiredAt())
                + (held ? " (" + age(holder.acquiredAt()) + ")" : ""));
      }
      if (holder.link() != null) {
        line(text, "link", holder.link());
      }
    }
    String written =
        switch (status.state()) {
          case FREE -> "released";
          case HELD, STALE -> "renewed";
          case UNREADABLE -> "written";
        };
    status.renewedAgo().ifPresent(ago -> line(text, written, Texts.duration(ago) + " ago"));
    switch (status.state()) {
      case HELD -> line(text, "expires", expires(status) + " unless it is renewed");
      case STALE -> line(text, "expires", "its holder is gone: whoever asks next gets the lock");
      case FREE, UNREADABLE -> {}
    }
    if (status.token().isPresent()) {
      line(text, "token", Long.toString(status.token().getAsLong()));
    }
    return text.toString().stripTrailing();
  }

  private static void line(StringBuilder text, String label, String value) {
    text.append(label)
        .append(" ".repeat(Math.max(1, 13 - label.length())))
        .append(value)
        .append('\n');
  }
}
