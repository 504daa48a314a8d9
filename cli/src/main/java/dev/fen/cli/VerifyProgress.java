package dev.fen.cli;

import dev.fen.datastore.verify.Progress;
import dev.fen.lock.text.Texts;
import java.time.Duration;

/** How far a verification is: one line that is kept up to date, on a terminal only. */
final class VerifyProgress implements Progress, AutoCloseable {

  private final Terminal terminal;
  private final Duration atLeast;
  private final boolean isTerminal = Terminal.isStandardErrorATerminal();
  private final long startNanos = System.nanoTime();

  VerifyProgress(Terminal terminal, Duration atLeast) {
    this.terminal = terminal;
    this.atLeast = atLeast;
  }

  @Override
  public void at(String check, int done, int of) {
    if (isTerminal) {
      String time = Texts.duration(Duration.ofNanos(System.nanoTime() - startNanos));
      terminal.overwrite(
          "fen: verifying: "
              + check
              + " "
              + done
              + " of "
              + of
              + "; "
              + time
              + (atLeast.isZero() ? "" : " of " + Texts.duration(atLeast)));
    }
  }

  @Override
  public void close() {
    if (isTerminal) {
      terminal.overwrite("");
    }
  }
}
