package dev.fen.cli.exec;

/** Commands for tests to run. */
final class Commands {
  /**
   * Writes each signal it gets to $LOG, at once, and ends with 5 when there is a file $STOP. The
   * sleeps are in the background, since a shell runs no trap while it waits for one in the
   * foreground.
   */
  static final String[] RECORDER =
      shell(
          "for s in INT TERM HUP USR1 USR2; do trap \"echo $s >>'$LOG'\" $s; done; echo ready >>\"$LOG\"; "
              + "while [ ! -e \"$STOP\" ]; do sleep 0.05 & wait; done; exit 5");

  private Commands() {}

  static String[] shell(String script) {
    return new String[] {"sh", "-c", script};
  }
}
