package dev.fen.cli;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.SystemPlatform;
import java.nio.file.Path;
import java.time.Instant;

/** The command {@code fen}. */
public final class Main {

  private Main() {}

  /**
   * Runs the command and exits.
   *
   * @param args the words after {@code fen}
   */
  public static void main(String[] args) {
    Thread preparing = new Thread(Main::prepare, "fen-start");
    preparing.setDaemon(true);
    preparing.start();
    Terminal terminal = new Terminal(System.out, System.err);
    int exitCode = new Cli(terminal, System.getenv(), Path.of("").toAbsolutePath()).run(args);
    if (exitCode != ExitCode.GOOD) {
      System.exit(exitCode);
    }
    // Every other thread is a daemon. To exit by call costs a search for loggers in all jars from
    // Java 21 on, a twentieth of a whole start.
  }

  /** The version of this Fen, as it calls itself. */
  static String version() {
    String packaged = Main.class.getPackage().getImplementationVersion();
    return packaged == null ? "(not packaged)" : packaged;
  }

  /** Loads what every call needs while the main thread is busy with the command line. */
  private static void prepare() {
    Platform ignored = SystemPlatform.get();
    Instant unused = Instant.parse(Instant.EPOCH.toString());
  }
}
