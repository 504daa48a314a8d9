package dev.fen.cli;

/** What Fen's own exit codes say; those from sysexits(3) are for scripts that try again. */
final class ExitCode {

  static final int GOOD = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int LOCK_TIMEOUT = 75;
  static final int LOCK_LOST = 76;
  static final int BAD_CONFIGURATION = 78;
  static final int SIGNAL_BASE = 128;

  private ExitCode() {}
}
