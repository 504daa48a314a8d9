package dev.fen.cli;

import java.nio.file.Path;

/** The command {@code fen}. */
public final class Main {

  private Main() {}

  /**
   * Runs the command and exits.
   *
   * @param args the words after {@code fen}
   */
  public static void main(String[] args) {
    Terminal terminal = new Terminal(System.out, System.err);
    System.exit(new Cli(terminal, System.getenv(), Path.of("").toAbsolutePath()).run(args));
  }
}
