package dev.fen.verify.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("jdk-independent")
final class StressTest {

  @Test
  void theShortFormFindsNothing() {
    assertThat(new CommandLine(new StressCommand()).execute()).isZero();
  }

  @Test
  void whoDoesNotLockIsFound(@TempDir Path folder) throws Exception {
    assertThat(violations(LocklessWorker.class, folder))
        .anyMatch(text -> text.startsWith("one holds what another one was given after it"))
        .anyMatch(text -> text.startsWith("unfenced updates of "));
  }

  @Test
  void whoIgnoresTheLossOfItsLeaseIsFound(@TempDir Path folder) throws Exception {
    assertThat(violations(HeedlessWorker.class, folder))
        .anyMatch(text -> text.startsWith("one holds what another one was given after it"));
  }

  private static List<String> violations(Class<?> worker, Path folder) throws Exception {
    Path locks = Files.createDirectory(folder.resolve("locks"));
    Path files = Files.createDirectory(folder.resolve("files"));
    Findings findings = new Findings();
    new Stress(WorkerCommand.of(worker), 3, new DirectoryGround(locks), files, findings, 1)
        .run(Duration.ofSeconds(5));
    return findings.violations();
  }
}
