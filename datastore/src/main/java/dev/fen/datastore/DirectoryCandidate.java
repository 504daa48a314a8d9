package dev.fen.datastore;

import dev.fen.datastore.process.StoreProcesses;
import dev.fen.datastore.verify.Candidate;
import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.s3.TagForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory, reached by several processes at once. */
final class DirectoryCandidate implements Candidate {

  private static final int PROCESSES = 8;

  private final Path directory;
  private final FileRegisterStore own;
  private final StoreProcesses processes;

  /**
   * A directory that may be certified.
   *
   * @throws dev.fen.lock.file.DirectoryUnusableException if it cannot be looked at
   */
  DirectoryCandidate(Path directory, Platform platform) {
    this.directory = directory.toAbsolutePath();
    this.own = FileRegisterStore.open(directory, platform);
    this.processes = new StoreProcesses(this.directory, PROCESSES);
  }

  @Override
  public List<TagForm> tagForms() {
    return List.of();
  }

  @Override
  public RegisterStore connect(@Nullable TagForm tagForm) {
    return processes.next();
  }

  @Override
  public Removal remove(RegisterKey key) {
    Path folder = own.folderOf(key);
    try (Stream<Path> found = Files.walk(folder)) {
      for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (NoSuchFileException absent) {
      // That is what is wanted.
    } catch (IOException | UncheckedIOException failed) {
      return Removal.LEFT;
    }
    removeEmpty(folder.getParent());
    return Removal.GONE;
  }

  /** Folders that nothing is in any more, up to the directory itself. */
  private void removeEmpty(@Nullable Path folder) {
    try {
      for (Path empty = folder;
          empty != null && !empty.equals(directory);
          empty = empty.getParent()) {
        Files.deleteIfExists(empty);
      }
    } catch (IOException stillUsed) {
      return;
    }
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public String placeOf(String folder) {
    return directory + "/" + folder;
  }

  @Override
  public String identity() {
    return directory.toString();
  }

  @Override
  public void close() {
    processes.close();
    own.close();
  }
}
