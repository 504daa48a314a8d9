package dev.fen.lock.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.WriteResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What wakes a waiter and what does not. Events of one watcher come in the order in which they
 * happened, so a wake of the register {@code barrier} shows that all earlier ones were told.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class FolderWatcherTest {

  private static final RegisterKey KEY = new RegisterKey("locks/named/demo.lock");
  private static final RegisterKey BARRIER = new RegisterKey("barrier/b.lock");

  private interface Step {
    void take(Path path) throws IOException;
  }

  private static final class WatchedDisk extends Disk {
    Step beforeWatching = path -> {};

    @Override
    void step(String what, Path path) throws IOException {
      if (what.equals("watch")) {
        beforeWatching.take(path);
      }
    }
  }

  @TempDir Path root;
  private final WatchedDisk disk = new WatchedDisk();
  private FileRegisterStore store;
  private Path folder;
  private int bodies;
  private final AtomicInteger wakes = new AtomicInteger();
  private final Semaphore woken = new Semaphore(0);
  private final Semaphore passed = new Semaphore(0);

  @BeforeEach
  void open() {
    store = new FileRegisterStore(root, new TestPlatform(), disk, 16, 8, false);
    folder = root.resolve(KEY.path());
    write(BARRIER);
    store.watch(BARRIER, passed::release);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void write(RegisterKey key) {
    String body = "body " + bodies++;
    WriteResult result =
        store.read(key) instanceof ReadResult.Present is
            ? store.replace(key, is.version(), body)
            : store.create(key, body);
    assertThat(result).isInstanceOf(WriteResult.Applied.class);
  }

  private RegisterStore.Watch watch() {
    return store.watch(
        KEY,
        () -> {
          wakes.incrementAndGet();
          woken.release();
        });
  }

  private static void await(Semaphore semaphore) throws InterruptedException {
    assertThat(semaphore.tryAcquire(20, TimeUnit.SECONDS)).as("woken").isTrue();
  }

  /** Waits until all that happened so far was told. */
  private void settle() throws InterruptedException {
    passed.drainPermits();
    write(BARRIER);
    await(passed);
  }

  @Test
  void aReaderOnASharedFileSystemDoesNotWakeItself() throws Exception {
    write(KEY);
    watch();
    for (int i = 0; i < 5; i++) {
      assertThat(store.read(KEY)).isInstanceOf(ReadResult.Present.class);
    }
    Files.writeString(folder.resolve("01.json"), "no version");
    Files.writeString(folder.resolve("2.json.bak"), "no version");
    settle();
    assertThat(wakes).hasValue(0);
    write(KEY);
    await(woken);
  }

  @Test
  void aReaderOfAnAbsentRegisterDoesNotWakeItself() throws Exception {
    Files.createDirectories(root.resolve("locks"));
    watch();
    for (int i = 0; i < 5; i++) {
      assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
    }
    Files.createDirectory(root.resolve("locks/models"));
    settle();
    assertThat(wakes).hasValue(0);
    Files.createDirectory(root.resolve("locks/named"));
    await(woken);
    settle();
    woken.drainPermits();
    Files.createDirectory(folder);
    await(woken);
    settle();
    woken.drainPermits();
    Files.writeString(folder.resolve("1.json"), "one");
    await(woken);
  }

  @Test
  void moreEventsThanAreKeptWake() throws Exception {
    write(KEY);
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch resume = new CountDownLatch(1);
    store.watch(
        BARRIER,
        () -> {
          busy.countDown();
          awaitQuietly(resume);
        });
    watch();
    write(BARRIER);
    busy.await();
    write(KEY);
    for (int i = 0; i < 1_000; i++) {
      Files.createFile(folder.resolve(Scratch.PREFIX + i));
    }
    resume.countDown();
    await(woken);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aFolderThatIsRemovedWakesAndWhatIsMadeInItsPlaceToo() throws Exception {
    write(KEY);
    watch();
    Files.delete(folder.resolve("1.json"));
    Files.delete(folder);
    await(woken);
    for (int i = 0; i < 2; i++) {
      settle();
      woken.drainPermits();
      write(KEY);
      await(woken);
    }
  }

  @Test
  void theFirstVersionInANewFolderWakesAndTheSecondToo() throws Exception {
    watch();
    for (int i = 0; i < 2; i++) {
      settle();
      woken.drainPermits();
      write(KEY);
      await(woken);
    }
  }

  @Test
  void aClosedWatchGivesItsEventsBack() throws Exception {
    write(KEY);
    String inode = inode(folder);
    RegisterStore.Watch first = watch();
    RegisterStore.Watch second = watch();
    assertThat(watched(inode)).isEqualTo(1);
    first.close();
    first.close();
    assertThat(watched(inode)).as("while there is a second watch").isEqualTo(1);
    second.close();
    assertThat(watched(inode)).isZero();
    write(KEY);
    settle();
    assertThat(wakes).hasValue(0);
  }

  @Test
  void aClosedWatchWakesNoMoreWhileOthersOfItsFolderDo() throws Exception {
    write(KEY);
    RegisterStore.Watch first = watch();
    Semaphore other = new Semaphore(0);
    store.watch(KEY, other::release);
    first.close();
    write(KEY);
    await(other);
    settle();
    assertThat(wakes).hasValue(0);
  }

  @Test
  void theFolderAboveIsNotWatchedAnyMoreOnceTheOwnOneIsThere() throws Exception {
    Path above = Files.createDirectories(folder.getParent());
    String inode = inode(above);
    RegisterStore.Watch watch = watch();
    assertThat(watched(inode)).isEqualTo(1);
    Files.createDirectory(folder);
    await(woken);
    assertThat(watched(inode)).isZero();
    assertThat(watched(inode(folder))).isEqualTo(1);
    watch.close();
    assertThat(watched(inode(folder))).isZero();
  }

  @Test
  void theFolderAboveIsNotWatchedWhereTheOwnOneCameInBetween() throws Exception {
    Path above = Files.createDirectories(folder.getParent());
    disk.beforeWatching =
        path -> {
          if (path.equals(above)) {
            Files.createDirectories(folder);
          }
        };
    RegisterStore.Watch watch = watch();
    assertThat(watched(inode(folder))).isEqualTo(1);
    assertThat(watched(inode(above))).isZero();
    watch.close();
    assertThat(watched(inode(folder))).isZero();
  }

  @Test
  void aClosedStoreGivesAllEventsBack() throws Exception {
    write(KEY);
    watch();
    store.close();
    assertThat(watched(inode(folder))).isZero();
  }

  private static String inode(Path path) throws IOException {
    return Long.toHexString((Long) Files.getAttribute(path, "unix:ino"));
  }

  /** How many watches of this process the kernel has on a folder. */
  private static long watched(String inode) throws IOException {
    long count = 0;
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fdinfo"))) {
      for (Path one : (Iterable<Path>) open::iterator) {
        count += countIn(one, " ino:" + inode + " ");
      }
    }
    return count;
  }

  private static long countIn(Path fdInfo, String inode) {
    try {
      String text = new String(Files.readAllBytes(fdInfo), StandardCharsets.US_ASCII);
      return text.lines().filter(l -> l.startsWith("inotify ") && l.contains(inode)).count();
    } catch (IOException e) {
      return 0; // closed since it was listed
    }
  }
}
