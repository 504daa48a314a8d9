package dev.fen.verify.stress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A counter in a file that refuses nobody: only the lock guards it. Its content names the update
 * that it came from and the one before, so that a lost one can be told from a killed one.
 */
final class UnfencedCounter {

  /** Before the first update. */
  static final String NONE = "-";

  private final Path file;

  UnfencedCounter(Path folder, String resource) {
    this.file = folder.resolve(resource.replace(':', '_').replace('/', '_'));
  }

  /** An update: its name, the one that it was based on, and the one before that. */
  record Update(String name, String parent, String grandparent) {}

  /**
   * Reads, and writes what follows from that.
   *
   * @param name unique
   * @param between what happens in the middle
   */
  Update update(String name, Between between) throws IOException, InterruptedException {
    String[] now =
        Files.exists(file) ? Files.readString(file).split(" ") : new String[] {NONE, NONE};
    between.run();
    Path written = file.resolveSibling(name.replace('/', '_') + ".tmp");
    Files.writeString(written, name + " " + now[0]);
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    return new Update(name, now[0], now[1]);
  }

  /** What happens between reading and writing. */
  interface Between {
    void run() throws InterruptedException;
  }
}
