package dev.fen.lock.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FileRegisterStoreTest {

  private static final RegisterKey KEY = new RegisterKey("locks/named/demo.lock");

  @TempDir Path root;
  private final TestPlatform platform = new TestPlatform();
  private FileRegisterStore store;
  private Path folder;
  private int bodies;

  @BeforeEach
  void open() {
    store = FileRegisterStore.open(root, platform);
    folder = root.resolve("locks/named/demo.lock");
  }

  @AfterEach
  void close() {
    store.close();
  }

  private ReadResult.Present present() {
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Present.class);
    return (ReadResult.Present) store.read(KEY);
  }

  private static Version applied(WriteResult result) {
    assertThat(result).isInstanceOf(WriteResult.Applied.class);
    return ((WriteResult.Applied) result).version();
  }

  /** Creates the register, or swaps it on, up to this number. */
  private Version growTo(int number) {
    Version version =
        store.read(KEY) instanceof ReadResult.Present is
            ? is.version()
            : applied(store.create(KEY, "body " + bodies++));
    while (VersionFile.numberOf(version) < number) {
      version = applied(store.replace(KEY, version, "body " + bodies++));
    }
    return version;
  }

  private List<Integer> numbers() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(f -> Integer.valueOf(f.getFileName().toString().replace(".json", "")))
          .sorted()
          .toList();
    }
  }

  private Path version(int number) {
    return folder.resolve(number + ".json");
  }

  @Test
  void isReadAsItWasWritten() throws IOException {
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
    Version first = applied(store.create(KEY, "{\"a\":\"ä\"}\n"));
    assertThat(present().version()).isEqualTo(first);
    assertThat(present().body()).isEqualTo("{\"a\":\"ä\"}\n");
    Version second = applied(store.replace(KEY, first, "two"));
    assertThat(present().version()).isEqualTo(second);
    assertThat(present().body()).isEqualTo("two");
    assertThat(Files.readString(version(2)))
        .isEqualTo(
            "two\n{\"number\":2,\"follows\":1,\"sum\":\"" + first.tag().substring(2) + "\"}\n");
    try (Stream<Path> left = Files.list(root.resolve(".tmp"))) {
      assertThat(left).containsExactly(root.resolve(".tmp/checked"));
    }
  }

  @Test
  void aLinkToItIsAnotherNameOfItAndACopyIsNot(@TempDir Path elsewhere) throws IOException {
    Path link = Files.createSymbolicLink(elsewhere.resolve("link"), root);
    Path copy = Files.createDirectory(elsewhere.resolve("copy"));
    assertThat(store.isAlso(store.location())).isTrue();
    assertThat(store.isAlso(link.toString())).isTrue();
    for (String other : List.of(copy.toString(), elsewhere + "/absent", "s3://b/p", "\0", "")) {
      assertThat(store.isAlso(other)).isFalse();
    }
  }

  @Test
  void aConditionThatFailsIsAConflict() {
    Version first = growTo(1);
    growTo(2);
    assertThat(store.create(KEY, "x")).isEqualTo(new WriteResult.Conflict());
    assertThat(store.replace(KEY, first, "y")).isEqualTo(new WriteResult.Conflict());
    assertThat(store.replace(KEY, new Version("\"an etag\""), "z"))
        .isEqualTo(new WriteResult.Conflict());
    growTo(60);
    assertThat(store.create(KEY, "v")).isEqualTo(new WriteResult.Conflict());
    assertThat(store.replace(KEY, first, "w")).isEqualTo(new WriteResult.Conflict());
    assertThat(version(1)).doesNotExist();
    assertThat(version(2)).doesNotExist();
  }

  @Test
  void aReplaceNeverMakesAFolder() throws IOException {
    Version first = growTo(1);
    Files.delete(version(1));
    Files.delete(folder);
    assertThat(store.replace(KEY, first, "x")).isEqualTo(new WriteResult.Conflict());
    assertThat(folder).doesNotExist();
  }

  @Test
  void refusesABodyThatIsTooLong() {
    assertThat(store.create(KEY, "ä".repeat(RegisterStore.MAX_BODY_BYTES)))
        .isInstanceOf(WriteResult.NotApplied.class);
    String most = "x".repeat(RegisterStore.MAX_BODY_BYTES);
    applied(store.create(KEY, most));
    assertThat(present().body()).isEqualTo(most);
  }

  @Test
  void whatIsNotOursIsIgnored() throws Exception {
    Files.createDirectories(folder.resolve("7.json"));
    Files.writeString(folder.resolve("01.json"), "x");
    Files.writeString(folder.resolve("9007199254740993.json"), "x");
    Files.writeString(folder.resolve("8.json.bak"), "x");
    Files.writeString(folder.resolve(".nfs0001"), "x");
    Files.createSymbolicLink(folder.resolve("3.json"), folder.resolve("01.json"));
    Files.createSymbolicLink(folder.resolve("4.json"), folder.resolve("3.json"));
    assumeTrue(
        new ProcessBuilder("mkfifo", folder.resolve("12.json").toString()).start().waitFor() == 0);
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
    Version second = growTo(2);
    assertThat(VersionFile.numberOf(applied(store.replace(KEY, second, "over the links"))))
        .isEqualTo(5);
    growTo(40);
    assertThat(present().version().tag()).startsWith("40-");
    assertThat(folder.resolve("3.json")).isSymbolicLink();
    assertThat(folder.resolve("7.json")).isDirectory();
    assertThat(version(2)).doesNotExist();
  }

  @Test
  void whatIsInTheWayOfACreateIsSaid() throws IOException {
    Files.createDirectories(version(1));
    WriteResult.NotApplied result = (WriteResult.NotApplied) store.create(KEY, "x");
    assertThat(result.failure().permanent()).isTrue();
    assertThat(result.failure().message()).contains(version(1).toString(), "remove it");
  }

  @Test
  void aFileWrittenByHandCountsAfterItsPredecessorOnly() throws IOException {
    growTo(2);
    Files.writeString(version(4), "four");
    assertThat(present().version().tag()).startsWith("2-");
    Files.writeString(version(3), "three\n");
    assertThat(present().body()).isEqualTo("four");
    Files.delete(version(4));
    assertThat(present().body()).isEqualTo("three\n");
    growTo(4);
    assertThat(present().version().tag()).startsWith("4-");
  }

  @Test
  void aFirstVersionWrittenByHandCounts() throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        version(1), "{}\n{\"number\":5,\"follows\":4,\"sum\":\"0123456789abcdef\"}\n");
    assertThat(present().version().tag()).startsWith("1-");
    growTo(2);
  }

  @Test
  void anEmptyNewestVersionIsThereAndIsReplaced() throws IOException {
    growTo(3);
    Files.write(version(3), new byte[0]);
    assertThat(present().body()).isEmpty();
    applied(store.replace(KEY, present().version(), "on"));
    assertThat(present().body()).isEqualTo("on");
    assertThat(present().version().tag()).startsWith("4-");
  }

  @Test
  void emptyVersionsInARowAreSteppedBackFromOnlyWhereTheNextTellsOtherwise() throws IOException {
    growTo(4);
    Files.write(version(3), new byte[0]);
    assertThat(present().version().tag()).startsWith("3-");
    Files.write(version(4), new byte[0]);
    assertThat(present().version().tag()).startsWith("4-");
  }

  @Test
  void anEditedVersionIsNotOverruledByWhoReadItBefore() throws IOException {
    Version second = growTo(2);
    Files.writeString(version(2), Files.readString(version(2)).replace("body", "edited"));
    assertThat(present().body()).isEqualTo("edited 1");
    assertThat(store.replace(KEY, second, "x")).isInstanceOf(WriteResult.Unknown.class);
    assertThat(present().body()).isEqualTo("edited 1");
    applied(store.replace(KEY, present().version(), "y"));
  }

  @Test
  void anOldHoldersVersionIsAStrayInTheRestoredFolder() throws IOException {
    Version fifth = growTo(5);
    byte[] sixth =
        VersionFile.compose(
            "old holder".getBytes(StandardCharsets.UTF_8), 6, 5, VersionFile.sumOf(fifth));
    Files.delete(version(5));
    Files.delete(version(4));
    Files.write(version(6), sixth);
    assertThat(present().version().tag()).startsWith("3-");
    assertThat(VersionFile.numberOf(growTo(4))).isEqualTo(4);
    assertThat(VersionFile.numberOf(growTo(5))).isEqualTo(5);
    assertThat(present().version()).isNotEqualTo(fifth);
    assertThat(VersionFile.numberOf(growTo(6))).isEqualTo(7);
    assertThat(present().version().tag()).startsWith("7-");
  }

  @Test
  void aFolderWithStraysOnlyIsAbsentAndCreatedAtOne() throws IOException {
    growTo(5);
    for (int i = 1; i < 5; i++) {
      Files.delete(version(i));
    }
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
    assertThat(applied(store.create(KEY, "anew")).tag()).startsWith("1-");
    assertThat(numbers()).containsExactly(1, 5);
    growTo(8);
  }

  @Test
  void aDatastoreThatIsGoneIsUnknown() throws IOException {
    Path sub = Files.createDirectory(root.resolve("sub"));
    try (FileRegisterStore other = FileRegisterStore.open(sub, new TestPlatform())) {
      Files.delete(sub);
      assertThat(other.read(KEY)).isInstanceOf(ReadResult.Unknown.class);
      assertThat(other.list("")).isInstanceOf(ListResult.Unknown.class);
      assertThat(other.create(KEY, "x")).isInstanceOf(WriteResult.NotApplied.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"locks/named/demo.lock", "locks/named", "locks"})
  void aFileWhereAFolderShouldBeIsNeitherAbsentNorPassing(String at) throws IOException {
    Path file = root.resolve(at);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "x");
    assertInTheWay(((ReadResult.Unknown) store.read(KEY)).failure(), file);
    assertInTheWay(((WriteResult.NotApplied) store.create(KEY, "x")).failure(), file);
    assertThat(file).hasContent("x");
    Files.delete(file);
    growTo(1);
  }

  private static void assertInTheWay(StoreFailure failure, Path file) {
    assertThat(failure.permanent()).isTrue();
    assertThat(failure.message())
        .contains(file + " is a file where a folder of Fen should be: move it away");
  }

  @Test
  void aFileThatTakesTheFoldersPlaceIsSaid() throws IOException {
    Version first = growTo(1);
    Files.move(folder, root.resolve("moved"));
    Files.writeString(folder, "x");
    assertThat(store.replace(KEY, first, "x")).isEqualTo(new WriteResult.Conflict());
    assertInTheWay(((ReadResult.Unknown) store.read(KEY)).failure(), folder);
  }

  @Test
  void aFileInAFoldersPlaceIsListedAndBelowItNothingIsKnown() throws IOException {
    Files.createDirectories(folder.getParent());
    Files.writeString(folder, "x");
    applied(store.create(new RegisterKey("locks/named/other.lock"), "x"));
    assertThat(listed("locks/named/"))
        .as("what no read can tell is not absent")
        .containsExactly("locks/named/demo.lock", "locks/named/other.lock");
    Files.writeString(root.resolve("locks/named/other.lock/notes"), "a foreign file");
    assertThat(listed("locks/named/other.lock")).containsExactly("locks/named/other.lock");
    assertInTheWay(((ListResult.Unknown) store.list("locks/named/demo.lock/")).failure(), folder);
    Files.writeString(root.resolve("locks/models"), "x");
    assertInTheWay(
        ((ListResult.Unknown) store.list("locks/models/aws/")).failure(),
        root.resolve("locks/models"));
    Files.createSymbolicLink(root.resolve("locks/lost"), root.resolve("nowhere"));
    assertThat(((ListResult.Unknown) store.list("locks/lost/aws/")).failure().message())
        .contains(
            root.resolve("locks/lost")
                + " is a link where a folder of Fen should be: move it away");
  }

  @Test
  void aScratchFolderThatIsAFileIsSaid() throws IOException {
    Path scratch = root.resolve(".tmp");
    Files.writeString(scratch, "x");
    assertInTheWay(((WriteResult.NotApplied) store.create(KEY, "x")).failure(), scratch);
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
    Files.delete(scratch);
    Version first = growTo(1);
    Files.move(scratch, root.resolve("moved"));
    Files.writeString(scratch, "x");
    assertInTheWay(((WriteResult.NotApplied) store.replace(KEY, first, "x")).failure(), scratch);
    assertThat(present().version()).isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"locks/named/demo.lock", "locks/named", "locks"})
  void aLinkToNowhereWhereAFolderShouldBeIsSaid(String at) throws IOException {
    Path link = root.resolve(at);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, root.resolve("nowhere"));
    String reason = link + " is a link where a folder of Fen should be: move it away";
    StoreFailure writing = ((WriteResult.NotApplied) store.create(KEY, "x")).failure();
    assertThat(writing.permanent()).isTrue();
    assertThat(writing.message()).contains(reason);
    StoreFailure reading = ((ReadResult.Unknown) store.read(KEY)).failure();
    assertThat(reading.permanent()).isTrue();
    assertThat(reading.message()).contains(reason);
    if (link.equals(folder)) {
      assertThat(listed("locks/named/")).containsExactly(KEY.path());
    }
  }

  @Test
  void whatIsReadThroughALinkToAFolderIsListed() throws IOException {
    growTo(2);
    Files.createSymbolicLink(root.resolve("locks/named/linked.lock"), folder);
    assertThat(listed("locks/named/"))
        .containsExactly("locks/named/demo.lock", "locks/named/linked.lock");
    assertThat(store.read(new RegisterKey("locks/named/linked.lock")))
        .isInstanceOf(ReadResult.Present.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"folder", "fifo", "link"})
  void whatIsNoFileInTheFirstVersionsPlaceIsSaid(String kind) throws Exception {
    Files.createDirectories(folder);
    Path first = version(1);
    switch (kind) {
      case "folder" -> Files.createDirectory(first);
      case "link" -> Files.createSymbolicLink(first, root);
      default -> makeFifo(first);
    }
    String reason = first + " is in the way and no plain file: remove it";
    StoreFailure reading = ((ReadResult.Unknown) store.read(KEY)).failure();
    assertThat(reading.permanent()).isTrue();
    assertThat(reading.message()).contains(reason);
    StoreFailure writing = ((WriteResult.NotApplied) store.create(KEY, "x")).failure();
    assertThat(writing.permanent()).isTrue();
    assertThat(writing.message()).contains(reason);
    assertThat(listed("locks/named/")).containsExactly(KEY.path());
  }

  @ParameterizedTest
  @ValueSource(strings = {"locks/named/demo.lock", "locks/named"})
  @Timeout(20)
  void aFifoWhereAFolderShouldBeIsSaidAtOnce(String at) throws Exception {
    Path fifo = root.resolve(at);
    Files.createDirectories(fifo.getParent());
    makeFifo(fifo);
    assertInTheWay(((ReadResult.Unknown) store.read(KEY)).failure(), fifo);
    assertInTheWay(((WriteResult.NotApplied) store.create(KEY, "x")).failure(), fifo);
    if (fifo.equals(folder)) {
      assertThat(listed("locks/named/")).containsExactly(KEY.path());
    } else {
      assertInTheWay(((ListResult.Unknown) store.list("locks/named/")).failure(), fifo);
    }
  }

  private static void makeFifo(Path path) throws Exception {
    Path command = Path.of("/usr/bin/mkfifo");
    assumeTrue(Files.isExecutable(command), "mkfifo");
    assertThat(new ProcessBuilder(command.toString(), path.toString()).start().waitFor()).isZero();
  }

  @Test
  void aGigabyteIsNotRead() throws IOException {
    growTo(2);
    try (RandomAccessFile file = new RandomAccessFile(version(3).toFile(), "rw")) {
      file.setLength(1L << 30);
    }
    assertThat(present().body()).hasSize(RegisterStore.MAX_BODY_BYTES + 1);
    applied(store.replace(KEY, present().version(), "small again"));
    assertThat(present().body()).isEqualTo("small again");
  }

  @Test
  void malformedBytesAreReplaced() throws IOException {
    Files.createDirectories(folder);
    Files.write(version(1), new byte[] {'a', (byte) 0xff, 'b'});
    assertThat(present().body()).isEqualTo("a\ufffdb");
  }

  @Test
  void agesAreOfTheFileSystemsClock() throws IOException {
    growTo(1);
    assertThat(present().ageMillis().orElseThrow()).isBetween(0L, 10_000L);
    Files.setLastModifiedTime(version(1), FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    assertThat(present().ageMillis().orElseThrow()).isBetween(3_599_000L, 3_610_000L);
    assertThat(present().storeTimeMillis().orElseThrow())
        .isBetween(System.currentTimeMillis() - 10_000, System.currentTimeMillis() + 10);
    Files.setLastModifiedTime(version(1), FileTime.from(Instant.now().plus(Duration.ofHours(1))));
    assertThat(present().ageMillis()).isEmpty();
    ReadResult absent = store.read(new RegisterKey("locks/other"));
    assertThat(((ReadResult.Absent) absent).storeTimeMillis()).isPresent();
  }

  @Test
  void sixteenVersionsStayAndNotManyMore() throws IOException {
    for (int number = 1; number <= 64; number++) {
      growTo(number);
      List<Integer> there = numbers();
      assertThat(there)
          .hasSizeGreaterThanOrEqualTo(Math.min(number, 16))
          .hasSizeLessThanOrEqualTo(24);
      assertThat(there.get(there.size() - 1) - there.get(0)).isEqualTo(there.size() - 1);
    }
  }

  @Test
  void everythingGetsTheModeAndGroupOfTheRoot() throws IOException {
    assumeTrue(new java.io.File("/proc/self").exists());
    Files.setAttribute(root, "unix:mode", 02770);
    boolean isRoot = Files.getAttribute(root, "unix:uid").equals(0);
    if (isRoot) {
      Files.setAttribute(root, "unix:gid", 4242);
    }
    growTo(2);
    for (String at : List.of("locks", "locks/named", "locks/named/demo.lock", ".tmp")) {
      assertThat((Integer) Files.getAttribute(root.resolve(at), "unix:mode") & 07777)
          .as(at)
          .isEqualTo(02770);
      assertThat(Files.getAttribute(root.resolve(at), "unix:gid"))
          .isEqualTo(Files.getAttribute(root, "unix:gid"));
    }
    for (Path file : List.of(version(1), version(2), root.resolve(".tmp/checked"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-rw----");
      assertThat(Files.getAttribute(file, "unix:gid"))
          .isEqualTo(Files.getAttribute(root, "unix:gid"));
    }
  }

  @Test
  void leftOversSlowNothingAndTheOldOnesAreSwept() throws Exception {
    growTo(1);
    Path tmp = root.resolve(".tmp");
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(2)));
    for (int i = 0; i < 10_000; i++) {
      Path file = Files.createFile(tmp.resolve(".fen-1-" + i));
      if (i < 9_000) {
        Files.setLastModifiedTime(file, old);
      }
    }
    Files.setLastModifiedTime(tmp.resolve("checked"), old);
    growTo(8);
    platform.awaitWorkers();
    assertThat(count(tmp)).isLessThanOrEqualTo(9_950).isGreaterThanOrEqualTo(9_001);
    assertThat(tmp.resolve("checked")).exists();
    for (int i = 9_000; i < 10_000; i++) {
      assertThat(tmp.resolve(".fen-1-" + i)).exists();
    }
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void anInterruptDisturbsNothing() {
    Thread.currentThread().interrupt();
    try {
      growTo(20);
      assertThat(present().version().tag()).startsWith("20-");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void saysWhyADirectoryCannotBeOpened() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "x");
    assertThatThrownBy(() -> FileRegisterStore.open(file, new TestPlatform()))
        .isInstanceOfSatisfying(
            DirectoryUnusableException.class,
            e ->
                assertThat(e.reason()).isEqualTo(DirectoryUnusableException.Reason.NOT_A_DIRECTORY))
        .hasMessageContaining(file.toString());
    Path missing = root.resolve("missing");
    assertThatThrownBy(() -> FileRegisterStore.open(missing, new TestPlatform()))
        .isInstanceOfSatisfying(
            DirectoryUnusableException.class,
            e -> assertThat(e.reason()).isEqualTo(DirectoryUnusableException.Reason.MISSING))
        .hasMessageContaining(missing.toString());
  }

  @Test
  void saysWhereItIs() {
    assertThat(FileRegisterStore.open(Path.of("."), new TestPlatform()).location()).startsWith("/");
    assertThat(store.mayForgetWrites()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "apfs"})
  void localFileSystems(String type) {
    assertThat(FileSystemKind.isLocalType(type)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "fuse.sshfs",
        "fuseblk",
        "9p",
        "virtiofs",
        "ceph",
        "lustre",
        "NTFS",
        "?"
      })
  void sharedOrUnknownFileSystems(String type) {
    assertThat(FileSystemKind.isLocalType(type)).isFalse();
  }

  // listing

  private List<String> listed(String prefix) {
    ListResult result = store.list(prefix);
    assertThat(result).isInstanceOf(ListResult.Listed.class);
    return ((ListResult.Listed) result).entries().stream().map(e -> e.key().path()).toList();
  }

  @Test
  void listsTheRegistersUnderAPrefix() {
    String longName = "Long ".repeat(60);
    List<String> keys =
        List.of(
            "locks/a",
            "locks/a/b",
            "locks/models/@Scope/x y.lock",
            "locks/models/" + longName + "/id.lock",
            "locks/models/aws/1.json",
            "other/name");
    for (String key : keys) {
      applied(store.create(new RegisterKey(key), "body"));
    }
    assertThat(listed("")).containsExactlyInAnyOrderElementsOf(keys).isSorted();
    assertThat(listed("locks/a")).containsExactly("locks/a", "locks/a/b");
    assertThat(listed("locks/a/")).containsExactly("locks/a/b");
    assertThat(listed("locks/models/L")).containsExactly("locks/models/" + longName + "/id.lock");
    assertThat(listed("locks/models/" + longName + "/")).hasSize(1);
    assertThat(listed("locks/mo")).hasSize(3);
    assertThat(listed("nothing/here/")).isEmpty();
    assertThat(listed("/")).isEmpty();
    assertThat(listed("../")).isEmpty();
    for (ListResult.Entry entry : ((ListResult.Listed) store.list("")).entries()) {
      assertThat(store.read(entry.key()))
          .isInstanceOfSatisfying(
              ReadResult.Present.class, p -> assertThat(p.version()).isEqualTo(entry.version()));
    }
  }

  @Test
  void aFolderThatIsNotOursIsNotListed() throws IOException {
    growTo(1);
    for (String name :
        List.of("Upper", "%41", "~name", "x~0123456789abcdef0123456789abcdef", "..a")) {
      Files.createDirectories(root.resolve("locks").resolve(name));
      Files.writeString(root.resolve("locks").resolve(name).resolve("1.json"), "x");
    }
    Files.writeString(
        root.resolve("locks/x~0123456789abcdef0123456789abcdef/~name"), "a name of another folder");
    assertThat(listed("")).containsExactly(KEY.path());
  }

  @Test
  void whatIsBelowALinkIsToldAsNotLookedInto() throws IOException {
    growTo(1);
    Files.createSymbolicLink(root.resolve("locks/loop"), root);
    Files.createSymbolicLink(root.resolve("locks/lost"), root.resolve("nowhere"));
    Files.createSymbolicLink(root.resolve("locks/round"), root.resolve("locks/round"));
    Files.createSymbolicLink(
        root.resolve("locks/note"), Files.writeString(root.resolve("note"), "x"));
    assertThat(notLookedInto("")).containsExactly("locks/loop", "locks/lost", "locks/round");
  }

  @Test
  void soIsALinkBesideVersions() throws IOException {
    growTo(1);
    Files.writeString(root.resolve("locks/1.json"), "x");
    Files.createSymbolicLink(root.resolve("locks/t"), root.resolve("locks/models"));
    assertThat(notLookedInto("")).containsExactly("locks/t");
  }

  @Test
  void soIsALinkInThePlaceOfAFolderWithACutName() throws IOException {
    String type = "locks/models/" + "x".repeat(300);
    applied(store.create(new RegisterKey(type + "/a.lock"), "one"));
    Path at = root.resolve("locks/models").resolve(FolderNames.encode("x".repeat(300)));
    Path elsewhere = Files.move(at, root.resolve("elsewhere"));
    Files.createSymbolicLink(at, elsewhere);
    assertThat(notLookedInto("locks/models/")).containsExactly(type);
    Files.delete(elsewhere.resolve("~name"));
    assertThat(((ListResult.Unknown) store.list("locks/models/")).failure().message())
        .contains(at + ", a link, has lost the file ~name", "remove the link");
    Files.delete(at);
    Files.createSymbolicLink(at, root.resolve("nowhere"));
    assertThat(store.list("locks/models/")).isInstanceOf(ListResult.Unknown.class);
    Files.delete(at);
    Files.createSymbolicLink(root.resolve("locks/models/backup~"), elsewhere);
    assertThat(listed("locks/models/")).as("a link of somebody else's").isEmpty();
  }

  private List<String> notLookedInto(String prefix) {
    return ((ListResult.Listed) store.list(prefix))
        .entries().stream()
            .filter(entry -> entry.version().equals(ListResult.NOT_LOOKED_INTO))
            .map(entry -> entry.key().path())
            .toList();
  }

  @Test
  void aRegisterWhoseNameIsLostMakesAListingUnknown() throws IOException {
    applied(store.create(new RegisterKey("locks/models/" + "x".repeat(300) + ".lock"), "one"));
    Path at = root.resolve("locks/models").resolve(FolderNames.encode("x".repeat(300) + ".lock"));
    Files.delete(at.resolve("~name"));
    assertThat(((ListResult.Unknown) store.list("locks/models/")).failure().message())
        .contains(at + " has lost the file ~name");
    Files.delete(at.resolve("1.json"));
    assertThat(listed("locks/models/")).as("one that is just being made").isEmpty();
  }

  @Test
  void soDoesOneFurtherDown() throws IOException {
    growTo(1);
    applied(store.create(new RegisterKey("locks/models/t/" + "x".repeat(300) + ".lock"), "one"));
    Path at = root.resolve("locks/models/t").resolve(FolderNames.encode("x".repeat(300) + ".lock"));
    Files.delete(at.resolve("~name"));
    assertThat(((ListResult.Unknown) store.list("locks/")).failure().message())
        .contains(at + " has lost the file ~name");
    assertThat(listed("locks/named/")).containsExactly(KEY.path());
  }

  @Test
  void aForeignFileWithALongNameHidesNothing() throws IOException {
    growTo(1);
    Files.createFile(root.resolve("locks/named").resolve("a".repeat(150) + "~"));
    assertThat(listed("")).containsExactly(KEY.path());
  }

  @Test
  void aLostNameIsToldAgainByTheNextCreate() throws IOException {
    RegisterKey key = new RegisterKey("locks/" + "x".repeat(300));
    applied(store.create(key, "one"));
    Path at = root.resolve("locks").resolve(FolderNames.encode("x".repeat(300)));
    Files.writeString(at.resolve("~name"), "");
    Files.delete(at.resolve("1.json"));
    applied(store.create(key, "two"));
    assertThat(listed("")).containsExactly(key.path());
  }

  // watching

  @Test
  void aWatchMayBeClosedAfterTheStore() {
    applied(store.create(KEY, "body"));
    RegisterStore.Watch watch = store.watch(KEY, () -> {});

    store.close();
    watch.close();
  }

  private static void awaitWake(Semaphore woken) throws InterruptedException {
    assertThat(woken.tryAcquire(20, TimeUnit.SECONDS)).as("woken").isTrue();
  }

  @Test
  void aChangeWakes() throws Exception {
    growTo(1);
    Semaphore woken = new Semaphore(0);
    RegisterStore.Watch watch = store.watch(KEY, woken::release);
    growTo(2);
    awaitWake(woken);
    watch.close();
    watch.close();
  }

  @Test
  void manyWatchersOfOneFolderAreIndependent() throws Exception {
    growTo(1);
    Semaphore one = new Semaphore(0);
    Semaphore two = new Semaphore(0);
    RegisterStore.Watch first = store.watch(KEY, one::release);
    RegisterStore.Watch second = store.watch(KEY, two::release);
    first.close();
    growTo(2);
    awaitWake(two);
    second.close();
    store.close();
    assertThat(store.watch(KEY, one::release)).isNotNull();
    store.close();
  }

  @Test
  void whatANewerFenWroteIsNotSteppedOver() throws IOException {
    Version third = growTo(3);
    Files.writeString(
        folder.resolve("4.json"), "body\n{\"trailer\":2,\"number\":4,\"follows\":[3,\"?\"]}\n");

    assertThat(store.read(KEY))
        .isInstanceOfSatisfying(
            ReadResult.Unknown.class, unknown -> assertToldOfNewerFen(unknown.failure()));
    assertThat(store.replace(KEY, third, "older"))
        .isInstanceOfSatisfying(
            WriteResult.Unknown.class, unknown -> assertToldOfNewerFen(unknown.failure()));
    assertThat(numbers()).containsExactly(1, 2, 3, 4);
  }

  private void assertToldOfNewerFen(StoreFailure failure) {
    assertThat(failure.permanent()).isTrue();
    assertThat(failure.message()).contains(folder + "/4.json was written by a newer Fen");
  }
}
