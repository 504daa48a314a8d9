package dev.fen.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What the launcher has the JVM record for its class-data archive: one process in which every kind
 * of call is made once, in the working folder. What the calls print goes nowhere.
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
    List<Integer> ignored =
        rehearse(Path.of("").toAbsolutePath(), args.length > 0 && args[0].equals("-s3"));
    System.exit(ExitCode.GOOD);
  }

  /**
   * Makes the calls. One that does not succeed records little, and does no harm.
   *
   * @param here the working folder, with a folder {@code data}
   * @return their exit codes
   */
  static List<Integer> rehearse(Path here, boolean bucket) {
    List<Integer> codes = new ArrayList<>(make(here, CALLS));
    codes.addAll(make(here, calls("data")));
    if (bucket) {
      codes.addAll(rehearseBucket(here));
    }
    return codes;
  }

  private static List<Integer> rehearseBucket(Path here) {
    // No credentials of the user's are touched for this.
    System.setProperty("aws.accessKeyId", "rehearsal");
    System.setProperty("aws.secretAccessKey", "rehearsal");
    try (RehearsalBucket bucket = new RehearsalBucket()) {
      List<Integer> codes = new ArrayList<>(make(here, calls(bucket.address("http"))));
      // Ends in the middle of a handshake; by then TLS is loaded.
      codes.addAll(
          make(here, new String[][] {{"lock", "status", "--datastore", bucket.address("https")}}));
      return codes;
    } catch (IOException noLoopback) {
      // The rest is worth an archive, too.
      return List.of();
    }
  }

  private static List<Integer> make(Path here, String[][] calls) {
    Terminal nowhere = new Terminal(silent(), silent());
    // The bucket would fail the certification before its first use, after some seconds.
    Map<String, String> environment = Map.of("FEN_UNVERIFIED", "true");
    return Arrays.stream(calls).map(call -> new Cli(nowhere, environment, here).run(call)).toList();
  }

  private static PrintStream silent() {
    return new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
  }
}
