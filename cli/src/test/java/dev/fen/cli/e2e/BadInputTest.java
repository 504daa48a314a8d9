package dev.fen.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fen.cli.e2e.Fen.Ended;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong is told in words that name the thing and the remedy, and without a trace. */
@EnabledOnOs(OS.LINUX)
@Tag("jdk-independent")
final class BadInputTest {
  @TempDir Path folder;
  @TempDir Path copies;

  private Ended exec(String... options) {
    return Fen.in(folder).run(words(options));
  }

  private static String[] words(String... options) {
    String[] words = new String[options.length + 5];
    words[0] = "exec";
    words[1] = "--lock";
    words[2] = "a";
    System.arraycopy(options, 0, words, 3, options.length);
    words[words.length - 2] = "--";
    words[words.length - 1] = "true";
    return words;
  }

  private static void assertOneLine(Ended ended, int code, String... parts) {
    assertThat(ended.err()).startsWith("fen: ").contains(parts).hasLineCount(1);
    assertThat(ended.err()).doesNotContain("Exception").doesNotContain("\tat ");
    assertThat(ended.out()).isEmpty();
    assertThat(ended.code()).isEqualTo(code);
  }

  @Test
  void anUnknownOption() {
    assertOneLine(exec("--wiat", "5"), 2, "--wiat", "--wait", "--help");
  }

  @Test
  void aMissingCommand() {
    assertOneLine(Fen.in(folder).run("exec", "--lock", "a"), 2, "which command?", "after --");
    assertThat(folder.resolve(".fen")).doesNotExist();
  }

  @Test
  void aMissingLock() {
    assertOneLine(Fen.in(folder).run("exec", "--", "true"), 2, "which lock?", "--lock NAME");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a//b", "/a", "a/", ".", "", "a\nb"})
  void aLockNameThatIsNone(String name) {
    assertOneLine(
        Fen.in(folder).run("exec", "--lock", name, "--", "true"), 2, "is not a legal", "name");
  }

  @Test
  void aDotFenThatIsAFile() throws IOException {
    Path file = Files.createFile(folder.resolve(".fen"));

    assertOneLine(exec(), 78, file + " is a file", "remove it", "--datastore");
    assertOneLine(Fen.in(folder).run("lock", "status"), 78, file + " is a file");
    assertOneLine(Fen.in(folder).run("lock", "release", "a"), 78, file + " is a file");
  }

  @Test
  void debugAddsTheTrace() throws IOException {
    Files.createFile(folder.resolve(".fen"));

    Ended ended = exec("--debug");

    assertThat(ended.code()).isEqualTo(78);
    assertThat(ended.err()).startsWith("fen: " + folder).contains("\tat dev.fen.cli.");
  }

  @Test
  void aFolderThatOneMayNotWriteIn() {
    assumeTrue(Users.canBeOthers());
    Users.allow(folder, "rwxr-xr-x");

    assertOneLine(
        Users.fen(folder, copies).run(words()),
        78,
        folder.resolve(".fen") + " cannot be made",
        "permission denied",
        "--datastore");
  }

  @Test
  void aDatastoreThatOneMayOnlyRead() throws IOException {
    assumeTrue(Users.canBeOthers());
    Users.allow(folder, "rwxr-xr-x");
    Path datastore = Files.createDirectory(folder.resolve(".fen"));
    Users.allow(datastore, "rwxr-xr-x");
    exec();

    assertOneLine(Users.fen(folder, copies).run(words()), 78, datastore.toString(), "write");
    Path more = Files.createDirectory(copies.resolve("more"));
    Ended status = Users.fen(folder, more).run("lock", "status");
    assertThat(status.code()).isZero();
    assertThat(status.out()).startsWith("NAME ").contains("\na ");
  }

  @Test
  void aDatastoreThatOneMayNotEvenRead() throws IOException {
    assumeTrue(Users.canBeOthers());
    Users.allow(folder, "rwxr-xr-x");
    Path datastore = Files.createDirectory(folder.resolve(".fen"));
    Users.allow(datastore, "rwx------");

    assertOneLine(
        Users.fen(folder, copies).run(words()),
        78,
        datastore.toString(),
        "permission denied",
        "give this user permission");
  }

  @Test
  void aUserWithoutNameAndHome() {
    assumeTrue(Users.canBeOthers());
    Users.allow(folder, "rwxrwxrwx");

    Ended ended = Users.fen(folder, copies).without("HOME").run(words());

    assertThat(ended).isEqualTo(new Ended(0, "", ""));
    assertThat(Records.record(folder.resolve(".fen"), "a").getString("holder"))
        .startsWith("uid " + Users.UID + "@");
  }

  @Test
  void aConfigurationThatOneMayNotRead() throws IOException {
    assumeTrue(Users.canBeOthers());
    Users.allow(folder, "rwxrwxrwx");
    Path file = Files.writeString(folder.resolve(".fen.yaml"), "wait: 5\n");
    Users.allow(file, "rw-------");

    assertOneLine(
        Users.fen(folder, copies).run(words()), 78, file + " cannot be read", "permission denied");
  }

  @Test
  void aReadOnlyFileSystem() {
    assumeTrue(Users.canMount());
    String script =
        "mkdir m && mount -t tmpfs tmpfs m && mkdir m/.fen && mount -o remount,ro m && cd m"
            + " && $FEN exec --lock a -- true";

    assertOneLine(inOwnMounts(script), 78, folder.resolve("m/.fen").toString(), "write");
  }

  @Test
  void aReadOnlyFileSystemWithoutADatastore() {
    assumeTrue(Users.canMount());
    String script = "mkdir m && mount -t tmpfs -o ro tmpfs m && cd m && $FEN exec --lock a -- true";

    assertOneLine(
        inOwnMounts(script),
        78,
        folder.resolve("m/.fen") + " cannot be made",
        "ead-only file system");
  }

  @Test
  void aFullDisk() {
    assumeTrue(Users.canMount());
    String script =
        "mkdir m && mount -t tmpfs -o size=64k tmpfs m && cd m && mkdir .fen && $FEN exec --lock a -- true"
            + " && { head -c 200000 /dev/zero > fill 2> /dev/null; $FEN exec --lock a --wait 5 -- echo never; }";

    Ended ended = inOwnMounts(script);

    assertThat(ended.code()).isEqualTo(75);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .startsWith("fen: waiting up to 5 s for lock \"a\" in ")
        .contains(
            "; trying again\n",
            "\nfen: lock \"a\" was not to be had within 5 s: nobody holds it, but taking it failed")
        .contains(folder.resolve("m/.fen").toString(), "No space left on device", "free space")
        .doesNotContain("Exception");
  }

  @Test
  void aFullDiskWithoutADatastoreLeavesNothingHalfMade() {
    assumeTrue(Users.canMount());
    String script =
        "mkdir m && mount -t tmpfs -o size=64k tmpfs m && cd m && { head -c 200000 /dev/zero > fill 2> /dev/null;"
            + " $FEN exec --lock a -- true; code=$?; ls -A | grep -v fill; exit $code; }";

    Ended ended = inOwnMounts(script);
    assertOneLine(ended, 75, "cannot be made", "o space left on device", "free space");
    assertThat(ended.err()).doesNotContain("can write");
    assertOneLine(
        inOwnMounts(script.replace("--lock", "-E 9 --lock").replace("mkdir m", "true")),
        9,
        "cannot be made");
  }

  @Test
  void aDotFenThatIsOutOfReachIsNotPassedOver() throws IOException {
    assumeTrue(Users.canBeOthers());
    Users.allow(folder, "rwxr-xr-x");
    Files.createDirectory(folder.resolve(".fen"));
    Path target = Files.createDirectories(folder.resolve("locked/fen"));
    Users.allow(folder.resolve("locked"), "rwx------");
    Path below = Files.createDirectory(folder.resolve("below"));
    Path link = Files.createSymbolicLink(below.resolve(".fen"), target);
    Fen other = Users.fen(below, copies);

    for (String[] words : new String[][] {words(), {"lock", "status"}, {"lock", "release", "a"}}) {
      assertOneLine(
          other.run(words),
          78,
          link + " (a link to " + target + ") cannot be looked at (permission denied)",
          "let this user enter",
          "--datastore");
    }
    Files.delete(link);
    assertOneLine(
        other.run(words("--datastore", target.toString())),
        78,
        "--datastore: " + target + " cannot be looked at (permission denied)",
        "let this user enter");
  }

  private Ended inOwnMounts(String script) {
    return Fen.in(folder).with("SCRIPT", script).shell("exec unshare --mount sh -c \"$SCRIPT\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"rubbish", "", "{", "[]", "{\"format\":1,\"state\":\"held\",\"ttlMs\":-5}"})
  void rubbishInARecordIsHeldByNobodyKnownAndCanBeFreed(String rubbish) throws IOException {
    Path datastore = Files.createDirectory(folder.resolve(".fen"));
    exec();
    Files.writeString(Records.next(datastore, "a"), rubbish);

    Ended ended = exec("--wait", "0");
    assertThat(ended.code()).isEqualTo(75);
    assertThat(ended.err())
        .startsWith("fen: lock \"a\" was not to be had at once")
        .contains(datastore.toString(), "to wait longer: --wait ")
        .doesNotContain("Exception");

    Ended released = Fen.in(folder).run("lock", "release", "a", "--force");
    assertThat(released.code()).isZero();
    assertThat(exec("--wait", "0")).isEqualTo(new Ended(0, "", ""));
  }

  @Test
  void aGigabyteWhereARecordShouldBe() throws IOException {
    Path datastore = Files.createDirectory(folder.resolve(".fen"));
    exec();
    try (RandomAccessFile file =
        new RandomAccessFile(Records.next(datastore, "a").toFile(), "rw")) {
      file.setLength(1L << 30);
    }

    assertThat(Fen.in(folder).run("lock", "status").out()).contains("unreadable");
    assertThat(exec("--wait", "0").err()).contains("it is longer than 64 KiB");
    assertThat(Fen.in(folder).run("lock", "release", "a", "--force").code()).isZero();
    assertThat(exec("--wait", "0")).isEqualTo(new Ended(0, "", ""));
  }

  @Test
  void aRecordsTextCannotTakeOverTheTerminal() throws IOException {
    Path datastore = Files.createDirectory(folder.resolve(".fen"));
    exec();
    Files.writeString(
        Records.next(datastore, "a"),
        "{\"format\":1,\"state\":\"held\",\"token\":7,\"nonce\":\"x\",\"revision\":1,"
            + "\"holder\":\"e\\u001b[31mvil\\nfen: all is well\",\"operation\":\"o\\u0007\",\"ttlMs\":60000}");

    for (String[] words :
        new String[][] {{"lock", "status"}, {"lock", "status", "a"}, words("--wait", "0")}) {
      Ended ended = Fen.in(folder).run(words);
      assertThat(ended.out() + ended.err()).contains("vil").doesNotContain("\u001b", "\u0007");
      assertThat((ended.out() + ended.err()).lines())
          .noneMatch(line -> line.startsWith("fen: all"));
    }
  }

  @Test
  void lettersThatTheLocaleCannotCarryAreRefused() {
    Ended name =
        Fen.in(folder).with("LC_ALL", "C").run("exec", "--lock", "l\u00fcck", "--", "true");
    assertOneLine(name, 78, "--lock", "LC_ALL=C.UTF-8");

    Ended argument =
        Fen.in(folder).with("LC_ALL", "C").run("exec", "--lock", "a", "--", "echo", "l\u00fcck");
    assertOneLine(argument, 78, "word 2 of the command", "LC_ALL=C.UTF-8");
  }

  @Test
  void aWorkingFolderThatTheLocaleCannotNameIsRefused() throws IOException {
    Files.createDirectory(folder.resolve(".fen"));
    Path inner = Files.createDirectory(folder.resolve("\u00fcn\u00ef"));

    Fen fen = Fen.in(inner).without("LC_ALL").with("LANG", "xx_XX.UTF-8");
    assertOneLine(
        fen.run("exec", "--lock", "a", "--", "true"), 78, "the working folder", "LC_ALL=C.UTF-8");
    assertOneLine(fen.run("lock", "status"), 78, "the working folder", "LC_ALL=C.UTF-8");
    assertThat(fen.run("--version").code()).isZero();

    Ended bytes =
        Fen.in(folder)
            .shell("b=$(printf 'l\\374ck'); mkdir $b && cd $b && $FEN exec --lock a -- true");
    assertOneLine(bytes, 78, "the working folder", "not UTF-8");
  }

  @Test
  void aDatastoreThatTheLocaleCannotName() throws IOException {
    Files.createDirectory(folder.resolve("d\u00e4ta"));

    assertOneLine(
        Fen.in(folder).with("LC_ALL", "C").run(words("--datastore", "d\u00e4ta")),
        2,
        "--datastore",
        "LC_ALL=C.UTF-8");
    assertThat(exec("--datastore", "d\u00e4ta").code()).isZero();
  }

  @Test
  void aDatastoreWithNul() throws IOException {
    Files.writeString(folder.resolve(".fen.yaml"), "datastore: \"a\\0b\"\n");

    assertOneLine(exec(), 78, "datastore in " + folder.resolve(".fen.yaml"), "no path");
  }

  @Test
  void anEmptyDatastoreIsNotThisFolder() {
    assertOneLine(exec("--datastore", ""), 2, "--datastore", "empty");
    assertThat(folder.resolve("locks")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$FEN lock status >&-",
        "$FEN lock status > /dev/full",
        "$FEN --help > /dev/full",
        "$FEN lock status --json >&-",
        "$FEN --version --json > /dev/full",
        "$FEN lock release a --json > /dev/full",
        "$FEN exec --lok a --json >&-",
        "$FEN exec --lock a --json --datastore nowhere -- true > /dev/full"
      })
  void aResultThatNobodyTakesIsAFailure(String script) {
    assertOneLine(Fen.in(folder).shell(script), 1, "standard output is closed or full");
  }

  @Test
  void aDocumentThatNobodyTakesIsToldAndTheCommandsEndKept() {
    assertOneLine(
        Fen.in(folder).shell("$FEN exec --lock a --json -- ./nothing > /dev/full"),
        127,
        "standard output is closed or full: the JSON document was not written");
    assertThat(Fen.in(folder).shell("$FEN exec --lock a --json -- true >&-"))
        .as("without a document nothing is lost")
        .isEqualTo(new Ended(0, "", ""));
  }

  @Test
  void closedStreamsDoNotDisturbTheCommand() {
    assertThat(
            Fen.in(folder)
                .shell("$FEN exec --lock a -- sh -c 'echo ran > ran' >&- 2>&- <&-; cat ran")
                .out())
        .isEqualTo("ran\n");
  }
}
