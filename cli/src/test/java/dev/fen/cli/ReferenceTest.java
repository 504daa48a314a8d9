package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The reference page names all there is. */
final class ReferenceTest {
  private final String page = page();

  private static String page() {
    try {
      return Files.readString(Path.of("../docs/cli.md"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everyCommandAndOptionIsThere() {
    check(CommandTree.build());
  }

  private void check(CommandLine command) {
    for (CommandLine.Model.OptionSpec option : command.getCommandSpec().options()) {
      assertThat(page).contains(option.longestName());
    }
    command
        .getSubcommands()
        .forEach(
            (name, subcommand) -> {
              assertThat(page)
                  .contains("fen " + subcommand.getCommandSpec().qualifiedName().substring(4));
              check(subcommand);
            });
  }

  @Test
  void everySettingAndExitCodeIsThere() {
    List<Integer> codes =
        List.of(
            ExitCode.GOOD,
            ExitCode.FAILED,
            ExitCode.USAGE,
            ExitCode.LOCK_TIMEOUT,
            ExitCode.LOCK_LOST,
            ExitCode.BAD_CONFIGURATION);
    for (int code : codes) {
      assertThat(page).contains("\n| " + code + " |");
    }
    assertThat(page)
        .contains("`FEN_WAIT`", "`FEN_TTL`", "`FEN_GRACE`", "`FEN_OPERATION`", "`FEN_DATASTORE`")
        .contains("`FEN_LOCKS`", "`FEN_LOCK_KEY`", "`FEN_LOCK_TOKEN`");
  }
}
