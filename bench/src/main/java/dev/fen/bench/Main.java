package dev.fen.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry: {@code java -jar fen-bench.jar cycles} and {@code handover}. */
@Command(
    name = "fen-bench",
    description = "Measures Fen's locks on a directory and prints ratios.",
    mixinStandardHelpOptions = true,
    subcommands = {
      CyclesBench.class,
      HandoverBench.class,
      ExecHandoverBench.class,
      Contender.class
    })
public final class Main {

  private Main() {}

  /**
   * Runs one benchmark.
   *
   * @param args which, and its options
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
