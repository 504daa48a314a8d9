package dev.fen.testkit;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Knows who works under which models' locks or under the global one, among real processes: each
 * leaves a file for whatever it works under, which only one can make. It asks no store and no lock.
 * For one thread of a process.
 */
final class FileReferee {

  private static final String GLOBAL = "global";

  private final Path folder;
  private final List<Path> made = new ArrayList<>();

  /**
   * A referee.
   *
   * @param folder an existing folder, the same for all
   */
  FileReferee(Path folder) {
    this.folder = folder;
  }

  /**
   * Somebody begins to work. Each writes before it looks for the others, so that of two that
   * overlap at least one is told.
   *
   * @param models of a run; none for a structural command
   * @return beside what it works, or null if that is as it should be
   */
  @Nullable String enter(Set<String> models) throws IOException {
    String beside = null;
    for (String name : models.isEmpty() ? Set.of(GLOBAL) : models) {
      Path file = folder.resolve(name.replace('/', '~'));
      try {
        made.add(Files.createFile(file));
      } catch (FileAlreadyExistsException others) {
        beside = name;
      }
    }
    if (!models.isEmpty()) {
      return Files.exists(folder.resolve(GLOBAL)) ? GLOBAL : beside;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(GLOBAL))
          .findFirst()
          .orElse(beside);
    }
  }

  /** It has ended, and still holds its locks. */
  void leave() throws IOException {
    for (Path file : made) {
      Files.delete(file);
    }
    made.clear();
  }
}
