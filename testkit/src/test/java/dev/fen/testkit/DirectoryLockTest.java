package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Scenario.Party;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to directories and to no other store, as locks see it. */
class DirectoryLockTest {

  @TempDir Path root;

  @FunctionalInterface
  private interface Play {
    void run(Scenario scenario, Party a, Party b) throws Exception;
  }

  private void play(Play play) {
    Scenario scenario = new Scenario(1, simulation -> new DirectoryMedium(root));
    Party a = scenario.newParty();
    Party b = scenario.newParty();
    scenario.simulation().run(a.process(), () -> play.run(scenario, a, b));
  }

  private Path folder() {
    return root.resolve(Scenario.KEY.path());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private void restore(Scenario scenario, Path backup) throws IOException {
    scenario.medium().remove(Scenario.KEY);
    copy(backup, folder());
  }

  @Test
  void aFolderRestoredFromABackupUnderItsHolderIsStillTheHolders() {
    Path backup = root.resolve("backup");
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          a.process().sleep(Duration.ofSeconds(11));
          copy(folder(), backup);
          a.process().sleep(Duration.ofSeconds(40));
          restore(scenario, backup);
          a.process().sleep(Duration.ofSeconds(40));
          lease.ensureHeld();
          assertThat(b.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          lease.close();
          assertThat(b.acquire(Duration.ZERO).token()).isGreaterThan(lease.token());
        });
  }

  @Test
  void aFolderRestoredToATimeBeforeTheHolderIsNotOverruledByIt() {
    Path backup = root.resolve("backup");
    play(
        (scenario, a, b) -> {
          b.acquire().close();
          copy(folder(), backup);
          Lease old = a.acquire();
          a.process().sleep(Duration.ofSeconds(31));
          restore(scenario, backup);
          Lease next = b.acquire(Duration.ofSeconds(5));
          a.process().sleep(Duration.ofSeconds(11));
          assertThatThrownBy(old::ensureHeld).isInstanceOf(LockLostException.class);
          String body = scenario.body(b);
          old.close();
          assertThat(scenario.body(b)).isEqualTo(body);
          b.process().sleep(Duration.ofMinutes(2));
          next.ensureHeld();
        });
  }

  @Test
  void aFolderMadeAnewIsNotOverruledByAnOldHolder() {
    play(
        (scenario, a, b) -> {
          Lease old = a.acquire();
          a.process().sleep(Duration.ofSeconds(31));
          scenario.medium().remove(Scenario.KEY);
          Lease next = b.acquire(Duration.ofSeconds(5));
          assertThat(next.token()).isGreaterThan(old.token());
          for (int i = 0; i < 10; i++) {
            a.process().sleep(Duration.ofSeconds(11));
            next.ensureHeld();
          }
          assertThatThrownBy(old::ensureHeld).isInstanceOf(LockLostException.class);
        });
  }

  @Test
  void thousandsOfLeftOverTemporaryFilesHoldUpNobody() {
    play(
        (scenario, a, b) -> {
          a.acquire().close();
          Path temporary = root.resolve(".tmp");
          FileTime longAgo = FileTime.fromMillis(System.currentTimeMillis() - 86_400_000);
          for (int i = 0; i < 2_000; i++) {
            Path file = Files.writeString(temporary.resolve(".fen-" + Integer.toHexString(i)), "x");
            Files.setLastModifiedTime(file, longAgo);
          }
          b.store().clearHistory();
          Lease lease = b.acquire(Duration.ofSeconds(1));
          assertThat(b.store().count(Kind.READ)).isOne();
          b.process().sleep(Duration.ofMinutes(1));
          lease.close();
          assertThat(a.acquire(Duration.ZERO).token()).isGreaterThan(lease.token());
        });
  }

  @Test
  void whatIsNotOursInTheFolderIsLeftAloneAndMeansNothing() {
    play(
        (scenario, a, b) -> {
          a.acquire().close();
          List<Path> foreign = new ArrayList<>();
          for (String name :
              List.of(
                  "README.txt",
                  "2.json~",
                  "02.json",
                  "0.json",
                  "-1.json",
                  "x.json",
                  "99999999999999999999.json",
                  ".DS_Store",
                  "7.JSON",
                  "1 (conflicted copy).json")) {
            foreign.add(Files.writeString(folder().resolve(name), "rubbish"));
          }
          foreign.add(Files.createDirectory(folder().resolve("notes")));
          Lease lease = b.acquire(Duration.ZERO);
          b.process().sleep(Duration.ofMinutes(10));
          lease.ensureHeld();
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          assertThat(a.locks().list()).hasSize(1);
          lease.close();
          assertThat(a.acquire(Duration.ZERO).token()).isGreaterThan(lease.token());
          assertThat(foreign).allMatch(Files::exists);
        });
  }

  @Test
  void anEmptyNewestVersionAsAPowerCutLeavesItIsACorruptRecordAndTokensGoOn() {
    play(
        (scenario, a, b) -> {
          Lease lost = b.acquire();
          b.process().crash();
          try (Stream<Path> files = Files.list(folder())) {
            for (Path file : files.toList()) {
              Files.write(file, new byte[0]);
            }
          }
          assertThat(a.failToAcquire(Duration.ZERO)).hasMessageContaining("it is empty");
          a.store().showAge(() -> OptionalLong.of(62_000));
          assertThat(a.acquire(Duration.ZERO).token()).isGreaterThan(lost.token());
        });
  }
}
