package dev.fen.cli.exec;

import java.util.Map;

/**
 * The lock a command runs under, as the runner sees it. All methods are called on the thread that
 * called {@link CommandRunner#run} and must return at once: they touch no store.
 */
public interface HeldLock {
  /**
   * Until when the lock is held as of now, on the scale of {@link System#nanoTime()}. Every good
   * renewal moves it forward; the runner asks again before it acts on an old answer.
   */
  long endNanos();

  /**
   * Variables that tell the command of its locks; asked for once, when the lock is held. An empty
   * value takes the variable away.
   */
  default Map<String, String> environment() {
    return Map.of();
  }

  /** The command runs: from now on the lock's record should name its process as well. */
  void commandStarted(long commandPid);

  /** The watchdog was killed and another took its place: the lock's record should name that one. */
  void watchdogReplaced(long watchdogPid);
}
