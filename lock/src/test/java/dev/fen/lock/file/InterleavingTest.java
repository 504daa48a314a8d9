package dev.fen.lock.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.file.Interleavings.Actor;
import dev.fen.lock.store.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk-independent")
class InterleavingTest {

  private static final int ALL = -1;

  private Path root;

  private static final Actor CREATE = run -> run.create();
  private static final Actor REPLACE = run -> run.replace(run.initial());
  private static final Actor READ = run -> run.read();

  /** Reads, and swaps what it read, a few times. */
  private static Actor swaps(int times) {
    return run -> {
      for (int i = 0; i < times; i++) {
        Version seen = run.read();
        run.replace(seen);
      }
    };
  }

  /** Creates, and swaps on. */
  private static Actor createsAndSwaps(int times) {
    return run -> {
      @Nullable Version version = run.create();
      for (int i = 0; i < times; i++) {
        version = run.replace(version);
      }
    };
  }

  /** Swaps on from the version that is there at the start. */
  private static Actor swapsOn(int times) {
    return run -> {
      @Nullable Version version = run.initial();
      for (int i = 0; i < times; i++) {
        version = run.replace(version);
      }
    };
  }

  @BeforeEach
  void makeRoot() throws IOException {
    Path memory = Path.of("/dev/shm");
    root =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "fen")
            : Files.createTempDirectory("fen");
  }

  @AfterEach
  void removeRoot() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }

  private Interleavings explore(
      int keep, int initialVersions, int mostPreemptions, Actor... actors) {
    Interleavings all = new Interleavings(root, keep, initialVersions, mostPreemptions, actors);
    long began = System.nanoTime();
    all.explore();
    System.out.println(all + " in " + (System.nanoTime() - began) / 1_000_000 + " ms");
    assertThat(all.applied()).isPositive();
    return all;
  }

  @Test
  void twoReplacesOfOneVersion() {
    Interleavings all = explore(16, 3, ALL, REPLACE, REPLACE);
    assertThat(all.unknowns()).isZero();
    assertThat(all.conflicts()).isPositive();
  }

  @Test
  void twoCreates() {
    assertThat(explore(16, 0, 3, CREATE, CREATE).conflicts()).isPositive();
  }

  @Test
  void threeReplacesOfOneVersion() {
    explore(16, 3, 2, REPLACE, REPLACE, REPLACE);
  }

  @Test
  void twoReplacesOfOneVersionAndPruning() {
    explore(2, 3, 3, REPLACE, REPLACE);
  }

  @Test
  void aReaderMeetsSwapsAndPruning() {
    explore(2, 3, 2, READ, swapsOn(4));
  }

  @Test
  void aCreatorSleepsUntilItsNumberIsPruned() {
    assertThat(explore(2, 0, 2, CREATE, createsAndSwaps(4)).unknowns()).isPositive();
  }

  @Test
  void aWriterSleepsUntilItsNumberIsPruned() {
    assertThat(explore(2, 3, 2, REPLACE, swapsOn(4)).unknowns()).isPositive();
  }

  @Test
  void twoPruners() {
    explore(2, 5, 2, swapsOn(3), swaps(2));
  }

  @Test
  void threePrunersAndASleeper() {
    explore(2, 5, 1, swapsOn(3), swaps(2), REPLACE);
  }

  @Test
  void anOlderCopyIsRestored() {
    explore(2, 4, 2, run -> run.restore(2), swapsOn(1), swaps(1));
  }

  @Test
  void anOlderCopyIsRestoredUnderAPruner() {
    explore(2, 5, 3, run -> run.restore(4), swapsOn(3));
  }

  @Test
  void theFolderIsMadeAnewAndGrowsToTheNumberOfAnOldHolder() {
    explore(
        2,
        3,
        2,
        run -> {
          run.moveAway();
          run.pass();
          createsAndSwaps(4).act(run);
        },
        REPLACE);
  }

  @Test
  void aFolderMadeAnewIsPrunedByNoOldHolder() {
    explore(
        2,
        5,
        3,
        run -> {
          run.moveAway();
          run.pass();
          createsAndSwaps(1).act(run);
        },
        swapsOn(1));
  }

  /** Two who saw different sets of strays must not both be applied. */
  @Test
  void strays() {
    explore(
        16,
        4,
        2,
        run -> {
          Version old = run.initial();
          run.restore(3);
          run.pass();
          run.replace(run.read());
          run.replace(old);
        },
        REPLACE,
        swaps(1));
  }

  @Test
  void straysAboveARestoredFolder() {
    explore(2, 3, 2, withStrays(swaps(1)), withStrays(REPLACE));
  }

  /** Version 4 and 6 are an old holder's and follow what is not there. */
  private static Actor withStrays(Actor actor) {
    return run -> {
      layStray(run, 4);
      layStray(run, 6);
      actor.act(run);
    };
  }

  @Test
  void aStrayArrivesWhileTwoSwap() {
    explore(16, 3, 2, run -> layStray(run, 4), REPLACE, swaps(1));
  }

  private static void layStray(Interleavings.Run run, int number) throws IOException {
    byte[] bytes =
        VersionFile.compose(
            ("stray" + number).getBytes(StandardCharsets.UTF_8), number, number - 1, 7);
    try {
      Files.write(run.folder.resolve(number + ".json"), bytes, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      // somebody was there before
    }
  }
}
