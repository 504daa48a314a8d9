package dev.fen.cli;

import dev.fen.cli.exec.ExecException;
import dev.fen.cli.exec.Interruption;
import dev.fen.datastore.verify.CannotVerifyException;

/** Work that cleans up after itself before a signal ends the command. */
final class Interruptible {

  private Interruptible() {}

  /** What is done. */
  @FunctionalInterface
  interface Work<T> {
    T make() throws InterruptedException;
  }

  /**
   * Does it on this thread.
   *
   * @param what how messages call it, as in "interrupted while verifying the datastore"
   * @throws CliException if a signal has interrupted it; the message says what is left
   */
  static <T> T run(String what, Work<T> work) throws InterruptedException {
    try (Interruption signals = new Interruption()) {
      try {
        return work.make();
      } catch (InterruptedException | CannotVerifyException ended) {
        // Ctrl-C also ends the processes that take part, and that may be noticed first.
        if (signals.signal() == 0) {
          throw ended;
        }
        String left = ended instanceof InterruptedException ? ended.getMessage() : null;
        throw new CliException(
            ExitCode.SIGNAL_BASE + signals.signal(),
            "interrupted",
            "interrupted while " + what + (left == null ? "" : "; " + left),
            ended);
      }
    } catch (ExecException noSignals) {
      throw CliException.configuration(String.valueOf(noSignals.getMessage()), noSignals);
    }
  }
}
