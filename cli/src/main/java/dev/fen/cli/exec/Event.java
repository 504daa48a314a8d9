package dev.fen.cli.exec;

/** What wakes the runner. */
sealed interface Event {
  /** The command's own process has ended. */
  record CommandEnded(int exitCode) implements Event {}

  /** Fen got a signal at that time; its whole process group got it too, or it alone. */
  record Signalled(SignalNumber signal, long nanos, boolean groupWide) implements Event {}

  /** The lock is lost. */
  record LeaseLost(String reason) implements Event {}

  /** A watchdog has ended though nobody told it to. */
  record WatchdogEnded(Watchdog watchdog) implements Event {}
}
