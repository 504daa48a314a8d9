package dev.fen.cli;

import dev.fen.lock.text.Texts;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the command prints: results to standard output, everything said to people to standard
 * error.
 */
final class Terminal {

  private static final int USUAL_COLUMNS = 80;

  private final PrintStream out;
  private final PrintStream err;

  Terminal(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  void print(String text) {
    out.println(text);
  }

  /** JSON is UTF-8, whatever the locale is. */
  void printJson(String document) {
    byte[] bytes = (document + "\n").getBytes(StandardCharsets.UTF_8);
    out.write(bytes, 0, bytes.length);
  }

  /**
   * Told to standard error as Fen's, without what would drive a terminal: a message quotes files,
   * variables and answers.
   */
  void say(String message) {
    synchronized (err) {
      err.println("fen: " + Texts.lines(message));
    }
  }

  /** Overwrites the present line of a terminal. */
  void overwrite(String line) {
    synchronized (err) {
      err.print("\r\u001b[K" + line);
      err.flush();
    }
  }

  void printTrace(String trace) {
    synchronized (err) {
      err.print(trace);
    }
  }

  /** Whether something that was printed was not taken. */
  boolean isBroken() {
    return out.checkError();
  }

  /**
   * Sees to it that what was printed is on its way.
   *
   * @throws CliException if it was not taken
   */
  void flush() {
    if (isBroken()) {
      throw new CliException(
          ExitCode.FAILED,
          "output",
          "standard output is closed or full: the result was not written",
          null);
    }
  }

  /** Whether standard error is a terminal. Where that takes another process, it is started. */
  static boolean isStandardErrorATerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException noSuchLink) {
      return asShell();
    }
  }

  /** How wide the terminal is now; 80 where it does not tell. Starts another process. */
  static int columns() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String size =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      int told = Integer.parseInt(size.substring(size.indexOf(' ') + 1));
      return told > 0 ? told : USUAL_COLUMNS;
    } catch (IOException | NumberFormatException unknown) {
      return USUAL_COLUMNS;
    }
  }

  private static boolean asShell() {
    try {
      return new ProcessBuilder("sh", "-c", "test -t 2").inheritIO().start().waitFor() == 0;
    } catch (IOException noShell) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
