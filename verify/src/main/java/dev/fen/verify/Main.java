package dev.fen.verify;

import dev.fen.verify.simulation.SimulateCommand;
import dev.fen.verify.spec.ModelCommand;
import dev.fen.verify.stress.StressCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry of {@code ./fen-verify}: each part of the hunt is a subcommand. */
@Command(
    name = "fen-verify",
    description =
        "Hunts for violations of what Fen's locks promise; exit code 0 only when none was found.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {SimulateCommand.class, ModelCommand.class, StressCommand.class})
public final class Main {

  private Main() {}

  /**
   * Runs one part of the hunt.
   *
   * @param args which, and its options
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
