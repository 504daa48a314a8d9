package dev.fen.cli;

import dev.fen.lock.Holder;
import dev.fen.lock.LockStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import org.jspecify.annotations.Nullable;

/**
 * Tells a person for whom this command waits: one full line at once and whenever the holder
 * changes; then on a terminal one line that is kept up to date, and in a log a line at growing
 * intervals. Silent where nobody has to wait.
 */
final class WaitNotice implements AutoCloseable {

  private static final int COLUMNS = 78;
  private static final long TICK_MILLIS = 1_000;
  private static final long FIRST_REPEAT_NANOS = Duration.ofSeconds(10).toNanos();

  private final Terminal terminal;
  private final Path datastore;
  private final Duration maxWait;
  private final long startNanos = System.nanoTime();
  private @Nullable Timer timer;
  private @Nullable LockStatus waitingFor;
  private long nextRepeatNanos = FIRST_REPEAT_NANOS;
  private boolean isTerminal;
  private boolean lineOpen;
  private boolean closed;

  WaitNotice(Terminal terminal, Path datastore, Duration maxWait) {
    this.terminal = terminal;
    this.datastore = datastore;
    this.maxWait = maxWait;
  }

  /** The wait for a lock begins, or another holder was seen. */
  synchronized void waiting(LockStatus status) {
    if (maxWait.isZero() || closed) {
      return;
    }
    waitingFor = status;
    endLine();
    terminal.say(
        "waiting up to "
            + Durations.text(timer == null ? maxWait : maxWait.minus(waited()))
            + " for lock \""
            + status.name()
            + "\" in "
            + datastore
            + ": "
            + describe(status));
    if (timer == null) {
      WarmUp.begin();
      isTerminal = Terminal.isStandardErrorATerminal();
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
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  static String describe(LockStatus status) {
    Holder holder = status.holder();
    if (holder == null) {
      return status.problem() == null ? "held by somebody unknown" : status.problem();
    }
    StringBuilder text = new StringBuilder("held by ").append(holder);
    text.append(", \"").append(holder.operation()).append('"');
    if (holder.acquiredAt() != null) {
      text.append(" since ").append(Times.text(holder.acquiredAt()));
    }
    if (holder.link() != null) {
      text.append(", ").append(holder.link());
    }
    status
        .renewedAgo()
        .ifPresent(ago -> text.append(", renewed ").append(Durations.text(ago)).append(" ago"));
    return text.toString();
  }

  private synchronized void tick() {
    LockStatus status = waitingFor;
    if (closed || status == null) {
      return;
    }
    String line =
        "still waiting for lock \""
            + status.name()
            + "\": "
            + Durations.text(waited())
            + " of "
            + Durations.text(maxWait);
    if (isTerminal) {
      terminal.overwrite(fitting("fen: " + line));
      lineOpen = true;
    } else if (System.nanoTime() - startNanos >= nextRepeatNanos) {
      nextRepeatNanos *= 2;
      terminal.say(line + "; " + describe(status));
    }
  }

  /** A line that wraps could not be overwritten. */
  private static String fitting(String line) {
    return line.length() <= COLUMNS
        ? line
        : "fen: still waiting ..." + line.substring(line.length() - COLUMNS + 22);
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
