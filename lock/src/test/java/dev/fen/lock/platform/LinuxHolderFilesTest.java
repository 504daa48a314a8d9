package dev.fen.lock.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LinuxHolderFilesTest {

  private static final String NONCE = "0123456789abcdef0123456789abcdef";

  @TempDir private Path parent;
  private Object uid = 0;

  @BeforeEach
  void linuxOnly() throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/stat")), "needs /proc");
    uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  private LinuxHolderFiles files() {
    return new LinuxHolderFiles(parent, uid);
  }

  private Path folder() {
    return parent.resolve("fen-" + uid);
  }

  @Test
  void whatThisProcessKeepsIsNotLeft() {
    LinuxHolderFiles files = files();
    files.keep(NONCE);
    assertThat(folder().resolve(NONCE)).exists();
    assertThat(files.isLeft(NONCE)).isFalse();
    files.remove(NONCE);
    assertThat(folder()).isEmptyDirectory();
    assertThat(files.isLeft(NONCE)).isFalse();
  }

  @Test
  void whatAnotherProcessKeepsIsLeftOnlyOnceItIsDead() throws Exception {
    LinuxHolderFiles files = files();
    Process keeper =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Keeper.class.getName(),
                    parent.toString(),
                    NONCE))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(keeper.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(said.readLine()).isEqualTo("kept");
      assertThat(files.isLeft(NONCE)).isFalse();
      keeper.destroyForcibly().waitFor();
      assertThat(files.isLeft(NONCE)).isTrue();
      assertThat(files.isLeft(NONCE)).isTrue();
      assertThat(files().isLeft(NONCE)).isTrue();
    } finally {
      keeper.destroyForcibly();
    }
  }

  @Test
  void manyMayLookAtOneFileAtOnce() throws Exception {
    LinuxHolderFiles files = files();
    files.keep("another-nonce");
    Files.createFile(folder().resolve(NONCE));
    ExecutorService lookers = Executors.newFixedThreadPool(4);
    try {
      List<Future<Boolean>> looks = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        looks.add(lookers.submit(() -> files.isLeft(NONCE)));
      }
      for (Future<Boolean> look : looks) {
        assertThat(look.get()).isTrue();
      }
    } finally {
      lookers.shutdownNow();
    }
  }

  @Test
  void noFileIsNoProof() {
    assertThat(files().isLeft(NONCE)).isFalse();
  }

  @Test
  void aNonceThatIsNoNameProvesNothing() throws Exception {
    LinuxHolderFiles files = files();
    files.keep(NONCE);
    Files.createFile(parent.resolve("left-outside"));
    assertThat(files.isLeft("../left-outside")).isFalse();
    assertThat(files.isLeft("")).isFalse();
    assertThat(files.isLeft("left\u0000outside")).isFalse();
  }

  @Test
  void aFolderThatOthersMayWriteIntoProvesNothing() throws Exception {
    Files.createDirectory(folder());
    Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.createFile(folder().resolve(NONCE));
    assertThat(files().isLeft(NONCE)).isFalse();
    files().keep("another-nonce");
    assertThat(folder().resolve("another-nonce")).doesNotExist();
  }

  @Test
  void aLinkInThePlaceOfTheFolderProvesNothing() throws Exception {
    Path elsewhere = Files.createDirectory(parent.resolve("elsewhere"));
    Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwx------"));
    Files.createFile(elsewhere.resolve(NONCE));
    Files.createSymbolicLink(folder(), elsewhere);
    assertThat(files().isLeft(NONCE)).isFalse();
  }

  @Test
  void whatIsOldAndLeftIsSweptUp() throws Exception {
    LinuxHolderFiles first = files();
    first.keep(NONCE);
    Path old = Files.createFile(folder().resolve("old-and-left"));
    Path young = Files.createFile(folder().resolve("young-and-left"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(4))));
    files().keep("another-nonce");
    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void wherePlacesAreMissingNothingFails() {
    LinuxHolderFiles files = new LinuxHolderFiles(parent.resolve("missing"), uid);
    files.keep(NONCE);
    assertThat(files.isLeft(NONCE)).isFalse();
    files.remove(NONCE);
  }

  /** A process that keeps a file until it is killed. */
  static final class Keeper {
    private Keeper() {}

    public static void main(String[] arguments) throws Exception {
      Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      new LinuxHolderFiles(Path.of(arguments[0]), uid).keep(arguments[1]);
      System.out.println("kept");
      int ignored = System.in.read();
    }
  }
}
