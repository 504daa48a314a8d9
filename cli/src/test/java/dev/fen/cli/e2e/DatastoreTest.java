package dev.fen.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.cli.e2e.Fen.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the locks are. */
@EnabledOnOs(OS.LINUX)
@Tag("jdk-independent")
final class DatastoreTest {
  @TempDir Path folder;
  Path below;

  @BeforeEach
  void aFolderBelow() throws IOException {
    below = Files.createDirectories(folder.resolve("sub/deep"));
  }

  private static void exec(Path from, String... options) {
    String[] words = new String[options.length + 5];
    System.arraycopy(new String[] {"exec", "--lock", "a"}, 0, words, 0, 3);
    System.arraycopy(options, 0, words, 3, options.length);
    words[words.length - 2] = "--";
    words[words.length - 1] = "true";
    assertThat(Fen.in(from).run(words)).isEqualTo(new Ended(0, "", ""));
  }

  @Test
  void isMadeHereAndKeptFromGit() throws IOException {
    exec(below);

    assertThat(below.resolve(".fen/.gitignore")).hasContent("*");
    assertThat(Records.record(below.resolve(".fen"), "a").getString("state")).isEqualTo("released");
  }

  @Test
  void isMadeAtTheRootOfTheRepository() throws IOException {
    Files.createDirectory(folder.resolve(".git"));

    exec(below);

    assertThat(folder.resolve(".fen/locks")).isDirectory();
    assertThat(below.resolve(".fen")).doesNotExist();
  }

  @Test
  void onADirectoryNothingIsLoadedThatOnlyABucketOrAnExitByCallNeeds() throws IOException {
    exec(below);
    Path loaded = folder.resolve("loaded.txt");

    Ended status =
        Fen.in(below)
            .with("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + loaded)
            .run("lock", "status");

    assertThat(status.code()).isZero();
    assertThat(Files.readAllLines(loaded))
        .anyMatch(line -> line.contains("dev.fen.cli.Main "))
        .noneMatch(line -> line.contains("software.amazon") || line.contains("dev.fen.s3"))
        .noneMatch(line -> line.contains("java.lang.System$LoggerFinder"));
  }

  @Test
  void isMadeAtTheRootOfAWorktree() throws IOException {
    Files.writeString(folder.resolve(".git"), "gitdir: /elsewhere\n");

    exec(below);

    assertThat(folder.resolve(".fen/locks")).isDirectory();
  }

  @Test
  void isFoundUpwardsEvenPastTheRepository() throws IOException {
    Files.createDirectory(folder.resolve(".fen"));
    Files.createDirectory(folder.resolve("sub/.git"));

    exec(below);

    assertThat(folder.resolve(".fen/locks")).isDirectory();
    assertThat(folder.resolve("sub/.fen")).doesNotExist();
  }

  @Test
  void canBeNamed() throws IOException {
    Path named = Files.createDirectory(folder.resolve("named one"));
    Path other = Files.createDirectory(folder.resolve("other"));

    exec(below, "--datastore", "../../named one");
    assertThat(named.resolve("locks")).isDirectory();

    assertThat(
            Fen.in(below)
                .with("FEN_DATASTORE", other.toString())
                .run("exec", "--lock", "a", "--", "true")
                .code())
        .isZero();
    assertThat(other.resolve("locks")).isDirectory();
    assertThat(below.resolve(".fen")).doesNotExist();
  }

  @Test
  void isNotMadeByLookingOrReleasing() {
    assertThat(Fen.in(below).run("lock", "status").code()).isZero();
    assertThat(Fen.in(below).run("lock", "status", "a", "--json").code()).isZero();
    Fen.in(below).run("lock", "release", "a");

    assertThat(below.resolve(".fen")).doesNotExist();
  }

  @Test
  void twoThatMakeItAtOnceUseTheSame() {
    Ended ended =
        Fen.in(below)
            .shell("for i in 1 2 3 4; do $FEN exec --lock a -- echo ran 2> /dev/null & done; wait");

    assertThat(ended.out()).isEqualTo("ran\n".repeat(4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"CI", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL"})
  void aJobIsWarnedOnceThatOtherRunnersDoNotSeeTheLock(String variable) throws IOException {
    Files.createDirectory(folder.resolve(".git"));

    Ended ended =
        Fen.in(below)
            .with(variable, "true")
            .run("exec", "--lock", "a", "--lock", "b", "--", "true");

    assertThat(ended.code()).isZero();
    assertThat(ended.err())
        .startsWith("fen: warning: the datastore " + folder.resolve(".fen"))
        .contains("other runners do not see", "FEN_DATASTORE")
        .hasLineCount(1);
  }

  @Test
  void aJobIsWarnedThroughALinkToo() throws IOException {
    Path repository = folder.resolve("checkout");
    Files.createDirectories(repository.resolve(".git"));
    Files.createDirectory(repository.resolve("inside"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), repository.resolve("inside"));

    Ended ended =
        Fen.in(repository)
            .with("CI", "true")
            .with("FEN_DATASTORE", link.toString())
            .run("exec", "--lock", "a", "--", "true");

    assertThat(ended.err()).contains("other runners do not see").hasLineCount(1);
  }

  @Test
  void aJobWithASharedDirectoryIsNotWarned() throws IOException {
    Path repository = folder.resolve("checkout");
    Files.createDirectories(repository.resolve(".git"));
    Path shared = Files.createDirectory(folder.resolve("shared"));

    assertThat(
            Fen.in(repository)
                .with("CI", "true")
                .with("FEN_DATASTORE", shared.toString())
                .run("exec", "--lock", "a", "--", "true"))
        .isEqualTo(new Ended(0, "", ""));
  }
}
