package dev.fen.lock.file;

import java.io.IOException;

/** A version was not linked, for certain. */
final class NotWrittenException extends IOException {
  private static final long serialVersionUID = 1;
  private final IOException reason;

  NotWrittenException(IOException reason) {
    super(reason);
    this.reason = reason;
  }

  IOException reason() {
    return reason;
  }
}
