package dev.fen.cli;

import dev.fen.lock.Holder;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockStatus;
import dev.fen.lock.text.Texts;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells a person for whom this command waits: one full line at once for each lock that is waited
 * for, and for each way in which the store fails; then on a terminal one line that is kept up to
 * date, and in a log a line at growing intervals. A busy lock may change hands several times a
 * second: the next holder is told with the next of those. Silent where nobody has to wait.
 */
final class WaitNotice implements AutoCloseable {

  private static final long TICK_MILLIS = 1_000;

  /** With less of a narrow terminal's line for the two names the words before them go. */
  private static final int LEAST_FOR_NAMES = 16;

  private static final long FIRST_REPEAT_NANOS = Duration.ofSeconds(10).toNanos();

  private final Terminal terminal;
  private final String datastore;
  private final Duration maxWait;
  private final Runnable whenWaiting;
  private final LongSupplier nanoClock;
  private final long startNanos;
  private @Nullable Timer timer;
  private final Set<String> told = new HashSet<>();
  private @Nullable LockStatus waitingFor;
  private long seenNanos;
  private long nextRepeatNanos = FIRST_REPEAT_NANOS;
  private boolean isTerminal;
  private int columns;
  private boolean lineOpen;
  private boolean closed;

  /**
   * Notices for one acquisition.
   *
   * @param startNanos since when it is waited, by the clock of {@link System#nanoTime}
   * @param whenWaiting called once, when the first wait begins
   */
  WaitNotice(
      Terminal terminal,
      String datastore,
      Duration maxWait,
      long startNanos,
      Runnable whenWaiting) {
    this(terminal, datastore, maxWait, startNanos, whenWaiting, System::nanoTime);
  }

  WaitNotice(
      Terminal terminal,
      String datastore,
      Duration maxWait,
      long startNanos,
      Runnable whenWaiting,
      LongSupplier nanoClock) {
    this.terminal = terminal;
    this.datastore = datastore;
    this.maxWait = maxWait;
    this.whenWaiting = whenWaiting;
    this.nanoClock = nanoClock;
    this.startNanos = startNanos;
  }

  /** The wait for a lock begins, or another holder was seen. */
  synchronized void waiting(LockStatus status) {
    if (maxWait.isZero() || closed) {
      return;
    }
    waitingFor = status;
    seenNanos = nanoClock.getAsLong();
    String lock = Target.labelWithArticle(status.kind(), status.name());
    if (told.add(lock + (status.holder() == null ? status.problem() : ""))) {
      endLine();
      terminal.say(
          "waiting up to "
              + Texts.duration(
                  maxWait.minus(
                      timer == null ? waited().truncatedTo(ChronoUnit.SECONDS) : waited()))
              + " for "
              + lock
              + " in "
              + datastore
              + ": "
              + describe(status));
    }
    if (timer == null) {
      whenWaiting.run();
      isTerminal = Terminal.isStandardErrorATerminal();
      columns = isTerminal ? Terminal.columns() - 2 : 0;
      Timer started = new Timer("fen-notice", true);
      started.schedule(
          new TimerTask() {
            @Override
            public void run() {
              tick();
            }
          },
          TICK_MILLIS,
          TICK_MILLIS);
      timer = started;
    }
  }

  private Duration waited() {
    return Duration.ofNanos(nanoClock.getAsLong() - startNanos);
  }

  static String describe(LockStatus status) {
    return held(status, null) + age(status, ", ", Duration.ZERO);
  }

  /**
   * Some time after it was seen. Renewals are not told while the holder is the same, so that a
   * later one may well have come since.
   */
  static String describe(LockStatus status, Duration sinceSeen, Instant now) {
    return held(status, now) + age(status, ", known to be ", sinceSeen);
  }

  private static String age(LockStatus status, String before, Duration sinceSeen) {
    // What cannot be read nobody has renewed.
    String done = status.holder() == null ? "written " : "renewed ";
    return status
        .renewedAgo()
        .map(ago -> before + done + Texts.duration(ago.plus(sinceSeen)) + " ago")
        .orElse("");
  }

  private static String held(LockStatus status, @Nullable Instant now) {
    Holder holder = status.holder();
    if (holder == null) {
      return status.problem() == null ? "held by somebody unknown" : status.problem();
    }
    StringBuilder text = new StringBuilder("held by ").append(holder);
    text.append(", \"").append(holder.operation()).append('"');
    if (holder.acquiredAt() != null) {
      text.append(" since ").append(Texts.instant(holder.acquiredAt()));
      if (now != null) {
        text.append(" (").append(age(holder.acquiredAt(), now)).append(')');
      }
    }
    if (holder.link() != null) {
      text.append(", ").append(holder.link());
    }
    return text.toString();
  }

  private static String age(Instant since, Instant now) {
    return Texts.duration(wholeSeconds(Duration.between(since, now)));
  }

  /** What changes every second has no use for tenths. */
  private static Duration wholeSeconds(Duration duration) {
    return duration.toSeconds() == 0 ? duration : duration.truncatedTo(ChronoUnit.SECONDS);
  }

  synchronized void tick() {
    LockStatus status = waitingFor;
    if (closed || status == null) {
      return;
    }
    String time = Texts.duration(wholeSeconds(waited())) + " of " + Texts.duration(maxWait);
    if (isTerminal) {
      terminal.overwrite(terminalLine(status, time, Instant.now(), columns));
      lineOpen = true;
    } else if (nanoClock.getAsLong() - startNanos >= nextRepeatNanos) {
      nextRepeatNanos *= 2;
      Duration sinceSeen = Duration.ofNanos(nanoClock.getAsLong() - seenNanos);
      terminal.say(
          "still waiting for "
              + Target.labelWithArticle(status.kind(), status.name())
              + ": "
              + time
              + "; "
              + describe(status, sinceSeen, Instant.now()));
    }
  }

  /** A line that wraps could not be overwritten: names are cut, but no times. */
  static String terminalLine(LockStatus status, String time, Instant now, int columns) {
    Holder holder = status.holder();
    String age = holder == null || holder.acquiredAt() == null ? "" : age(holder.acquiredAt(), now);
    LockKind kind = status.kind();
    String lock = kind == LockKind.GLOBAL ? "" : status.name();
    String who = holder == null ? "holder unknown" : holder.name();
    String start = "fen: still waiting for ";
    int room = columns - TextWidth.of(line(start, kind, "", time, "", age));
    if (room < LEAST_FOR_NAMES) {
      start = "fen: ";
      room = columns - TextWidth.of(line(start, kind, "", time, "", age));
    }
    lock = TextWidth.cut(lock, Math.max(room - TextWidth.of(who), room / 2));
    String whole =
        line(start, kind, lock, time, TextWidth.cut(who, room - TextWidth.of(lock)), age);
    return TextWidth.cut(whole, columns);
  }

  private static String line(
      String start, LockKind kind, String lock, String time, String who, String age) {
    return start
        + Target.labelWithArticle(kind, lock)
        + ": "
        + time
        + "; "
        + who
        + (age.isEmpty() ? "" : " (" + age + ")");
  }

  private void endLine() {
    if (lineOpen) {
      terminal.overwrite("");
      lineOpen = false;
    }
  }

  /** The wait is over. */
  @Override
  public synchronized void close() {
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
    endLine();
  }
}
