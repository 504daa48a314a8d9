package dev.fen.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.datastore.Verification.Outcome;
import dev.fen.datastore.verify.Calls;
import dev.fen.datastore.verify.Candidate.Removal;
import dev.fen.datastore.verify.CannotVerifyException;
import dev.fen.datastore.verify.Check;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Progress;
import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class DirectoryVerificationTest {

  private static final Extent FEW = new Extent(10, 8, 5, Duration.ZERO);

  @TempDir Path directory;

  private Outcome verify(Progress progress) throws InterruptedException {
    return new Verification(SystemPlatform.get(), "1.2.3").ofDirectory(directory, FEW, progress);
  }

  private static List<ProcessHandle> children() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("java"))
        .toList();
  }

  private static List<String> in(Path folder) throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      return found.map(path -> path.getFileName().toString()).toList();
    }
  }

  @Test
  void aDirectoryPassesUnderSeveralProcesses() throws Exception {
    int[] processes = {0};

    Outcome outcome =
        verify((check, done, of) -> processes[0] = Math.max(processes[0], children().size()));

    assertThat(outcome.verdict().failed()).isEmpty();
    assertThat(outcome.verdict().passed()).isTrue();
    assertThat(outcome.verdict().checks())
        .filteredOn(check -> check.result() == Check.Result.PASSED)
        .extracting(Check::name)
        .contains("create race", "replace race", "create after removal", "counter", "ages");
    assertThat(outcome.verdict().tagForm()).isNull();
    assertThat(outcome.notKept()).isEmpty();
    assertThat(processes[0]).isEqualTo(8);
    try (RegisterStore store = FileRegisterStore.open(directory, SystemPlatform.get())) {
      assertThat(
              KeptVerdict.of(
                  new KeptVerdict(store, new Calls(SystemPlatform.get(), 1, KeptVerdict.LIMIT))
                      .read(KeptVerdict.LIMIT)))
          .isEqualTo(outcome.verdict());
    }
  }

  @Test
  void nothingIsLeftButTheVerdict() throws Exception {
    Outcome outcome = verify((check, done, of) -> {});

    assertThat(outcome.verdict().remarks()).isEmpty();
    assertThat(in(directory)).contains("fen-store.json").doesNotContain("verify");
  }

  @Test
  void aProcessThatDiesEndsItWithAClearMessage() {
    assertThatThrownBy(
            () ->
                verify(
                    (check, done, of) -> {
                      if (check.equals("races") && done == 0) {
                        assertThat(children()).hasSize(8);
                        boolean ignored = children().get(3).destroyForcibly();
                      }
                    }))
        .isInstanceOf(CannotVerifyException.class)
        .hasMessageContainingAll(
            "a process that Fen had started to check " + directory, "exit code 137");
  }

  @Test
  void whatIsNotThereIsRemovedAlready() throws Exception {
    try (DirectoryCandidate candidate = new DirectoryCandidate(directory, SystemPlatform.get())) {
      assertThat(candidate.remove(new RegisterKey("verify/1/a"))).isEqualTo(Removal.GONE);
      Files.createDirectories(directory.resolve("verify/1/a"));
      Files.writeString(directory.resolve("verify/1/a/1.json"), "{}");
      Files.createDirectories(directory.resolve("verify/2"));

      assertThat(candidate.remove(new RegisterKey("verify/1/a"))).isEqualTo(Removal.GONE);

      assertThat(in(directory.resolve("verify"))).containsExactly("2");
    }
  }
}
