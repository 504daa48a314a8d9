package dev.fen.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fen.cli.e2e.Fen.Ended;
import dev.fen.cli.e2e.Fen.Running;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a person at a terminal sees. */
@EnabledOnOs(OS.LINUX)
final class TerminalTest {
  private static final String OVERWRITE = "\r\u001b[K";

  @TempDir Path folder;

  @BeforeEach
  void aTerminalToBeHad() {
    assumeTrue(Users.hasScript());
  }

  private Fen fen() {
    return Fen.in(folder);
  }

  /** A script that runs a line on a terminal of its own. */
  private static String onTerminal(String line) {
    return "exec script -qec \"" + line + "\" /dev/null";
  }

  @Test
  void oneLineIsKeptUpToDateAndGoneAtTheEnd() {
    try (Running holder = fen().hold("demo");
        Running waiting = fen().startShell(onTerminal("$FEN exec --lock demo -- echo my turn"))) {
      waiting.awaitOut("still waiting for lock \"demo\": 2 s of 60 s");
      holder.letGo();
      Ended ended = waiting.end();

      assertThat(ended.code()).isZero();
      assertThat(ended.out()).startsWith("fen: waiting up to 60 s for lock \"demo\" in ");
      String line = ended.out().substring(ended.out().indexOf('\n') + 1);
      assertThat(line).startsWith(OVERWRITE + "fen: still waiting for lock \"demo\": 1 s of 60 s");
      assertThat(line).endsWith(OVERWRITE + "my turn\r\n");
      assertThat(line.chars().filter(c -> c == '\n')).hasSize(1);
    }
  }

  @Test
  void aLogGetsNoLineThatOverwrites() {
    try (Running holder = fen().hold("demo");
        Running waiting = fen().start("exec", "--lock", "demo", "--wait", "3", "--", "true")) {
      Ended ended = waiting.end();

      assertThat(ended.code()).isEqualTo(75);
      assertThat(ended.err()).doesNotContain("\r", "\u001b");
      holder.letGo();
    }
  }

  @Test
  void theCommandOwnsTheTerminal() {
    Ended ended =
        fen()
            .shell(
                onTerminal(
                    "stty rows 33 cols 77; $FEN exec --lock demo -- sh -c 'tty; stty size; test -t 0 && test -t 1 && test -t 2 && echo all'"));

    assertThat(ended.code()).isZero();
    assertThat(ended.out()).contains("/dev/pts/", "33 77", "all");
  }
}
