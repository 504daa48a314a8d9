package dev.fen.lock.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A folder held open, so that what is deleted is deleted there even if the folder's name means
 * another one by then: a pruner that slept while the folder was restored under its feet must not
 * delete what was restored.
 */
final class OpenFolder implements Closeable {

  private final Disk disk;
  private final Path folder;
  private final DirectoryStream<Path> stream;

  OpenFolder(Disk disk, Path folder) throws IOException {
    this.disk = disk;
    this.folder = folder;
    disk.step("open", folder);
    this.stream = Disk.open(folder);
  }

  /** The numbers of the versions listed, ascending; callable once. */
  long[] numbers() throws IOException {
    disk.step("numbers", folder);
    try {
      return Disk.numbers(stream);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /**
   * Deletes a version. What is gone, and what is no regular file and so none of ours, is passed
   * over.
   */
  void delete(long number) throws IOException {
    Path name = Path.of(VersionFile.fileName(number));
    Path path = folder.resolve(name);
    BasicFileAttributes found = disk.look(path);
    if (found == null || !found.isRegularFile()) {
      return;
    }
    try {
      disk.step("prune", path);
      if (stream instanceof SecureDirectoryStream<Path> secure) {
        secure.deleteFile(name);
      } else {
        Files.delete(path);
      }
    } catch (NoSuchFileException e) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
