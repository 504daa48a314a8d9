package dev.fen.cli.exec;

/** A command cannot be run safely here; the message says what is missing. */
public final class ExecException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ExecException(String message, Throwable cause) {
    super(message, cause);
  }
}
