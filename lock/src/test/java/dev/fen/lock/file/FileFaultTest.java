package dev.fen.lock.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the file system answers when something is wrong with it. */
@Timeout(60)
class FileFaultTest {

  private static final RegisterKey KEY = new RegisterKey("locks/demo");

  private interface Fault {
    void strike(Path path) throws IOException;
  }

  /**
   * Has one kind of step fail, or do something else first, and writes down all steps; not those of
   * the sweep, which has a thread of its own.
   */
  private static final class FaultyDisk extends Disk {
    private final Thread tested = Thread.currentThread();
    final List<String> steps = new ArrayList<>();
    String at = "";
    int times = Integer.MAX_VALUE;
    Fault fault = path -> {};
    Fault missing = path -> {};
    List<String> missingAt = List.of("makeFolder", "rename", "write", "link");
    int hidden;
    long @Nullable [] shown;
    boolean countsNames = true;

    @Override
    int names(Path path) throws IOException {
      int names = super.names(path);
      return countsNames ? names : 1;
    }

    @Override
    void step(String what, Path path) throws IOException {
      if (Thread.currentThread() != tested) {
        return;
      }
      steps.add(what + " " + path);
      if (missingAt.contains(what)) {
        missing.strike(path);
      }
      if (what.equals(at) && times-- > 0) {
        fault.strike(path);
      }
    }

    @Override
    long[] list(Path folder) throws IOException {
      long[] all = super.list(folder);
      if (shown != null) {
        all = shown;
        shown = null;
      }
      return hidden > 0 && all.length > 0
          ? Arrays.copyOf(all, Math.max(0, all.length - hidden))
          : all;
    }
  }

  @TempDir Path root;
  private final FaultyDisk disk = new FaultyDisk();
  private FileRegisterStore store;
  private Version version;
  private Path folder;

  @BeforeEach
  void open() {
    store = open(true);
    version = applied(store.create(KEY, "one"));
    folder = root.resolve("locks/demo");
    disk.steps.clear();
  }

  private FileRegisterStore open(boolean local) {
    return new FileRegisterStore(root, new TestPlatform(), disk, 2, 1, local);
  }

  private static Version applied(WriteResult result) {
    assertThat(result).isInstanceOf(WriteResult.Applied.class);
    return ((WriteResult.Applied) result).version();
  }

  private static StoreFailure notApplied(WriteResult result) {
    assertThat(result).isInstanceOf(WriteResult.NotApplied.class);
    return ((WriteResult.NotApplied) result).failure();
  }

  private void fail(String at, @Nullable IOException with) {
    disk.at = at;
    disk.fault =
        path -> {
          if (with != null) {
            throw with;
          }
        };
  }

  private static FileSystemException error(String reason) {
    return new FileSystemException("a file", null, reason);
  }

  @Test
  void aFullDiskIsNotApplied() {
    fail("write", error("No space left on device"));
    StoreFailure failure = notApplied(store.replace(KEY, version, "two"));
    assertThat(failure.permanent()).isFalse();
    assertThat(failure.message()).contains("No space left on device", root.toString());
  }

  /** It has room for empty files, and whoever tries again makes one each time. */
  @Test
  void aFullDiskIsNotFilledWithWhatCouldNotBeWritten() throws IOException {
    fail("write", error("No space left on device"));
    Fault full = disk.fault;
    disk.fault =
        path -> {
          Files.createFile(path);
          full.strike(path);
        };
    notApplied(store.replace(KEY, version, "two"));
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(root.resolve(Scratch.FOLDER), Scratch.PREFIX + "*")) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aDiskThatIsFullFromTheBeginningIsSaidThoughAnEmptyFileStillTellsTheTime()
      throws IOException {
    root = Files.createDirectory(folder.resolve("fresh"));
    FileRegisterStore fresh = open(true);
    // The first file that has content.
    fail("rename", error("No space left on device"));
    assertThat(((ReadResult.Absent) fresh.read(KEY)).storeTimeMillis()).isEmpty();
    assertThat(fresh.noTimeBecause(KEY).orElseThrow().message())
        .contains("cannot write in " + root + ": No space left on device", "free space on it");
  }

  @Test
  void aTemporaryNameThatChangesEachTimeIsNotSaid() {
    String name = root + "/.tmp/" + Scratch.PREFIX + "1-2f";
    fail("write", new FileSystemException(name, null, "No space left on device"));
    assertThat(notApplied(store.replace(KEY, version, "two")).message())
        .contains("No space left on device (" + root + "/.tmp)")
        .doesNotContain(Scratch.PREFIX);
  }

  @Test
  void aFullDiskIsToBeFreedAndOtherErrorsAreNot() {
    for (String full :
        List.of(
            "No space left on device",
            "Disk quota exceeded",
            "Disc quota exceeded",
            "Quota exceeded")) {
      fail("write", error(full));
      StoreFailure failure = notApplied(store.replace(KEY, version, "two"));
      assertThat(failure.permanent()).isFalse();
      assertThat(failure.message()).endsWith(": free space on it, or raise the quota");
    }
    fail("write", error("Input/output error"));
    assertThat(notApplied(store.replace(KEY, version, "two")).message())
        .doesNotContain("free space");
  }

  @Test
  void aFullDiskIsKnownInAnyLanguage() throws IOException {
    Path full = Path.of("/proc");
    assumeTrue(
        Files.isWritable(full) && Files.getFileStore(full).getUsableSpace() == 0,
        "a file system without space that this user may write to");
    StoreFailure failure = new Failures(full).writing(error("Kein Speicherplatz verfügbar"));
    assertThat(failure.permanent()).isFalse();
    assertThat(failure.message()).endsWith(": free space on it, or raise the quota");
  }

  @Test
  void whatAFlagForbidsIsNotAppliedForGood() {
    for (String step : List.of("write", "link")) {
      fail(step, error("Operation not permitted"));
      StoreFailure failure = notApplied(store.replace(KEY, version, "two"));
      assertThat(failure.permanent()).isTrue();
      assertThat(failure.message()).contains("Operation not permitted", "lsattr");
    }
  }

  @Test
  void aRefusalIsNotAppliedForGood() {
    fail("write", new AccessDeniedException("a file"));
    StoreFailure failure = notApplied(store.replace(KEY, version, "two"));
    assertThat(failure.permanent()).isTrue();
    assertThat(failure.message()).contains("permission", root.toString());
    fail("link", new AccessDeniedException("a file"));
    assertThat(notApplied(store.replace(KEY, version, "two")).permanent()).isTrue();
  }

  @Test
  void anErrorAtTheLinkIsUnknown() {
    fail("link", error("Input/output error"));
    assertThat(store.replace(KEY, version, "two")).isInstanceOf(WriteResult.Unknown.class);
  }

  @Test
  void anErrorAfterTheLinkIsUnknownUnlessItPasses() throws IOException {
    Path first = folder.resolve("1.json");
    disk.at = "read";
    disk.times = 1;
    disk.fault =
        path -> {
          if (path.equals(first)) {
            throw error("Stale file handle");
          }
        };
    version = applied(store.replace(KEY, version, "two"));
    fail("read", error("Input/output error"));
    disk.times = Integer.MAX_VALUE;
    assertThat(store.replace(KEY, version, "three")).isInstanceOf(WriteResult.Unknown.class);
  }

  @Test
  void aRepeatedRequestThatFindsItsOwnLinkIsApplied() {
    disk.at = "link";
    disk.fault =
        path -> {
          Files.createLink(path, temporary());
          throw new FileAlreadyExistsException(path.toString());
        };
    version = applied(store.replace(KEY, version, "two"));
    disk.at = "";
    assertThat(((ReadResult.Present) store.read(KEY)).version()).isEqualTo(version);
  }

  @Test
  void aHardLinkBackupOfTheTemporaryFileMakesNoLoserAWinner() {
    WriteResult[] others = new WriteResult[1];
    disk.at = "link";
    disk.times = 1;
    disk.fault =
        path -> {
          backUpScratch();
          others[0] = store.replace(KEY, version, "two by another");
        };
    assertThat(store.replace(KEY, version, "two")).isEqualTo(new WriteResult.Conflict());
    version = applied(others[0]);
    assertThat(((ReadResult.Present) store.read(KEY)).version()).isEqualTo(version);
  }

  @Test
  void aHardLinkBackupOfTheTemporaryFileMakesNoLosingCreateAWinner() {
    RegisterKey key = new RegisterKey("locks/other");
    WriteResult[] others = new WriteResult[1];
    disk.at = "link";
    disk.times = 1;
    disk.fault =
        path -> {
          backUpScratch();
          others[0] = store.create(key, "one by another");
        };
    assertThat(store.create(key, "one")).isEqualTo(new WriteResult.Conflict());
    assertThat(((ReadResult.Present) store.read(key)).version()).isEqualTo(applied(others[0]));
  }

  @Test
  void aHardLinkBackupDoesNotTurnAnErrorAtTheLinkIntoSuccess() {
    disk.at = "link";
    disk.fault =
        path -> {
          backUpScratch();
          throw error("Input/output error");
        };
    assertThat(store.replace(KEY, version, "two")).isInstanceOf(WriteResult.Unknown.class);
    assertThat(folder.resolve("2.json")).doesNotExist();
  }

  @Test
  void aHardLinkBackupDuringTheCheckOfADirectoryDoesNotRefuseIt() throws IOException {
    Files.delete(root.resolve(".tmp/checked"));
    store = open(true);
    disk.at = "names";
    disk.times = 1;
    disk.fault = path -> backUpScratch();
    version = applied(store.replace(KEY, version, "two"));
  }

  /** What {@code cp -al} does to the files that are being written. */
  private void backUpScratch() throws IOException {
    Path backup = Files.createDirectories(root.resolve("Backup"));
    try (var files = Files.newDirectoryStream(root.resolve(".tmp"), Scratch.PREFIX + "*")) {
      for (Path file : files) {
        Files.createLink(backup.resolve(file.getFileName()), file);
      }
    }
  }

  private Path temporary() throws IOException {
    try (var files = Files.list(root.resolve(".tmp"))) {
      return files
          .filter(f -> f.getFileName().toString().startsWith(Scratch.PREFIX))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void aTemporaryFileThatVanishedAfterALinkThatIsInDoubtIsUnknown() {
    disk.at = "link";
    disk.fault =
        path -> {
          Path temporary = temporary();
          Files.createLink(path, temporary);
          Files.delete(temporary);
          throw error("Input/output error");
        };
    assertThat(store.replace(KEY, version, "two")).isInstanceOf(WriteResult.Unknown.class);
    assertThat(folder.resolve("2.json")).exists();
  }

  @Test
  void aNumberThatWasTakenAndIsFreeAgainIsNotSteppedOver() {
    disk.at = "link";
    disk.times = 1;
    disk.fault =
        path -> {
          throw new FileAlreadyExistsException(path.toString());
        };
    assertThat(store.replace(KEY, version, "two")).isInstanceOf(WriteResult.Unknown.class);
    assertThat(folder.resolve("3.json")).doesNotExist();
    assertThat(((ReadResult.Present) store.read(KEY)).version()).isEqualTo(version);
  }

  @Test
  void whoSwapsAnEditedVersionStepsOverNoStray() throws IOException {
    lay("2.json", VersionFile.compose(bytes("a stray"), 2, 1, 7));
    Files.writeString(
        folder.resolve("1.json"),
        Files.readString(folder.resolve("1.json")).replace("one", "edited"));
    assertThat(store.replace(KEY, version, "two")).isEqualTo(new WriteResult.Conflict());
    assertThat(folder.resolve("3.json")).doesNotExist();
  }

  @Test
  void aThousandStraysAreSteppedOverAndNoMore() throws IOException {
    for (int i = 2; i <= 1_001; i++) {
      lay(i + ".json", VersionFile.compose(bytes("a stray"), i, i - 1, 7));
    }
    StoreFailure failure = notApplied(store.replace(KEY, version, "two"));
    assertThat(failure.permanent()).isTrue();
    assertThat(failure.message()).contains(folder + " has no free number after 1");
    Files.delete(folder.resolve("1001.json"));
    version = applied(store.replace(KEY, version, "two"));
    assertThat(VersionFile.numberOf(version)).isEqualTo(1_001);
    assertThat(((ReadResult.Present) store.read(KEY)).version()).isEqualTo(version);
  }

  private void lay(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
  }

  private static byte[] bytes(String body) {
    return body.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aCreateThatOthersReplaceAtOnceIsApplied() {
    RegisterKey key = new RegisterKey("locks/other");
    afterTheLink(
        () ->
            applied(
                store.replace(key, ((ReadResult.Present) store.read(key)).version(), "theirs")));
    version = applied(store.create(key, "ours"));
    assertThat(VersionFile.numberOf(version)).isEqualTo(1);
    assertThat(((ReadResult.Present) store.read(key)).body()).isEqualTo("theirs");
  }

  @Test
  void aCreateWhoseFolderIsMadeAnewByOthersIsUnknown() {
    RegisterKey key = new RegisterKey("locks/other");
    afterTheLink(
        () -> {
          Files.delete(root.resolve("locks/other/1.json"));
          applied(store.create(key, "theirs"));
        });
    assertThat(store.create(key, "ours")).isInstanceOf(WriteResult.Unknown.class);
    assertThat(((ReadResult.Present) store.read(key)).body()).isEqualTo("theirs");
  }

  @Test
  void aFolderThatIsRestoredRightAfterALateLinkLetsItNotCount() {
    Map<Path, byte[]> copy = new TreeMap<>();
    disk.at = "link";
    disk.fault =
        late -> {
          disk.at = "";
          Version newest = version;
          for (int i = 2; i <= 4; i++) {
            remember(copy);
            newest = applied(store.replace(KEY, newest, "other " + i));
          }
          remember(copy);
          assertThat(folder.resolve("2.json")).as("pruned").doesNotExist();
          afterTheLink(() -> restore(copy));
        };
    assertThat(store.replace(KEY, version, "late")).isInstanceOf(WriteResult.Unknown.class);
    assertThat(((ReadResult.Present) store.read(KEY)).body()).isEqualTo("other 4");
  }

  private void remember(Map<Path, byte[]> copy) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        copy.put(file, Files.readAllBytes(file));
      }
    }
  }

  private static void restore(Map<Path, byte[]> copy) throws IOException {
    for (Map.Entry<Path, byte[]> file : copy.entrySet()) {
      Files.deleteIfExists(file.getKey());
      Files.write(file.getKey(), file.getValue());
    }
  }

  private interface Act {
    void act() throws IOException;
  }

  /** Has others do something when a version was just linked and before that is settled. */
  private void afterTheLink(Act others) {
    boolean[] done = {false};
    disk.at = "delete";
    disk.fault =
        path -> {
          if (!done[0] && path.startsWith(root.resolve(".tmp")) && disk.names(path) > 1) {
            done[0] = true;
            others.act();
          }
        };
  }

  @Test
  void aTemporaryFileThatVanishedIsNotApplied() {
    disk.at = "link";
    disk.fault = path -> Files.delete(temporary());
    assertThat(notApplied(store.replace(KEY, version, "two")).permanent()).isFalse();
  }

  @Test
  void aFolderThatVanishedIsAConflict() {
    disk.at = "link";
    disk.fault =
        path -> {
          Files.delete(folder.resolve("1.json"));
          Files.delete(folder);
        };
    assertThat(store.replace(KEY, version, "two")).isEqualTo(new WriteResult.Conflict());
    assertThat(folder).doesNotExist();
  }

  @Test
  void aFolderReplacedByAnotherFirstWriterWhileItIsFilledIsFilledAgain() throws IOException {
    RegisterKey first = new RegisterKey("locks/named/first");
    for (int missed = 0; ; missed++) {
      root = Files.createDirectory(folder.resolve("fresh" + missed));
      FileRegisterStore fresh = open(true);
      int[] left = {missed};
      disk.missing =
          path -> {
            if (left[0]-- == 0) {
              throw new NoSuchFileException(path.toString());
            }
          };
      WriteResult result = fresh.create(first, "one");
      disk.missing = path -> {};
      applied(result);
      assertThat(fresh.read(first)).isInstanceOf(ReadResult.Present.class);
      if (left[0] >= 0) {
        assertThat(missed).isGreaterThan(8);
        return;
      }
    }
  }

  @Test
  void aStaleHandleIsReadAgain() {
    fail("read", error("Stale file handle"));
    disk.times = 2;
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Present.class);
    disk.times = Integer.MAX_VALUE;
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Unknown.class);
  }

  @Test
  void aListingThatFailsIsUnknownAndNeverAbsent() {
    fail("list", error("Input/output error"));
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Unknown.class);
    fail("listCompletely", error("Input/output error"));
    disk.hidden = 99;
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Unknown.class);
    fail("", null);
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Unknown.class);
  }

  @Test
  void aListingThatMissesTheNewestIsNotBelieved() {
    version = applied(store.replace(KEY, version, "two"));
    disk.hidden = 1;
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Unknown.class);
  }

  @Test
  void aListingThatShowsOnlyAStrayIsNotBelieved() throws IOException {
    lay("3.json", VersionFile.compose(bytes("a stray"), 3, 2, 7));
    Path aside = root.resolve("aside");
    disk.at = "list";
    disk.times = 1;
    disk.fault = path -> Files.move(folder.resolve("1.json"), aside);
    disk.missing =
        path -> {
          if (Files.exists(aside)) {
            Files.move(aside, folder.resolve("1.json"));
          }
        };
    disk.missingAt = List.of("listCompletely");
    assertThat(store.read(KEY))
        .isInstanceOfSatisfying(
            ReadResult.Present.class, p -> assertThat(p.version()).isEqualTo(version));
  }

  @Test
  void aListingWhoseNewestIsGoneIsNotBelieved() {
    applied(store.replace(KEY, version, "two"));
    disk.steps.clear();
    disk.at = "look";
    disk.fault =
        path -> {
          if (path.endsWith("2.json")) {
            Files.deleteIfExists(path);
          }
        };
    assertThat(store.read(KEY))
        .isInstanceOfSatisfying(
            ReadResult.Present.class, p -> assertThat(p.version()).isEqualTo(version));
    assertThat(disk.steps).filteredOn(s -> s.startsWith("list ")).hasSize(2);
  }

  /** Deleted when it is read, put back from a copy when it is looked for. */
  @Test
  void aVersionThatComesBackIsReadAgain() {
    Path aside = root.resolve("aside");
    disk.at = "read";
    disk.times = 1;
    disk.fault = path -> Files.move(path, aside);
    disk.missingAt = List.of("look");
    disk.missing =
        path -> {
          if (Files.exists(aside)) {
            Files.move(aside, folder.resolve("1.json"));
          }
        };
    assertThat(store.read(KEY))
        .isInstanceOfSatisfying(
            ReadResult.Present.class, p -> assertThat(p.version()).isEqualTo(version));
  }

  /** The listing is old, the predecessor gone; then the folder is put back from a copy. */
  @Test
  void aVersionThatBecomesValidMeanwhileIsNotPassedOver() {
    version = applied(store.replace(KEY, version, "two"));
    Path aside = root.resolve("aside");
    disk.at = "list";
    disk.times = 1;
    disk.fault = path -> Files.move(folder.resolve("1.json"), aside);
    disk.missingAt = List.of("read");
    int[] reads = {0};
    disk.missing =
        path -> {
          if (++reads[0] == 3) {
            Files.move(aside, folder.resolve("1.json"));
          }
        };
    disk.shown = new long[] {1, 2};
    assertThat(store.read(KEY))
        .isInstanceOfSatisfying(
            ReadResult.Present.class, p -> assertThat(p.version()).isEqualTo(version));
  }

  @Test
  void anOldListingIsNeverAbsent() throws IOException {
    Path copy = root.resolve("copy");
    disk.at = "read";
    disk.fault =
        path -> {
          if (Files.exists(folder)) {
            Files.move(folder, copy);
          }
        };
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
    assertThat(disk.steps).filteredOn(s -> s.startsWith("list ")).hasSizeGreaterThan(1);
  }

  @Test
  void aFileReplacedByAShorterOrLongerOneWhileItIsReadIsReadAgain() throws IOException {
    for (String body : List.of("a much longer body of a restored version", "s")) {
      byte[] other = VersionFile.compose(body.getBytes(StandardCharsets.UTF_8), 1, 0, 0);
      disk.at = "read";
      disk.times = 1;
      disk.fault = path -> Files.write(path, other);
      assertThat(store.read(KEY))
          .isInstanceOfSatisfying(
              ReadResult.Present.class, p -> assertThat(p.body()).isEqualTo(body));
    }
  }

  @Test
  void pruningStopsAtWhatWillNotGo() {
    fail("prune", error("Operation not permitted"));
    for (int i = 2; i <= 6; i++) {
      version = applied(store.replace(KEY, version, "body " + i));
    }
    assertThat(disk.steps)
        .filteredOn(s -> s.startsWith("prune"))
        .isNotEmpty()
        .allMatch(s -> s.endsWith("/1.json"));
    disk.at = "";
    disk.steps.clear();
    version = applied(store.replace(KEY, version, "body 7"));
    assertThat(disk.steps)
        .filteredOn(s -> s.startsWith("prune"))
        .extracting(s -> s.replaceAll(".*/", ""))
        .containsExactly("1.json", "2.json", "3.json", "4.json", "5.json");
  }

  @Test
  void theTimeIsTakenInScratchOnALocalFileSystem() {
    store.read(KEY);
    assertThat(disk.steps.get(0)).startsWith("write " + root + "/.tmp/" + Scratch.PREFIX);
    assertThat(disk.steps).noneMatch(s -> s.startsWith("write " + folder));
  }

  @Test
  void theListedFolderIsRefreshedFirstOnASharedFileSystem() {
    FileRegisterStore shared = open(false);
    assertThat(shared.read(KEY))
        .isInstanceOfSatisfying(
            ReadResult.Present.class, p -> assertThat(p.ageMillis()).isPresent());
    assertThat(disk.steps.get(0)).startsWith("write " + folder + "/" + Scratch.PREFIX);
    assertThat(disk.steps.get(2)).startsWith("delete " + folder + "/" + Scratch.PREFIX);
    assertThat(disk.steps.get(3)).startsWith("list " + folder);
    disk.steps.clear();
    assertThat(shared.read(new RegisterKey("locks/x/y/z")))
        .isInstanceOfSatisfying(
            ReadResult.Absent.class, a -> assertThat(a.storeTimeMillis()).isPresent());
    assertThat(disk.steps)
        .anyMatch(s -> s.startsWith("delete " + root + "/locks/" + Scratch.PREFIX));
    disk.steps.clear();
    assertThat(((ListResult.Listed) shared.list("locks/")).entries()).hasSize(1);
    assertThat(disk.steps).anyMatch(s -> s.startsWith("delete " + folder + "/" + Scratch.PREFIX));
    assertThat(shared.machineLocal()).isFalse();
    assertThat(store.machineLocal()).isTrue();
  }

  @Test
  void theFolderIsRefreshedBeforePruningOnASharedFileSystem() {
    store = open(false);
    version = applied(store.replace(KEY, version, "two"));
    assertThat(refreshedBeforePruning()).isTrue();
    store = open(true);
    version = applied(store.replace(KEY, version, "three"));
    assertThat(refreshedBeforePruning()).isFalse();
  }

  /** Whether the last swap made and removed a file between its link and the listing to prune by. */
  private boolean refreshedBeforePruning() {
    List<String> kinds =
        disk.steps.stream()
            .map(
                s ->
                    s.replace(folder.toString(), "folder")
                        .replaceAll(Scratch.PREFIX + ".*", "probe"))
            .toList();
    disk.steps.clear();
    int listed = kinds.indexOf("open folder");
    int linked =
        kinds.subList(0, listed).lastIndexOf("link folder/" + version.tag().charAt(0) + ".json");
    assertThat(linked).isNotNegative();
    int made = kinds.subList(linked, listed).indexOf("write folder/probe");
    int removed = kinds.subList(linked, listed).indexOf("delete folder/probe");
    return made >= 0 && removed > made;
  }

  @Test
  void noClockIsNoTimeButStillARead() {
    fail("write", new AccessDeniedException("a file"));
    assertThat(store.read(KEY))
        .isInstanceOfSatisfying(
            ReadResult.Present.class,
            p -> {
              assertThat(p.body()).isEqualTo("one");
              assertThat(p.ageMillis()).isEmpty();
              assertThat(p.storeTimeMillis()).isEmpty();
            });
  }

  @Test
  void aDirectoryWithoutHardLinksIsRefusedAndStillRead() throws IOException {
    Files.delete(root.resolve(".tmp/checked"));
    store = open(true);
    fail("link", error("Operation not supported"));
    StoreFailure failure = notApplied(store.replace(KEY, version, "two"));
    assertThat(failure.permanent()).isTrue();
    assertThat(failure.message()).contains(root.toString(), "hard links", "Use ");
    assertThat(root.resolve(".tmp/checked")).doesNotExist();
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Present.class);
  }

  @Test
  void aDirectoryWhoseLinksAreNotExclusiveIsRefused() throws IOException {
    Files.delete(root.resolve(".tmp/checked"));
    store = open(true);
    disk.at = "link";
    disk.fault = Files::deleteIfExists;
    StoreFailure failure = notApplied(store.replace(KEY, version, "two"));
    assertThat(failure.permanent()).isTrue();
    assertThat(failure.message()).contains("although there is a file of that name");
  }

  @Test
  void aDirectoryWhoseCreationIsNotExclusiveIsRefused() throws IOException {
    Files.delete(root.resolve(".tmp/checked"));
    store = open(true);
    disk.at = "write";
    disk.fault = Files::deleteIfExists;
    assertThat(notApplied(store.replace(KEY, version, "two")).message()).contains("exclusively");
  }

  @Test
  void aDirectoryThatDoesNotCountLinksIsRefused() throws IOException {
    Files.delete(root.resolve(".tmp/checked"));
    store = open(true);
    disk.countsNames = false;
    StoreFailure failure = notApplied(store.replace(KEY, version, "two"));
    assertThat(failure.permanent()).isTrue();
    assertThat(failure.message()).contains("does not count the links of a file");
  }

  @Test
  void theCheckIsMadeOncePerDirectory() {
    open(true).replace(KEY, version, "two");
    assertThat(disk.steps).filteredOn(s -> s.startsWith("link")).hasSize(1);
  }

  @Test
  void aDeletedScratchFolderIsMadeAgain() throws IOException {
    Files.delete(root.resolve(".tmp/checked"));
    Files.delete(root.resolve(".tmp"));
    version = applied(store.replace(KEY, version, "two"));
    assertThat(root.resolve(".tmp/checked")).exists();
  }

  @Test
  void aDeletedScratchFolderIsMadeAgainForTheTime() throws IOException {
    Files.delete(root.resolve(".tmp/checked"));
    Files.delete(root.resolve(".tmp"));
    assertThat(store.read(KEY))
        .isInstanceOfSatisfying(
            ReadResult.Present.class, p -> assertThat(p.storeTimeMillis()).isPresent());
    assertThat(root.resolve(".tmp/checked")).exists();
  }

  @Test
  void besideADatastoreThatIsGoneNothingIsWritten() throws IOException {
    root = Files.createDirectory(root.resolve("gone"));
    FileRegisterStore shared = open(false);
    Files.delete(root);
    disk.steps.clear();
    assertThat(shared.read(KEY)).isInstanceOf(ReadResult.Unknown.class);
    assertThat(disk.steps)
        .filteredOn(s -> s.startsWith("write "))
        .isNotEmpty()
        .allMatch(s -> s.startsWith("write " + root + "/"));
  }

  @Test
  void whoMakesAFolderThatOthersMadeFirstLeavesNothingBehind() throws IOException {
    RegisterKey key = new RegisterKey("locks/other");
    disk.at = "rename";
    disk.times = 1;
    disk.fault = path -> applied(store.create(key, "theirs"));
    assertThat(store.create(key, "ours")).isEqualTo(new WriteResult.Conflict());
    try (var left = Files.list(root.resolve(".tmp"))) {
      assertThat(left).containsExactly(root.resolve(".tmp/checked"));
    }
  }

  @Test
  void whyAFolderCannotBeMadeIsSaid() {
    fail("rename", new AccessDeniedException("a folder"));
    StoreFailure failure = notApplied(store.create(new RegisterKey("locks/other"), "x"));
    assertThat(failure.permanent()).isTrue();
    assertThat(failure.message()).contains("permission denied (a folder)");
  }

  @Test
  void leftOversInTheKeysFolderAreSweptOnASharedFileSystem() throws Exception {
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(2)));
    for (boolean local : new boolean[] {true, false}) {
      TestPlatform platform = new TestPlatform();
      store = new FileRegisterStore(root, platform, disk, 2, 1, local);
      Path probe = Files.createFile(folder.resolve(Scratch.PREFIX + "1-probe"));
      Files.setLastModifiedTime(probe, old);
      version = applied(store.replace(KEY, version, "local " + local));
      platform.awaitWorkers();
      assertThat(Files.exists(probe)).isEqualTo(local);
      Files.deleteIfExists(probe);
    }
  }

  @Test
  void anOpenedStoreSweepsOnce() throws Exception {
    TestPlatform platform = new TestPlatform();
    store = new FileRegisterStore(root, platform, disk, 2, 1, true);
    version = applied(store.replace(KEY, version, "two"));
    platform.awaitWorkers();
    Path probe = Files.createFile(root.resolve(".tmp/" + Scratch.PREFIX + "1-probe"));
    Files.setLastModifiedTime(probe, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    version = applied(store.replace(KEY, version, "three"));
    platform.awaitWorkers();
    assertThat(probe).exists();
  }

  @Test
  void aBrokenFolderBesideThePrefixHidesNothing() {
    applied(store.create(new RegisterKey("locks/demo2"), "x"));
    disk.at = "walk";
    disk.fault =
        path -> {
          if (path.equals(folder)) {
            throw error("Input/output error");
          }
        };
    assertThat(((ListResult.Listed) store.list("locks/demo2")).entries())
        .extracting(e -> e.key().path())
        .containsExactly("locks/demo2");
  }

  @Test
  void aBrokenFolderIsListedAsUnreadableAndHidesNoOther() {
    applied(store.create(new RegisterKey("locks/other"), "x"));
    disk.at = "read";
    disk.fault =
        path -> {
          if (path.startsWith(folder)) {
            throw error("Input/output error");
          }
        };
    List<ListResult.Entry> entries = ((ListResult.Listed) store.list("locks/")).entries();
    assertThat(entries)
        .extracting(e -> e.key().path())
        .containsExactly("locks/demo", "locks/other");
    assertThat(entries.get(0).version()).isNotEqualTo(version);
    assertThat(VersionFile.numberOf(entries.get(0).version())).isNotPositive();
    disk.at = "walk";
    assertThat(((ListResult.Listed) store.list("locks/")).entries())
        .hasSize(2)
        .filteredOn(entry -> entry.version().equals(ListResult.NOT_LOOKED_INTO))
        .extracting(e -> e.key().path())
        .containsExactly("locks/demo");
    disk.fault =
        path -> {
          throw error("Input/output error");
        };
    assertThat(store.list("locks/")).isInstanceOf(ListResult.Unknown.class);
  }
}
