package dev.fen.lock.file;

import dev.fen.lock.store.StoreFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Says what went wrong with a file, whether it can pass, and what to do. */
final class Failures {

  private final Path root;

  Failures(Path root) {
    this.root = root;
  }

  StoreFailure reading(IOException e) {
    String message = "cannot read in " + root + ": " + text(e);
    return e instanceof AccessDeniedException
        ? StoreFailure.permanent(message + ": give this user permission to read it", e)
        : StoreFailure.passing(message, e);
  }

  StoreFailure writing(IOException e) {
    if (e instanceof UnfitException) {
      return StoreFailure.permanent(text(e), e);
    }
    String message = "cannot write in " + root + ": " + text(e);
    if (e instanceof AccessDeniedException || !mayWrite()) {
      String remedy = ": mount it for writing, and let this user write to it and all below";
      return StoreFailure.permanent(message + remedy, e);
    }
    return StoreFailure.passing(
        message + (isFull() ? ": free space on it, or raise the quota" : ""), e);
  }

  private boolean mayWrite() {
    Path scratch = root.resolve(Scratch.FOLDER);
    return Files.isWritable(Files.exists(scratch) ? scratch : root);
  }

  private boolean isFull() {
    try {
      return Files.getFileStore(root).getUsableSpace() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String text(IOException e) {
    String message = e.getMessage();
    if (e instanceof FileSystemException system) {
      message = reason(system) + " (" + system.getFile() + ")";
    }
    return message == null ? e.getClass().getSimpleName() : message.replace('\n', ' ');
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
