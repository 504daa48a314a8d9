package dev.fen.cli;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.SystemPlatform;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

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
    int exitCode = run(System.getenv(), Path.of("").toAbsolutePath(), System.out, System.err, args);
    if (exitCode != ExitCode.GOOD) {
      System.exit(exitCode);
    }
    // Every other thread is a daemon. To exit by call costs a search for loggers in all jars from
    // Java 21 on, a twentieth of a whole start.
  }

  /**
   * Runs the command in this process.
   *
   * @param environment the variables it sees
   * @param folder where it is called, an absolute path
   * @param out what results are printed to
   * @param err what is said to people
   * @param args the words after {@code fen}
   * @return the exit code
   */
  public static int run(
      Map<String, String> environment,
      Path folder,
      PrintStream out,
      PrintStream err,
      String... args) {
    return new Cli(new Terminal(out, err), environment, folder).run(args);
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
