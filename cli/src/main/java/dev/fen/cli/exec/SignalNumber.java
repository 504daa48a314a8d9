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

  /** The exit code of a process that this signal killed. */
  int exitCode() {
    return 128 + number;
  }
}
