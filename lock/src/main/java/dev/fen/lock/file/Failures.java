package dev.fen.lock.file;

import dev.fen.lock.store.StoreFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says what went wrong with a file, whether it can pass, and what to do. */
final class Failures {

  private final Path root;

  Failures(Path root) {
    this.root = root;
  }

  StoreFailure reading(IOException e) {
    if (e instanceof UnfitException) {
      return StoreFailure.permanent(text(e), e);
    }
    Path obstacle = inTheWay(e);
    if (obstacle != null) {
      return moveAway(obstacle, e);
    }
    String message = "cannot read in " + root + ": " + text(e);
    return e instanceof AccessDeniedException
        ? StoreFailure.permanent(message + ": give this user permission to read it", e)
        : StoreFailure.passing(message, e);
  }

  StoreFailure writing(IOException e) {
    if (e instanceof UnfitException) {
      return StoreFailure.permanent(text(e), e);
    }
    Path obstacle = inTheWay(e);
    if (obstacle != null) {
      return moveAway(obstacle, e);
    }
    String message = "cannot write in " + root + ": " + text(e);
    if (e instanceof AccessDeniedException || !mayWrite()) {
      String remedy = ": mount it for writing, and let this user write to it and all below";
      return StoreFailure.permanent(message + remedy, e);
    }
    if (isForbidden(e)) {
      return StoreFailure.permanent(
          message + ": a flag of the file or folder, or its file system, forbids it (see lsattr)",
          e);
    }
    return StoreFailure.passing(
        message + (isFull(message) ? ": free space on it, or raise the quota" : ""), e);
  }

  /** Whether the system never does that, whoever asks: Java has no exception of its own for it. */
  static boolean isForbidden(IOException e) {
    return e instanceof FileSystemException system
        && "Operation not permitted".equals(system.getReason());
  }

  private static StoreFailure moveAway(Path obstacle, IOException e) {
    String what = Files.isSymbolicLink(obstacle) ? "link" : "file";
    return StoreFailure.permanent(
        obstacle + " is a " + what + " where a folder of Fen should be: move it away", e);
  }

  /**
   * What a failed step met in the place of a folder; null if it failed for another reason. Looked
   * up, since the system's own words for it depend on the language.
   */
  private @Nullable Path inTheWay(IOException e) {
    if (!(e instanceof FileSystemException system) || system.getFile() == null) {
      return null;
    }
    Path failed = root.resolve(system.getFile());
    if (e instanceof NotDirectoryException && isNoFolder(failed, LinkOption.NOFOLLOW_LINKS)) {
      return failed;
    }
    Path at = failed.getParent();
    while (at != null && at.startsWith(root)) {
      if (isNoFolder(at)) {
        return at;
      }
      at = at.getParent();
    }
    return null;
  }

  private static boolean isNoFolder(Path path, LinkOption... options) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(path, options);
  }

  private boolean mayWrite() {
    Path scratch = root.resolve(Scratch.FOLDER);
    return Files.isWritable(Files.exists(scratch) ? scratch : root);
  }

  /** A used-up quota, or too many files, leaves space that only the system's words show as none. */
  private boolean isFull(String message) {
    String words = message.toLowerCase(Locale.ROOT);
    if (words.contains("no space left") || words.contains("quota exceeded")) {
      return true;
    }
    try {
      return Files.getFileStore(root).getUsableSpace() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String text(IOException e) {
    String message = e.getMessage();
    if (e instanceof FileSystemException system) {
      message = reason(system) + " (" + place(system.getFile()) + ")";
    }
    return message == null ? e.getClass().getSimpleName() : message.replace('\n', ' ');
  }

  /** A temporary file has another name each time, which tells nobody anything. */
  private static @Nullable String place(@Nullable String file) {
    int name = file == null ? 0 : file.lastIndexOf('/') + 1;
    return file != null && name > 1 && file.startsWith(Scratch.PREFIX, name)
        ? file.substring(0, name - 1)
        : file;
  }

  private static String reason(FileSystemException e) {
    @Nullable String reason = e.getReason();
    if (reason != null) {
      return reason;
    }
    return switch (e.getClass().getSimpleName()) {
      case "AccessDeniedException" -> "permission denied";
      case "NoSuchFileException" -> "no such file or directory";
      case "FileAlreadyExistsException" -> "it exists already";
      default -> e.getClass().getSimpleName();
    };
  }
}
