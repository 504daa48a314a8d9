package dev.fen.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the launcher has the JVM record for its class-data archive: one process in which every kind
 * of call is made once, in the working folder. What the calls print goes nowhere; whether they
 * succeed does not matter.
 */
final class Rehearsal {

  private static final String[][] CALLS = {
    {"--help"}, {"lock", "status"}, {"no-such-command"},
  };

  private static String[][] calls(String datastore) {
    return new String[][] {
      {"exec", "--datastore", datastore, "--lock", "one", "--", "true"},
      {"lock", "status", "--datastore", datastore},
      {"lock", "status", "--datastore", datastore, "--json"},
      {"lock", "release", "one", "--datastore", datastore},
    };
  }

  private Rehearsal() {}

  /**
   * Makes the calls and exits.
   *
   * @param args {@code -s3} if a bucket is to be rehearsed, too
   */
  public static void main(String[] args) {
    make(CALLS);
    make(calls("data"));
    if (args.length > 0 && args[0].equals("-s3")) {
      rehearseBucket();
    }
    System.exit(ExitCode.GOOD);
  }

  private static void rehearseBucket() {
    // No credentials of the user's are touched for this.
    System.setProperty("aws.accessKeyId", "rehearsal");
    System.setProperty("aws.secretAccessKey", "rehearsal");
    try (RehearsalBucket bucket = new RehearsalBucket()) {
      make(calls(bucket.address("http")));
      // Ends in the middle of a handshake; by then TLS is loaded.
      make(new String[][] {{"lock", "status", "--datastore", bucket.address("https")}});
    } catch (IOException noLoopback) {
      // The rest is worth an archive, too.
    }
  }

  private static void make(String[][] calls) {
    Terminal nowhere = new Terminal(silent(), silent());
    Path here = Path.of("").toAbsolutePath();
    // The bucket would fail the certification before its first use, after some seconds.
    Map<String, String> environment = Map.of("FEN_UNVERIFIED", "true");
    for (String[] call : calls) {
      int ignored = new Cli(nowhere, environment, here).run(call);
    }
  }

  private static PrintStream silent() {
    return new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
  }
}
