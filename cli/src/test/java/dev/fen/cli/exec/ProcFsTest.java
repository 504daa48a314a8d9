package dev.fen.cli.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.fen.cli.exec.ProcessTable.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcFsTest {
  private static final String MARK = "FEN_EXEC_1";

  @TempDir private Path root;

  @BeforeEach
  void self() throws IOException {
    process("self", "50 (java) S 1 50 50", 1, 1000, "HOME=/");
  }

  @Test
  void readsWhatAProcessIs() throws IOException {
    process("51", "51 (a b) (c)) S 50 49 48", 1, 1001, "A=1\0" + MARK + "=1\0B=2\0");
    assertThat(list()).containsExactly(new Entry(51, 50, 49, false, "1001", "a b) (c)", true));
  }

  @Test
  void aMarkIsAWholeVariableAtTheStartOfAnEntry() throws IOException {
    process("51", "51 (sh) S 50 50 50", 1, 1001, "X" + MARK + "=1\0A=" + MARK + "=1\0");
    process("52", "52 (sh) S 50 50 50", 1, 1001, MARK + "2=1\0");
    assertThat(list()).hasSize(2).noneMatch(Entry::marked);
  }

  @Test
  void whatIsOlderThanFenWasNotStartedByIt() throws IOException {
    process("51", "51 (sh) S 50 50 50", 1, 999, MARK + "=1\0");
    assertThat(list()).hasSize(1).noneMatch(Entry::marked);
  }

  @Test
  void zombiesHaveEndedUnlessTheirThreadsGoOn() throws IOException {
    process("51", "51 (sh) Z 50 50 50", 1, 1001, "");
    process("52", "52 (go) Z 50 50 50", 4, 1001, "");
    process("53", "53 (sh) X 50 50 50", 1, 1001, "");
    assertThat(list())
        .filteredOn(entry -> !entry.ended())
        .extracting(Entry::pid)
        .containsExactly(52L);
  }

  @Test
  void whoseEnvironmentIsJustBeingReplacedIsLookedAtAgain() throws IOException {
    String noEnvironmentYet = "51 (sh) S 50 50 50 0 0 0 " + "0 ".repeat(8) + "20 0 1 0 1001 ";
    Path process = Files.createDirectory(root.resolve("51"));
    Files.writeString(process.resolve("stat"), noEnvironmentYet + "0 ".repeat(30));
    Files.writeString(process.resolve("environ"), "");
    Runnable endOfExecve = () -> write(process.resolve("environ"), MARK + "=1\0");
    ProcFs table = Objects.requireNonNull(ProcFs.at(root, 50, endOfExecve));
    assertThat(table.list(MARK)).singleElement().matches(Entry::marked);
  }

  @Test
  void whoHasNoEnvironmentAtAllIsNotWaitedFor() throws IOException {
    process("51", "51 (sh) S 50 50 50", 1, 1001, "");
    ProcFs table = Objects.requireNonNull(ProcFs.at(root, 50, () -> fail("waited")));
    assertThat(table.list(MARK)).singleElement().matches(entry -> !entry.marked());
  }

  @Test
  void whatIsNoProcessOrHasJustGoneIsPassedOver() throws IOException {
    Files.createDirectory(root.resolve("51"));
    Files.writeString(root.resolve("meminfo"), "x");
    process("52", "52 (sh", 1, 1001, "");
    assertThat(list()).isEmpty();
  }

  @Test
  void theTableOfAnotherPidNamespaceIsNone() {
    assertThat(ProcFs.at(root, 51)).isNull();
    assertThat(ProcFs.at(root.resolve("missing"), 50)).isNull();
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Entry> list() throws IOException {
    return Objects.requireNonNull(ProcFs.at(root, 50)).list(MARK);
  }

  private void process(String folder, String head, int threads, int started, String environment)
      throws IOException {
    Path process = Files.createDirectory(root.resolve(folder));
    // tty to priority and nice; threads, timer, start; the rest, with an end of the environment.
    String stat =
        head
            + " 0 0 0"
            + " 0".repeat(8)
            + " 20 0 "
            + threads
            + " 0 "
            + started
            + " 9".repeat(30)
            + "\n";
    Files.writeString(process.resolve("stat"), stat);
    Files.writeString(process.resolve("environ"), environment);
  }
}
