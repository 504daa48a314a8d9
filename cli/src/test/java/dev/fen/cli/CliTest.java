package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import dev.fen.lock.Lease;
import dev.fen.lock.LockService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code fen} prints and how it exits, within this JVM. */
class CliTest {

  @TempDir Path folder;

  private final Map<String, String> environment = new HashMap<>();
  private String out = "";
  private String err = "";

  @BeforeEach
  void aRepository() throws IOException {
    Files.createDirectory(folder.resolve(".git"));
  }

  private int fen(String... words) {
    return fenIn(folder, words);
  }

  private int fenIn(Path workingFolder, String... words) {
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(stream(outBytes), stream(errBytes));
    int code = new Cli(terminal, environment, workingFolder).run(words);
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  private static PrintStream stream(OutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private JsonObject json() throws Exception {
    return JsonParser.object().from(out);
  }

  private Path datastore() throws IOException {
    return Files.createDirectories(folder.resolve(".fen"));
  }

  private Path writeRecord(String lock, String body) throws IOException {
    Path register = Files.createDirectories(datastore().resolve("locks/named/" + lock + ".lock"));
    return Files.writeString(register.resolve("1.json"), body);
  }

  // Words.

  @Test
  void helpTellsAStrangerWhatToDo() {
    assertThat(fen("--help")).isZero();
    assertThat(out).contains("fen exec --lock deploy -- ./deploy.sh", "exec", "lock", "  0  good");
    assertThat(fen("exec", "--help")).isZero();
    assertThat(out)
        .contains(
            "--lock=NAME",
            "--wait=DURATION",
            "--ttl",
            "--grace",
            "--operation",
            "-E",
            "Examples:",
            "FEN_LOCK_TOKEN");
    assertThat(fen("lock", "status", "--help")).isZero();
    assertThat(out).contains("--json", "Examples:");
    assertThat(fen("lock", "release", "--help")).isZero();
    assertThat(out).contains("--force", "--token", "Examples:");
    assertThat(out.replaceAll("\\s+", " "))
        .contains(
            "up to a third of its ttl, and then its command has up to a quarter of it to end");
    assertThat(err).isEmpty();
  }

  @Test
  void theVersionIsToldOnStandardOutput() {
    assertThat(fen("--version")).isZero();
    assertThat(out).startsWith("fen ");
  }

  @Test
  void anUnknownOptionIsNamedAndTheRightOneSuggested() {
    assertThat(fen("exec", "--lok", "demo", "--", "true")).isEqualTo(2);
    assertThat(err)
        .isEqualTo(
            "fen: 'fen exec' has no option --lok; did you mean --lock? ('fen exec --help' tells more)\n");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThat(fen()).isEqualTo(2);
    assertThat(err).contains("which command?");
    assertThat(fen("lock")).isEqualTo(2);
    assertThat(err).contains("fen lock status");
    assertThat(fen("exec", "--", "true")).isEqualTo(2);
    assertThat(err)
        .isEqualTo(
            "fen: which lock? add --lock NAME, --model TYPE/ID or --global before the command\n");
    assertThat(fen("exec", "--lock", "demo")).isEqualTo(2);
    assertThat(err).contains("which command? write it after --");
    assertThat(fen("lock", "release")).isEqualTo(2);
    assertThat(err).contains("NAME");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/../b", "", "a//b", "-x", "a\u001bb"})
  void aNameThatIsNoneIsRefused(String name) {
    assertThat(fen("exec", "--lock=" + name, "--", "true")).isEqualTo(2);
    assertThat(err)
        .startsWith("fen: ")
        .contains("not a legal")
        .hasLineCount(1)
        .doesNotContain("\u001b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo ", " demo", "\u00a0demo", "demo\u3000", " "})
  void aNameWithABlankAroundItIsRefused(String name) throws IOException {
    datastore();
    for (String[] words :
        new String[][] {
          {"exec", "--lock", name, "--", "true"},
          {"lock", "status", name},
          {"lock", "release", name}
        }) {
      assertThat(fen(words)).isEqualTo(2);
      assertThat(err).contains(": '" + name + "' begins or ends with a blank").hasLineCount(1);
    }
    assertThat(folder.resolve(".fen/locks")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"--wait,5x", "--wait,-1", "--wait,8000h", "--ttl,10ms", "--ttl,2h", "--grace,soon"})
  void aWrongDurationNamesTheOption(String option, String value) {
    assertThat(fen("exec", "--lock", "demo", option + "=" + value, "--", "true")).isEqualTo(2);
    assertThat(err).startsWith("fen: " + option + ": ").hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"256", "-1", "x"})
  void anExitCodeMustBeOne(String code) {
    assertThat(fen("exec", "--lock", "demo", "-E", code, "--", "true")).isEqualTo(2);
    assertThat(err).contains("write a number from 0 to 255");
  }

  @Test
  void errorsAreJsonWhereJsonIsAskedFor() throws Exception {
    assertThat(fen("lock", "status", "--json", "--nonsense")).isEqualTo(2);
    JsonObject error = json().getObject("error");
    assertThat(error.getString("code")).isEqualTo("usage");
    assertThat(error.getInt("exitCode")).isEqualTo(2);
    assertThat(error.getString("message")).contains("--nonsense");
    assertThat(err).isEmpty();
  }

  @Test
  void aFlagOfTheCommandIsNotTakenForOnesOwn() {
    assertThat(fen("exec", "--", "x", "--json")).isEqualTo(2);
    assertThat(out).isEmpty();
    assertThat(err).contains("which lock?");
  }

  @Test
  void theValueOfAnUnknownOptionIsNotRepeated() {
    assertThat(fen("exec", "--lock=a", "--password=hunter2", "--", "true")).isEqualTo(2);
    assertThat(err)
        .isEqualTo("fen: 'fen exec' has no option --password ('fen exec --help' tells more)\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "lcok status|'fen' has no command 'lcok'; did you mean lock? ('fen --help' tells more)",
        "run|'fen' has no command 'run' ('fen --help' tells more)",
        "lock statsu|'fen lock' has no command 'statsu'; did you mean status? ('fen lock --help' tells more)",
        "lock release --frce x|'fen lock release' has no option --frce; did you mean --force? ('fen lock release --help' tells more)",
        "lock status a b|'b' is one word too many for 'fen lock status' ('fen lock status --help' tells more)",
        "lock release|which lock? write its NAME, --model TYPE/ID, --global or --all-stale",
      })
  void aWrongWordIsNamedAndTheRightOneSuggested(String words, String message) {
    assertThat(fen(words.split(" "))).isEqualTo(2);
    assertThat(err).isEqualTo("fen: " + message + "\n");
    assertThat(out).isEmpty();
  }

  @Test
  void optionsForAllCommandsMayStandAnywhereBeforeTheCommand() throws Exception {
    assertThat(fen("--json", "lock", "status")).isZero();
    assertThat(json().getArray("locks")).isEmpty();
    assertThat(fen("lock", "--json", "status")).isZero();
    assertThat(json().getArray("locks")).isEmpty();
    assertThat(fen("--json", "lock", "--debug", "release", "x")).isEqualTo(78);
    assertThat(json().getObject("error").getString("code")).isEqualTo("bad_configuration");
    assertThat(err).contains("CliException").contains("at dev.fen.cli.");
  }

  @Test
  void noStackTraceUnlessAskedFor() {
    assertThat(fen("lock", "release", "x")).isEqualTo(78);
    assertThat(err).hasLineCount(1).doesNotContain("Exception");
  }

  @Test
  void whatThisLocaleLosesIsRefused() {
    inEncoding(
        "ANSI_X3.4-1968",
        () -> {
          // How a JVM shows bytes that are no text in its locale.
          assertThat(fen("exec", "--lock", "\ufffdn", "--", "true")).isEqualTo(78);
          assertThat(err)
              .startsWith("fen: --lock: it has letters that are lost")
              .contains("LC_ALL=C.UTF-8");
          assertThat(fen("lock", "status", "\ufffdn")).isEqualTo(78);
          assertThat(fen("exec", "--lock", "a", "--", "echo", "Z\ufffdrich")).isEqualTo(78);
          assertThat(err).startsWith("fen: word 2 of the command: it has letters that are lost");
        });
    assertThat(folder.resolve(".fen")).doesNotExist();
  }

  @Test
  void whatIsNoTextInUtf8IsRefusedWithAnotherRemedy() {
    inEncoding(
        "UTF-8",
        () -> {
          assertThat(fen("exec", "--lock", "\ufffdn", "--", "true")).isEqualTo(78);
          assertThat(err)
              .isEqualTo(
                  "fen: --lock: it has letters that are not UTF-8; give it a name that is\n");
        });
    assertThat(folder.resolve(".fen")).doesNotExist();
  }

  /** As if the JVM had been started in a locale with that encoding. */
  private static void inEncoding(String encoding, Runnable test) {
    String before = System.setProperty("sun.jnu.encoding", encoding);
    try {
      test.run();
    } finally {
      System.setProperty("sun.jnu.encoding", before);
    }
  }

  @Test
  void aWrongNameAmongSeveralStopsAllBeforeAnythingIsDone() {
    assertThat(fen("exec", "--lock", "good", "--lock", "../x", "--", "true")).isEqualTo(2);
    assertThat(err)
        .isEqualTo(
            "fen: --lock: '../x' is not a legal name: '..' may not be a part of it;"
                + " write a name such as deploy or prod/database\n");
    assertThat(folder.resolve(".fen")).doesNotExist();
  }

  // Settings.

  @Test
  void aPipeAsConfigurationIsRefusedAndNotWaitedFor() throws Exception {
    Path pipe = folder.resolve(".fen.yaml");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err).contains(pipe + " cannot be read (it is no regular file)");
  }

  @Test
  void aGraceThatTheTtlDoesNotAllowIsExplained() {
    assertThat(fen("exec", "--lock", "demo", "--grace", "1m", "--datastore", "none", "--", "y"))
        .isEqualTo(78);
    assertThat(err)
        .startsWith(
            "fen: warning: --grace: if the lock is lost or cannot be renewed, the command has 7.5 s between SIGTERM and"
                + " SIGKILL, a quarter of the ttl, and not 60 s;");
    environment.put("FEN_GRACE", "5s");
    assertThat(fen("exec", "--lock", "demo", "--datastore", "none", "--", "y")).isEqualTo(78);
    assertThat(err).doesNotContain("warning");
  }

  @Test
  void theContentOfABrokenConfigurationIsNotShown() throws IOException {
    Files.writeString(folder.resolve(".fen.yaml"), "# file\ntoken: hunter2 : [\n");
    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err).contains("(line 2)").doesNotContain("hunter2").hasLineCount(1);
  }

  @Test
  void aConfigurationThatIsNoTextIsRefused() throws IOException {
    Path file = folder.resolve(".fen.yaml");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err)
        .startsWith("fen: " + file + " cannot be read (it is not UTF-8)")
        .hasLineCount(1);

    try (var sparse = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 30);
    }
    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err).contains("it is larger than 100000 bytes").hasLineCount(1);

    Files.delete(file);
    Files.createDirectory(file);
    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err).contains(file + " cannot be read (is a directory)").hasLineCount(1);
  }

  @Test
  void aConfigurationWhoseShareIsNotMountedIsNotPassedOver() throws IOException {
    Path link =
        Files.createSymbolicLink(folder.resolve(".fen.yaml"), folder.resolve("share/fen.yaml"));

    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err)
        .startsWith("fen: " + link + " cannot be read (no such file or directory)")
        .hasLineCount(1);
  }

  @Test
  void theEnvironmentAndTheFileAreNamedInErrors() throws IOException {
    environment.put("FEN_WAIT", "soon");
    assertThat(fen("exec", "--lock", "demo", "--", "true")).isEqualTo(78);
    assertThat(err).startsWith("fen: FEN_WAIT: 'soon' is not a duration");

    environment.clear();
    Files.writeString(folder.resolve(".fen.yaml"), "wait: later\n");
    assertThat(fen("exec", "--lock", "demo", "--", "true")).isEqualTo(78);
    assertThat(err)
        .startsWith("fen: wait in " + folder.resolve(".fen.yaml") + ": 'later' is not a duration");
  }

  @Test
  void anOptionBeatsTheEnvironmentAndThatTheFile() throws IOException {
    Files.writeString(folder.resolve(".fen.yaml"), "ttl: 7h\nwait: later\n");
    environment.put("FEN_TTL", "10ms");

    assertThat(fen("exec", "--lock", "demo", "--ttl", "9h", "--", "true")).isEqualTo(2);
    assertThat(err).contains("--ttl: a ttl of 9 h");
    assertThat(fen("exec", "--lock", "demo", "--", "true")).isEqualTo(78);
    assertThat(err).contains("FEN_TTL: a ttl of 10 ms");
    environment.clear();
    assertThat(fen("exec", "--lock", "demo", "--", "true")).isEqualTo(78);
    assertThat(err).contains("ttl in " + folder.resolve(".fen.yaml") + ": a ttl of 7 h");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "waits: 5|has the key 'waits', which Fen does not know",
        "- a|must hold keys and values",
        "wait: [1]|the value of 'wait' must be one text, number, true or false",
        "wait: {|is not valid YAML"
      })
  void aConfigurationThatIsNoneIsRefused(String content, String message) throws IOException {
    Files.writeString(folder.resolve(".fen.yaml"), content + "\n");

    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err)
        .startsWith("fen: " + folder.resolve(".fen.yaml"))
        .contains(message)
        .hasLineCount(1);
  }

  @Test
  void theDatastoreOfTheFileIsRelativeToIt() throws IOException {
    Files.createDirectories(folder.resolve("shared"));
    Files.writeString(folder.resolve(".fen.yaml"), "datastore: shared\n");
    Path below = Files.createDirectories(folder.resolve("a/b"));

    assertThat(fenIn(below, "lock", "status")).isZero();
    assertThat(out).isEqualTo("no locks yet in " + folder.resolve("shared") + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "500ms,500",
    "90s,90000",
    "5m,300000",
    "1h,3600000",
    "7d,604800000",
    "7,7000",
    "1.5s,1500",
    "0,0"
  })
  void durations(String text, long millis) {
    assertThat(Durations.parse(text)).hasMillis(millis);
  }

  // The datastore.

  @Test
  void statusMakesNoDatastore() {
    assertThat(fen("lock", "status")).isZero();
    assertThat(out)
        .startsWith("no locks: there is no datastore yet (no .fen from " + folder + " upwards");
    assertThat(folder.resolve(".fen")).doesNotExist();
  }

  @Test
  void releaseMakesNoDatastore() {
    assertThat(fen("lock", "release", "demo")).isEqualTo(78);
    assertThat(err).contains("there is no datastore");
    assertThat(folder.resolve(".fen")).doesNotExist();
  }

  @Test
  void theDatastoreIsFoundUpwards() throws IOException {
    datastore();
    Path below = Files.createDirectories(folder.resolve("a/b"));

    assertThat(fenIn(below, "lock", "status")).isZero();
    assertThat(out).isEqualTo("no locks yet in " + folder.resolve(".fen") + "\n");
  }

  @Test
  void aDotFenThatIsAFileIsRefused() throws IOException {
    Files.createFile(folder.resolve(".fen"));

    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err)
        .contains(folder.resolve(".fen") + " is a file")
        .contains("--datastore")
        .hasLineCount(1);
  }

  @Test
  void aDotFenWhoseShareIsNotMountedIsNotPassedOver() throws IOException {
    datastore();
    Path below = Files.createDirectory(folder.resolve("below"));
    Path link = Files.createSymbolicLink(below.resolve(".fen"), folder.resolve("share/fen"));

    for (String words : new String[] {"exec --lock a -- true", "lock status", "lock release a"}) {
      assertThat(fenIn(below, words.split(" "))).isEqualTo(78);
      assertThat(err)
          .startsWith("fen: " + link + " is a link to " + folder.resolve("share/fen"))
          .contains("which is not there; mount the share", "--datastore")
          .hasLineCount(1);
    }

    Files.delete(link);
    Files.createSymbolicLink(link, link);
    assertThat(fenIn(below, "lock", "status")).isEqualTo(78);
    assertThat(err).contains(link.toString(), "cannot be looked at (").hasLineCount(1);
  }

  @Test
  void aNamedDatastoreWhoseShareIsNotMountedIsToldAsSuch() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("share"), folder.resolve("mnt"));

    assertThat(fen("lock", "status", "--datastore", "share/fen")).isEqualTo(78);
    assertThat(err)
        .startsWith("fen: --datastore: " + link + " is a link to " + folder.resolve("mnt"))
        .contains("which is not there; mount the share")
        .hasLineCount(1);
  }

  @Test
  void aNamedDatastoreMustExist() {
    assertThat(fen("exec", "--lock", "demo", "--datastore", "nowhere", "--", "true")).isEqualTo(78);
    assertThat(err)
        .contains("there is no directory " + folder.resolve("nowhere"))
        .contains("mkdir -p")
        .hasLineCount(1);
  }

  @Test
  void aNamedDatastoreMustBeADirectory() throws IOException {
    Files.createFile(folder.resolve("file"));
    environment.put("FEN_DATASTORE", "file");

    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err).startsWith("fen: FEN_DATASTORE: ").contains("is a file");
  }

  @Test
  void whatIsWrongWithABucketIsToldWithWhereItCameFrom() throws IOException {
    assertThat(fen("lock", "status", "--datastore", "s3://key:hunter2@bucket/x")).isEqualTo(78);
    assertThat(err)
        .startsWith("fen: --datastore: an S3 address holds no '@'")
        .doesNotContain("hunter2")
        .hasLineCount(1);
    environment.put("FEN_DATASTORE", "s3://b");
    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err).startsWith("fen: FEN_DATASTORE: 'b' is not the name of a bucket");
    environment.put("FEN_DATASTORE", "s3://bucket?path-style=perhaps");
    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err).startsWith("fen: path-style in FEN_DATASTORE: 'perhaps' is neither");
    environment.put("FEN_DATASTORE", "s3://bucket");
    Files.writeString(folder.resolve(".fen.yaml"), "s3-path-style: true\ns3-tag-form: odd\n");
    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err)
        .startsWith("fen: s3-tag-form in " + folder.resolve(".fen.yaml") + ": 'odd' is neither");
    environment.put("FEN_S3_TAG_FORM", "even");
    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err).startsWith("fen: FEN_S3_TAG_FORM: 'even' is neither");
  }

  @Test
  void aDatastoreWithoutANameIsRefused() {
    assertThat(fen("lock", "status", "--datastore", "")).isEqualTo(2);
    assertThat(err).startsWith("fen: --datastore: it is empty");
    environment.put("FEN_DATASTORE", "");
    assertThat(fen("lock", "status")).as("as if it were not set").isZero();
  }

  @Test
  void aDatastoreWithANulIsRefused() throws IOException {
    Files.writeString(folder.resolve(".fen.yaml"), "datastore: \"a\\0b\"\n");
    assertThat(fen("lock", "status")).isEqualTo(78);
    assertThat(err).contains("is no path here (Nul character not allowed)").hasLineCount(1);
  }

  // Status and release.

  @Test
  void statusShowsAHeldLock() throws Exception {
    try (LockService locks = LockService.onDirectory(datastore());
        Lease lease =
            locks.acquire(
                "demo",
                locks.defaults().withOperation("terraform").withLink("https://ci.example/1"))) {
      assertThat(fen("lock", "status")).isZero();
      assertThat(out.lines().toList().get(0)).startsWith("NAME  KIND   STATE  HOLDER");
      assertThat(out.lines().toList().get(1))
          .startsWith("demo  named  held")
          .contains("terraform", "in ", "" + lease.token());

      assertThat(fen("lock", "status", "demo")).isZero();
      assertThat(out)
          .contains(
              "state        held", "operation    terraform", "link         https://ci.example/1");

      assertThat(fen("lock", "status", "--json")).isZero();
      JsonObject shown = json().getArray("locks").getObject(0);
      assertThat(shown.getString("name")).isEqualTo("demo");
      assertThat(shown.getString("state")).isEqualTo("held");
      assertThat(shown.getLong("token")).isEqualTo(lease.token());
      assertThat(shown.getString("operation")).isEqualTo("terraform");
      assertThat(shown.getLong("expiresInMs")).isBetween(1L, 30_000L);
    }
  }

  @Test
  void statusOfALockThatWasNeverTakenSaysSo() throws IOException {
    datastore();

    assertThat(fen("lock", "status", "demo")).isZero();
    assertThat(out)
        .isEqualTo("lock \"demo\" is free: it was never taken in " + folder.resolve(".fen") + "\n");
  }

  @Test
  void releaseWithoutForceLeavesALiveHolderAlone() throws Exception {
    try (LockService locks = LockService.onDirectory(datastore());
        Lease lease = locks.acquire("demo")) {
      assertThat(fen("lock", "release", "demo")).isEqualTo(1);
      assertThat(out).isEmpty();
      assertThat(err)
          .startsWith("fen: lock \"demo\" in " + folder.resolve(".fen") + " was not released: ")
          .contains(
              "its holder is not known to be gone; it is held by ",
              "fen lock release demo --force --token "
                  + lease.token()
                  + " --datastore "
                  + folder.resolve(".fen"))
          .hasLineCount(1);
      lease.ensureHeld();
      assertThat(locks.inspect("demo").state()).isEqualTo(dev.fen.lock.LockStatus.State.HELD);
    }
  }

  @Test
  void releaseByForceSaysWhoseItWasAndWhatThatMeans() throws Exception {
    try (LockService locks = LockService.onDirectory(datastore());
        Lease lease = locks.acquire("demo", locks.defaults().withOperation("terraform"))) {
      assertThat(fen("lock", "release", "demo", "--force", "--token", "" + lease.token())).isZero();
      assertThat(out)
          .contains("is free now; it was held by", "\"terraform\" since", "token " + lease.token())
          .contains(
              "it goes on until its next renewal, for up to 10 s, and then its command has up to 7.5 s more"
                  + " to end: make sure that it has ended");
      assertThat(locks.inspect("demo").state()).isEqualTo(dev.fen.lock.LockStatus.State.FREE);
    }
  }

  @Test
  void aRefusalShowsTheLockInJson() throws Exception {
    try (LockService locks = LockService.onDirectory(datastore());
        Lease lease = locks.acquire("demo")) {
      assertThat(fen("lock", "release", "demo", "--json")).isEqualTo(1);
      JsonObject error = json().getObject("error");
      assertThat(error.getString("code")).isEqualTo("not_stale");
      assertThat(error.getInt("exitCode")).isEqualTo(1);
      assertThat(error.getObject("lock").getLong("token")).isEqualTo(lease.token());
      assertThat(err).isEmpty();
    }
  }

  @Test
  void aTimeOutShowsTheHolderInJson() throws Exception {
    try (LockService locks = LockService.onDirectory(datastore());
        Lease lease = locks.acquire("demo", locks.defaults().withOperation("terraform"))) {
      assertThat(fen("exec", "--json", "--lock=demo", "--wait=0", "-E", "9", "--", "true"))
          .isEqualTo(9);
      JsonObject error = json().getObject("error");
      assertThat(error.getString("code")).isEqualTo("lock_timeout");
      assertThat(error.getInt("exitCode")).isEqualTo(9);
      assertThat(error.getLong("waitedMs")).isLessThan(10_000);
      assertThat(error.getObject("lock").getString("operation")).isEqualTo("terraform");
      assertThat(error.getObject("lock").getLong("token")).isEqualTo(lease.token());
    }
  }

  @Test
  void releaseOfAnUnreadableRecordSaysWhatItWas() throws IOException {
    writeRecord("demo", "rubbish");
    assertThat(fen("lock", "release", "demo", "--force")).isZero();
    assertThat(out)
        .contains("is free now; it was held by somebody unknown: the record cannot be read")
        .contains(
            "it goes on until its next renewal, for up to a third of its ttl, and then its command has up to"
                + " a quarter of its ttl more to end: make sure that it has ended");
  }

  @Test
  void releaseByTokenOfARecordWithoutOneSaysSo() throws IOException {
    writeRecord("demo", "rubbish");

    assertThat(fen("lock", "release", "demo", "--force", "--token", "9")).isEqualTo(1);

    assertThat(err)
        .contains(
            "its record has no readable token to be compared with 9; it is held by somebody unknown")
        .endsWith(
            "If you have made sure that no holder is left, free it without --token:"
                + " fen lock release demo --force --datastore "
                + folder.resolve(".fen")
                + "\n")
        .doesNotContain("changed hands")
        .hasLineCount(1);
  }

  @Test
  void releaseByATokenThatWasNeverGivenOutSaysSo() throws Exception {
    try (LockService locks = LockService.onDirectory(datastore());
        Lease lease = locks.acquire("demo")) {
      assertThat(fen("lock", "release", "demo", "--force", "--token", "9007199254740000"))
          .isEqualTo(1);
      assertThat(err)
          .contains("the token 9007199254740000 was never given out, look for a mistyped figure")
          .doesNotContain("changed hands");
      assertThat(fen("lock", "release", "demo", "--force", "--token", "7")).isEqualTo(1);
      assertThat(err).contains("its token is not 7 any more, so it changed hands");
      lease.ensureHeld();
    }
  }

  @Test
  void aNameWithLettersThatNobodySeesIsRefused() {
    assertThat(fen("exec", "--lock", "dep\u200bloy", "--", "true")).isEqualTo(2);
    assertThat(err).contains("--lock: 'deploy' has letters that nobody sees");
    assertThat(fen("lock", "status", "dep\u202eloy")).isEqualTo(2);
  }

  @Test
  void whatARecordDoesNotTellOfItsHolderIsLeftOut() throws Exception {
    writeRecord(
        "demo",
        "{\"format\":1,\"state\":\"held\",\"token\":5,\"nonce\":\"x\",\"revision\":1,\"ttlMs\":30000}");

    assertThat(fen("lock", "status", "demo", "--json")).isZero();

    JsonObject lock = json().getArray("locks").getObject(0);
    assertThat(lock.getString("holder")).isEqualTo("somebody unknown");
    assertThat(lock.keySet()).doesNotContain("host", "pid");
  }

  @Test
  void releaseByForceRefusesAnotherToken() throws Exception {
    try (LockService locks = LockService.onDirectory(datastore());
        Lease lease = locks.acquire("demo")) {
      assertThat(fen("lock", "release", "demo", "--force", "--token", "7", "--json")).isEqualTo(1);
      assertThat(json().getObject("error").getString("code")).isEqualTo("other_token");
      assertThat(locks.inspect("demo").token()).hasValue(lease.token());
      lease.ensureHeld();
    }
  }

  @Test
  void releaseOfWhatNobodyHoldsSaysSo() throws Exception {
    try (LockService locks = LockService.onDirectory(datastore())) {
      locks.acquire("demo").close();
    }

    assertThat(fen("lock", "release", "demo", "--force")).isZero();
    assertThat(out).contains("is not held by anybody; nothing was done");
    assertThat(fen("lock", "release", "never", "--force", "--json")).isZero();
    assertThat(json().getString("outcome")).isEqualTo("not_held");
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "-1", "", "99999999999999999999"})
  void aTokenMustBeANumber(String token) throws IOException {
    datastore();

    assertThat(fen("lock", "release", "demo", "--force", "--token=" + token)).isEqualTo(2);
    assertThat(err).contains("'" + token + "' is not a token");
  }

  // Bad records.

  @Test
  void rubbishInARecordIsShownAsUnreadable() throws IOException {
    writeRecord("demo", "\u001b[31mrubbish");

    assertThat(fen("lock", "status")).isZero();
    assertThat(out).contains("unreadable").doesNotContain("\u001b");
    assertThat(fen("lock", "status", "demo")).isZero();
    assertThat(out).contains("the record cannot be read (it is not a JSON object)");
    assertThat(fen("exec", "--lock", "demo", "--wait", "0", "--", "true")).isEqualTo(75);
    assertThat(err).contains("the record cannot be read");
  }

  @Test
  void aFileInThePlaceOfALocksFolderIsShownAsUnreadable() throws Exception {
    writeRecord("other", "rubbish");
    Path file = Files.writeString(datastore().resolve("locks/named/demo.lock"), "x");
    String reason = file + " is a file where a folder of Fen should be: move it away";

    assertThat(fen("lock", "status")).isZero();
    assertThat(out).containsPattern("demo +named +unreadable").contains("\ndemo: " + reason + "\n");
    assertThat(fen("lock", "status", "--json")).isZero();
    JsonObject lock = json().getArray("locks").getObject(0);
    assertThat(lock.getString("name")).isEqualTo("demo");
    assertThat(lock.getString("state")).isEqualTo("unreadable");
    assertThat(lock.getString("problem")).isEqualTo(reason);
    assertThat(fen("lock", "status", "demo")).isEqualTo(78);
    assertThat(err).isEqualTo("fen: " + reason + "\n");
  }

  @Test
  void aGigabyteInARecordIsNotRead() throws IOException {
    Path record = writeRecord("demo", "{");
    try (var file = new java.io.RandomAccessFile(record.toFile(), "rw")) {
      file.setLength(1L << 30);
    }

    assertThat(fen("lock", "status", "demo")).isZero();
    assertThat(out).contains("it is longer than 64 KiB");
  }

  @Test
  void aRecordOfANewerFenIsToldAndLeftAlone() throws IOException {
    Path record = writeRecord("demo", "{\"format\":2,\"state\":\"held\"}");

    assertThat(fen("exec", "--lock", "demo", "--wait", "60", "--", "true")).isEqualTo(78);
    assertThat(err).contains("has format 2", "newer Fen").hasLineCount(1);
    assertThat(record).hasContent("{\"format\":2,\"state\":\"held\"}");
  }

  @Test
  void closedStandardOutputIsAnError() {
    Terminal terminal =
        new Terminal(
            stream(
                new OutputStream() {
                  @Override
                  public void write(int b) throws IOException {
                    throw new IOException("closed");
                  }
                }),
            stream(new ByteArrayOutputStream()));

    assertThat(new Cli(terminal, environment, folder).run(new String[] {"lock", "status"}))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"% ", "\"a\\e[2Jb\": c", "wait: \"\\x9b5m\\r\""})
  void whatAFileSaysDoesNotDriveTheTerminal(String content) throws IOException {
    Files.writeString(folder.resolve(".fen.yaml"), content);
    assertThat(fen("exec", "--datastore", datastore().toString(), "--lock", "a", "--", "true"))
        .isEqualTo(78);
    assertThat(err).startsWith("fen: ").endsWith("\n").hasLineCount(1);
    assertThat(err.stripTrailing().chars()).noneMatch(Character::isISOControl);
  }

  @Test
  void ofALongKeyTheBeginningIsTold() throws IOException {
    Files.writeString(folder.resolve(".fen.yaml"), "\"" + "a\\n".repeat(200) + "\": b");
    assertThat(fen("lock", "status", "--datastore", datastore().toString())).isEqualTo(78);
    assertThat(err).contains("has the key '" + "a".repeat(80) + "', which").hasLineCount(1);
  }

  @Test
  void aPathDrivesNoTerminal() throws IOException {
    Path odd = Files.createDirectory(folder.resolve("e\u001b[31mx"));

    assertThat(fen("lock", "status", "a", "--datastore", odd.toString())).isZero();
    assertThat(out).contains("e[31mx").doesNotContain("\u001b");
  }
}
