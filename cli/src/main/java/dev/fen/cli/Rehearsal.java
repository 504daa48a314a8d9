package dev.fen.cli;

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
    {"--help"},
    {"exec", "--datastore", "data", "--lock", "one", "--", "true"},
    {"lock", "status", "--datastore", "data"},
    {"lock", "status", "--datastore", "data", "--json"},
    {"lock", "status"},
    {"lock", "release", "one", "--datastore", "data"},
    {"no-such-command"},
  };

  private Rehearsal() {}

  /**
   * Makes the calls and exits.
   *
   * @param args none
   */
  public static void main(String[] args) {
    Terminal nowhere = new Terminal(silent(), silent());
    Path here = Path.of("").toAbsolutePath();
    for (String[] call : CALLS) {
      int ignored = new Cli(nowhere, Map.of(), here).run(call);
    }
    System.exit(ExitCode.GOOD);
  }

  private static PrintStream silent() {
    return new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
  }
}
