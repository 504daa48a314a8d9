package dev.fen.cli;

import dev.fen.lock.platform.SystemPlatform;
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
    // Beside the making of the command tree, which takes longer: every call needs the platform.
    Thread platform = new Thread(SystemPlatform::get, "fen-start");
    platform.setDaemon(true);
    platform.start();
    Terminal terminal = new Terminal(System.out, System.err);
    System.exit(new Cli(terminal, System.getenv(), Path.of("").toAbsolutePath()).run(args));
  }
}
