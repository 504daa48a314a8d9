package dev.fen.cli.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.cli.launcher.Tree.Ended;
import dev.fen.cli.launcher.Tree.Start;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code fen}, as a process. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final String BUILDING =
      "fen: building Fen from its sources, which takes a moment; later starts will not\n";

  /** Archives are a matter of their own: without them nothing goes on after a start. */
  private static final String NO_ARCHIVE = "-Xshare:auto";

  private static final String ARCHIVE_OPTION =
      Runtime.version().feature() >= 25 ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=";

  @TempDir(cleanup = org.junit.jupiter.api.io.CleanupMode.ON_SUCCESS)
  Path scratch;

  private Tree tree() throws IOException {
    Tree tree = Tree.create(scratch, "tree");
    tree.set("FEN_JAVA_OPTS", NO_ARCHIVE);
    return tree;
  }

  static Stream<List<String>> shells() {
    return Stream.of(List.of("sh"), List.of("dash"), List.of("bash"), List.of("busybox", "ash"))
        .filter(shell -> Files.isExecutable(Path.of("/usr/bin", shell.get(0))));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void argumentsArriveUnchanged(List<String> shell) throws Exception {
    Tree tree = tree();
    tree.set("LC_ALL", "C");
    List<String> arguments =
        List.of("", " a  b ", "*", "$HOME `x` \\n", "'\"", "one\ntwo\n", "@file", "-XX:x", "é字");
    List<String> line = new ArrayList<>(shell);
    line.add("fen");
    line.addAll(arguments);

    Ended ended = tree.start(tree.root, line.toArray(String[]::new)).end();

    assertThat(ended).isEqualTo(new Ended(0, "[" + String.join("][", arguments) + "]", BUILDING));
  }

  @Test
  void isFoundThroughLinksAndOddNames() throws Exception {
    Tree tree = Tree.create(scratch, "it's \"odd\" $x é *");
    tree.set("FEN_JAVA_OPTS", NO_ARCHIVE);
    tree.set("HOME", null);
    tree.set("CDPATH", "/:/tmp:" + scratch);
    tree.fen();
    Path links = Files.createDirectories(scratch.resolve("a b/links"));
    Files.createSymbolicLink(
        links.resolve("one"), Path.of("../../" + tree.root.getFileName() + "/fen"));
    Files.createSymbolicLink(links.resolve("two"), Path.of("one"));
    Files.createSymbolicLink(scratch.resolve("folder"), links);

    for (String name : List.of("folder/two", "./folder/one", links.resolve("two").toString())) {
      assertThat(tree.start(scratch, name, "x").end()).isEqualTo(new Ended(0, "[x]", ""));
    }
  }

  @Test
  void becomesTheJvm() throws Exception {
    Tree tree = tree();
    tree.set("FEN_JAVA_OPTS", NO_ARCHIVE + " -Da=* -Db=2");

    Start start = tree.fenAsync("jvm");

    assertThat(start.end().out()).contains("]" + start.pid() + "\n", "\n-Da=*\n-Db=2\n");
  }

  @Test
  void leavesTheCLocaleAndTellsWhatWasSet() throws Exception {
    Tree tree = tree();
    assertThat(tree.fen("jvm").out()).contains("\n-Dfen.env.LC_ALL=\n");
    tree.set("LC_ALL", "C");
    assertThat(tree.fen("jvm").out()).contains("\n-Dfen.env.LC_ALL=C\n");
    tree.set("LC_ALL", "C.UTF-8");
    assertThat(tree.fen("jvm").out()).doesNotContain("fen.env");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void leavesALocaleOfUtf8ThatMayNotBeInstalledWithoutAsking(List<String> shell) throws Exception {
    Tree tree = tree();
    tree.script("locale", "echo asked >>asked");
    List<String> line = new ArrayList<>(shell);
    line.addAll(List.of("fen", "jvm", "é字"));
    for (String locale : List.of("xx_XX.UTF-8", "xx_XX.utf8")) {
      tree.set("LANG", locale);
      String out = tree.start(tree.root, line.toArray(String[]::new)).end().out();
      assertThat(out).contains("[é字]", "\n-Dfen.env.LC_ALL=\n");
    }
    tree.set("LANG", "C.UTF-8");
    tree.set("LC_TIME", "xx_XX.UTF-8");
    String time = tree.start(tree.root, line.toArray(String[]::new)).end().out();
    assertThat(time).contains("[é字]");
    assertThat(tree.root.resolve("asked")).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("shells")
  void asksForALocaleOfAnotherKindOnlyForLettersBeyondAscii(List<String> shell) throws Exception {
    Tree tree = tree();
    tree.script("locale", "echo asked >>asked; exec /usr/bin/locale \"$@\"");
    tree.set("LANG", "xx_XX");
    List<String> line = new ArrayList<>(shell);
    line.addAll(List.of("fen", "jvm", "-a ~\n!"));

    String ascii = tree.start(tree.root, line.toArray(String[]::new)).end().out();
    assertThat(ascii).startsWith("[jvm][-a ~\n!]").doesNotContain("fen.env");
    assertThat(tree.root.resolve("asked")).doesNotExist();

    line.add("é字");
    String beyond = tree.start(tree.root, line.toArray(String[]::new)).end().out();
    assertThat(beyond).contains("[é字]", "\n-Dfen.env.LC_ALL=\n");
    assertThat(tree.root.resolve("asked")).hasContent("asked\n");
  }

  @Test
  void leavesTheCommandItsLimitOfOpenFiles() throws Exception {
    Tree tree = tree();

    assertThat(tree.fen("jvm").out()).contains("\n-XX:-MaxFDLimit\n");
  }

  @Test
  void keepsALocaleThatIsInstalled() throws Exception {
    Tree tree = tree();
    tree.script("locale", "echo ISO-8859-1");
    tree.set("LANG", "de_DE.ISO-8859-1");

    assertThat(tree.fen("jvm", "é").out()).doesNotContain("fen.env");
  }

  @Test
  void firstStartsAtOnceAllSucceed() throws Exception {
    Tree tree = tree();
    tree.maven("cp \"$STUB\" cli/\"$t\"/fen.jar; until [ -e \"$GO\" ]; do sleep 1; done");
    List<Start> starts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      starts.add(tree.fenAsync("x"));
    }
    tree.awaitMaven();
    Files.createFile(scratch.resolve("go"));

    for (Start start : starts) {
      Ended ended = start.end();
      assertThat(ended.out()).isEqualTo("[x]");
      assertThat(ended.err()).isIn("", BUILDING);
      assertThat(ended.code()).isZero();
    }
    assertThat(tree.privates()).isEmpty();
  }

  @Test
  void aKilledFirstStartBlocksNothing() throws Exception {
    Tree tree = tree();
    tree.maven("until [ -e \"$GO\" ]; do sleep 1; done");
    Start killed = tree.fenAsync("x");
    long maven = tree.awaitMaven();
    killed.signal("KILL");
    killed.end();
    letEnd(maven);
    assertThat(tree.privates()).isNotEmpty();
    tree.maven("cp \"$STUB\" cli/\"$t\"/fen.jar");

    assertThat(tree.fen("x")).isEqualTo(new Ended(0, "[x]", BUILDING));
    assertThat(tree.privates()).isEmpty();
  }

  @Test
  void whatAKilledStartLeftIsSweptByTheOneThatWaitedForIt() throws Exception {
    Tree tree = tree();
    tree.maven(
        "if [ -e \"$GO\" ]; then cp \"$STUB\" cli/\"$t\"/fen.jar;"
            + " else until [ -e \"$GO\" ]; do /bin/sleep 1; done; fi");
    // Only a start that waits sleeps by this one, and it has swept before.
    Path waits = scratch.resolve("waits");
    tree.script("sleep", ": >" + waits + "; exec /bin/sleep \"$@\"");
    Start killed = tree.fenAsync("x");
    long maven = tree.awaitMaven();
    Start waiting = tree.fenAsync("x");
    Tree.await("a start that waits", () -> Files.exists(waits));

    killed.signal("KILL");
    killed.end();
    letEnd(maven);

    assertThat(waiting.end()).isEqualTo(new Ended(0, "[x]", BUILDING));
    assertThat(tree.privates()).isEmpty();
  }

  @Test
  void aTerminatedFirstStartEndsMavenAndTidiesUp() throws Exception {
    Tree tree = tree();
    tree.maven("trap 'exit 1' TERM; until [ -e \"$GO\" ]; do sleep 1; done");
    Start start = tree.fenAsync("x");
    long maven = tree.awaitMaven();
    start.signal("TERM");

    assertThat(start.end().code()).isEqualTo(143);
    assertThat(tree.privates()).isEmpty();
    assertThat(ProcessHandle.of(maven).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cli/src/main/java/a/deep/one/Main.java",
        "store-s3/src/main/java/Store.java",
        "datastore/src/main/java/Data.java",
        "store-s3/pom.xml",
        "datastore/pom.xml"
      })
  void aChangedSourceIsBuiltOnce(String source) throws Exception {
    Tree tree = tree();
    tree.fen();
    assertThat(tree.fen("x")).isEqualTo(new Ended(0, "[x]", ""));
    Files.writeString(tree.root.resolve(source), "changed");

    assertThat(tree.fen("x")).isEqualTo(new Ended(0, "[x]", BUILDING));
    assertThat(tree.fen("x")).isEqualTo(new Ended(0, "[x]", ""));
    assertThat(tree.mavenCalls()).isEqualTo(2);
  }

  @Test
  void theAwsJarIsBuiltAlong() throws Exception {
    Tree tree = tree();
    tree.fen();
    assertThat(Files.getLastModifiedTime(tree.awsJar()))
        .isEqualTo(Files.getLastModifiedTime(tree.jar()));
    Files.delete(tree.awsJar());

    assertThat(tree.fen("x")).isEqualTo(new Ended(0, "[x]", BUILDING));
    assertThat(tree.awsJar()).exists();
  }

  @Test
  void aSourceFromTheFutureIsBuiltOnce() throws Exception {
    Tree tree = tree();
    Files.setLastModifiedTime(
        tree.root.resolve("pom.xml"), FileTime.from(Instant.parse("2200-01-01T00:00:00Z")));

    tree.fen();
    tree.fen();

    assertThat(tree.mavenCalls()).isEqualTo(1);
  }

  @Test
  void aFailedBuildShowsWhatMavenSaid() throws Exception {
    Tree tree = tree();
    tree.maven("exit 1");

    Ended ended = tree.fen("x");

    assertThat(ended.err()).startsWith(BUILDING + "said by Maven\nfen: the build failed");
    assertThat(ended.out()).isEmpty();
    assertThat(ended.code()).isEqualTo(78);
    assertThat(tree.privates()).isEmpty();
  }

  @Test
  void anInstalledCopyNeedsNoMaven() throws Exception {
    Tree tree = tree();
    Path folder = Files.createDirectories(scratch.resolve("installed"));
    Files.copy(tree.root.resolve("fen"), folder.resolve("fen"));
    makeRunnable(folder.resolve("fen"));
    assertFails(tree.start(folder, "./fen").end(), "there is no " + folder.toRealPath());
    Files.copy(scratch.resolve("stub.jar"), folder.resolve("fen.jar"));

    assertThat(tree.start(folder, "./fen", "x").end()).isEqualTo(new Ended(0, "[x]", ""));
    assertThat(tree.mavenCalls()).isZero();
  }

  @Test
  void aBuildWithoutMavenSaysWhatToInstall() throws Exception {
    Tree tree = tree();
    Files.delete(tree.bin.resolve("mvn"));
    tree.onlyPrograms("sh", "mkdir");

    assertFails(tree.fen("x"), "install Maven");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aWorkingFolderThatIsGoneIsOneLine(List<String> shell) throws Exception {
    Tree tree = tree();
    tree.fen();
    String script =
        "mkdir gone && cd gone && rmdir ../gone && exec "
            + String.join(" ", shell)
            + " "
            + tree.root.resolve("fen")
            + " x";

    Ended ended = tree.start(scratch, "sh", "-c", script).end();

    assertThat(ended.code()).isEqualTo(78);
    assertThat(ended.out()).isEmpty();
    // Some shells tell it in words of their own as well.
    assertThat(ended.err()).contains("is gone, somebody removed it; go to one that is there (cd)");
    assertThat(ended.err().lines().filter(line -> !line.contains("getcwd")))
        .singleElement()
        .asString()
        .startsWith("fen: the working folder ");
  }

  @Test
  void noJavaIsOneLine() throws Exception {
    Tree tree = tree();
    tree.set("JAVA_HOME", null);
    tree.onlyPrograms("sh");

    assertFails(tree.fen("x"), "install a JDK, version 17 or newer");
  }

  @Test
  void aWrongJavaHomeIsOneLine() throws Exception {
    Tree tree = tree();
    tree.set("JAVA_HOME", scratch + "/nowhere");

    assertFails(tree.fen("x"), "JAVA_HOME is " + scratch + "/nowhere");
  }

  @Test
  void anOldJavaIsOneLine() throws Exception {
    Tree tree = tree();
    tree.set("JAVA_HOME", null);
    tree.script("java", "printf '    java.home = /x\\n    java.version = 11.0.2\\n' >&2");
    assertFails(tree.fen("x"), "is Java 11.0.2; install a JDK, version 17");

    Path home = scratch.resolve("jdk8");
    Files.createDirectories(home.resolve("bin"));
    Files.copy(tree.bin.resolve("java"), home.resolve("bin/java"));
    makeRunnable(home.resolve("bin/java"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"1.8.0_402\"\n");
    tree.set("JAVA_HOME", home.toString());
    assertFails(tree.fen("x"), "is Java 1.8.0_402; install a JDK, version 17");
  }

  @Test
  void javaIsFoundThroughLinksInThePath() throws Exception {
    Tree tree = tree();
    tree.set("JAVA_HOME", null);
    Path java = Path.of(System.getProperty("java.home"), "bin/java");
    Files.createSymbolicLink(scratch.resolve("alternative"), java);
    Files.createSymbolicLink(tree.bin.resolve("java"), Path.of("../alternative"));

    assertThat(tree.fen("x")).isEqualTo(new Ended(0, "[x]", BUILDING));
    assertThat(tree.fen("x")).isEqualTo(new Ended(0, "[x]", ""));
  }

  @Test
  void theArchiveIsMadeAndUsedAndRenewed() throws Exception {
    Tree tree = tree();
    tree.set("FEN_JAVA_OPTS", null);
    // What a process that died left there is never used, and goes away.
    Path left = tree.root.resolve("target/launch/archive-999999999-" + host());
    Files.createDirectories(left);
    Files.writeString(left.resolve("archive"), "truncated");

    assertThat(tree.fen("x")).isEqualTo(new Ended(0, "[x]", BUILDING));
    awaitArchive(tree);
    Path archive = tree.archives().get(0);
    assertThat(tree.fen("jvm").out()).contains(ARCHIVE_OPTION + archive);
    assertThat(tree.privates()).isEmpty();

    // The archive does not fit a jar with another time.
    Path outdated = archive.resolveSibling("outdated.jsa");
    Files.writeString(outdated, "outdated");
    FileTime touched = FileTime.from(Instant.parse("2100-01-01T00:00:00Z"));
    Files.setLastModifiedTime(tree.jar(), touched);
    Ended ended = tree.fen("jvm");
    assertThat(ended.out()).startsWith("[jvm]").doesNotContain(ARCHIVE_OPTION);
    assertThat(ended.err()).isEmpty();
    awaitArchive(tree);
    assertThat(tree.archives()).containsExactly(archive);
    assertThat(Files.getLastModifiedTime(archive)).isEqualTo(touched);
    assertThat(tree.fen("x")).isEqualTo(new Ended(0, "[x]", ""));
  }

  @Test
  void theArchiveFitsTheAwsJarToo() throws Exception {
    Tree tree = tree();
    tree.set("FEN_JAVA_OPTS", null);
    tree.fen("x");
    awaitArchive(tree);
    FileTime touched = FileTime.from(Instant.parse("2100-01-01T00:00:00Z"));
    Files.setLastModifiedTime(tree.awsJar(), touched);

    assertThat(tree.fen("jvm").out()).startsWith("[jvm]").doesNotContain(ARCHIVE_OPTION);
    Path time = Path.of(tree.archives().get(0) + ".aws");
    Tree.await("its time", () -> time.toFile().lastModified() == touched.toMillis());
    awaitArchive(tree);
    assertThat(tree.fen("jvm").out()).contains(ARCHIVE_OPTION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--datastore s3://b", "--datastore=s3:b", "FEN_DATASTORE", ".fen.yaml"})
  void aBucketHasAnArchiveOfItsOwn(String named) throws Exception {
    Tree tree = tree();
    tree.fen();
    tree.set("FEN_JAVA_OPTS", null);
    List<String> words = new ArrayList<>(List.of("jvm"));
    if (named.startsWith("--")) {
      words.addAll(List.of(named.split(" ")));
    } else if (named.startsWith("FEN")) {
      tree.set(named, "s3://b");
    } else {
      Files.writeString(scratch.resolve(named), "wait: 5m\ndatastore: s3://b");
    }
    String[] call = words.toArray(String[]::new);

    tree.fen(call);
    awaitArchive(tree);

    assertThat(tree.archives()).singleElement().asString().endsWith("-s3.jsa");
    assertThat(tree.fen(call).out()).contains(ARCHIVE_OPTION + tree.archives().get(0));
  }

  @Test
  void aCommandThatNamesABucketIsNoBucket() throws Exception {
    Tree tree = tree();
    tree.fen();
    tree.set("FEN_JAVA_OPTS", null);

    tree.fen("exec", "--", "aws", "s3://b");
    awaitArchive(tree);

    assertThat(tree.archives()).singleElement().asString().doesNotEndWith("-s3.jsa");
  }

  @Test
  void anEmptyArchiveIsMadeAnew() throws Exception {
    Tree tree = tree();
    tree.set("FEN_JAVA_OPTS", null);
    tree.fen("x");
    awaitArchive(tree);
    Path archive = tree.archives().get(0);
    Files.write(archive, new byte[0]);
    Files.setLastModifiedTime(archive, Files.getLastModifiedTime(tree.jar()));

    assertThat(tree.fen("jvm").out()).startsWith("[jvm]").doesNotContain(ARCHIVE_OPTION);

    Tree.await("an archive with something in it", () -> archive.toFile().length() > 0);
    awaitArchive(tree);
  }

  @Test
  void anArchiveOfAnotherJarKeepsTheOutputClean() throws Exception {
    Tree tree = tree();
    tree.set("FEN_JAVA_OPTS", null);
    tree.fen("x");
    awaitArchive(tree);
    Path archive = tree.archives().get(0);
    FileTime touched = FileTime.from(Instant.parse("2100-01-01T00:00:00Z"));
    Files.setLastModifiedTime(tree.jar(), touched);
    Files.setLastModifiedTime(archive, touched);

    assertThat(tree.fen("x").out()).isEqualTo("[x]");
  }

  @Test
  void aTreeThatCannotBeWrittenGoesWithoutAnArchive() throws Exception {
    Tree tree = tree();
    tree.fen();
    tree.set("FEN_JAVA_OPTS", null);
    Files.setPosixFilePermissions(
        tree.jar().getParent(), PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assertThat(tree.fen("x")).isEqualTo(new Ended(0, "[x]", ""));
    } finally {
      Files.setPosixFilePermissions(
          tree.jar().getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
      // Root may write all the same.
      Tree.await("the end of what the start began", () -> noPrivates(tree));
    }
  }

  private static void awaitArchive(Tree tree) throws IOException {
    FileTime time = Files.getLastModifiedTime(tree.jar());
    Tree.await(
        "an archive",
        () -> {
          try {
            for (Path archive : tree.archives()) {
              if (Files.getLastModifiedTime(archive).equals(time)) {
                return tree.privates().isEmpty();
              }
            }
            return false;
          } catch (IOException e) {
            // A file went away between the listing and the look.
            return false;
          }
        });
  }

  private static boolean noPrivates(Tree tree) {
    try {
      return tree.privates().isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that still waited when the test's folder goes would wait for ever. */
  private void letEnd(long maven) throws IOException {
    Files.createFile(scratch.resolve("go"));
    Tree.await(
        "the end of Maven", () -> ProcessHandle.of(maven).filter(ProcessHandle::isAlive).isEmpty());
  }

  private static String host() throws IOException {
    Process uname = new ProcessBuilder("uname", "-n").start();
    return new String(uname.getInputStream().readAllBytes(), UTF_8).strip();
  }

  private static void makeRunnable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void assertFails(Ended ended, String remedy) {
    assertThat(ended.err()).startsWith("fen: ").contains(remedy).containsOnlyOnce("\n");
    assertThat(ended.out()).isEmpty();
    assertThat(ended.code()).isEqualTo(78);
  }
}
