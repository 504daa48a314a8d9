package dev.fen.cli.exec;

/** The signals that Fen passes on. */
enum SignalNumber {
  HUP(1),
  INT(2),
  TERM(15),
  USR1(10, 30),
  USR2(12, 31);

  private final int number;

  /** On every Unix the same. */
  SignalNumber(int number) {
    this(number, number);
  }

  SignalNumber(int linux, int bsd) {
    this.number = System.getProperty("os.name", "").equals("Linux") ? linux : bsd;
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

  /** It says something to the command alone, and most programs die of it unasked. */
  boolean forTheCommandAlone() {
    return this == USR1 || this == USR2;
  }

  /** The exit code of a process that this signal killed. */
  int exitCode() {
    return 128 + number;
  }
}
