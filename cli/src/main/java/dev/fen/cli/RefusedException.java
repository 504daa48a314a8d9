package dev.fen.cli;

import dev.fen.lock.LockStatus;

/** A lock was not released, for the sake of its holder. */
final class RefusedException extends CliException {

  private static final long serialVersionUID = 1L;

  private final transient LockStatus seen;

  RefusedException(String code, String message, LockStatus seen) {
    super(ExitCode.FAILED, code, message, null);
    this.seen = seen;
  }

  /** The lock as it was found. */
  LockStatus seen() {
    return seen;
  }
}
