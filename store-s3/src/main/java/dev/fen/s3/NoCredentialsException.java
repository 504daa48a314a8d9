package dev.fen.s3;

/** The credentials for a request could not be had; nothing was sent. */
final class NoCredentialsException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final boolean passing;

  /**
   * That, and why.
   *
   * @param message why, and what to do; one line, without secrets
   * @param passing whether trying again may help
   * @param cause what the SDK said
   */
  NoCredentialsException(String message, boolean passing, Throwable cause) {
    super(message, cause);
    this.passing = passing;
  }

  boolean isPassing() {
    return passing;
  }
}
