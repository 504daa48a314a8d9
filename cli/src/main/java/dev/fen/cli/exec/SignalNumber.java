package dev.fen.cli.exec;

/** The signals that Fen passes on, with the numbers they have on every Unix. */
enum SignalNumber {
  HUP(1),
  INT(2),
  TERM(15);

  private final int number;

  SignalNumber(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /**
   * Whether the run is to end with it. After a SIGHUP nobody sits there any more who could end what
   * the command leaves behind, and the lock would stay held.
   */
  boolean ends() {
    return this == TERM || this == HUP;
  }

  /** The exit code of a process that this signal killed. */
  int exitCode() {
    return 128 + number;
  }
}
