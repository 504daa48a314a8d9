package dev.fen.lock.file;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A directory cannot be opened as a place for registers; the message says which, why, and what to
 * do.
 */
public final class DirectoryUnusableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why a directory cannot be used. */
  public enum Reason {
    /** There is nothing at the path. */
    MISSING,
    /** There is something else than a directory. */
    NOT_A_DIRECTORY,
    /** This user may not look at it, or the system failed to. */
    UNREADABLE
  }

  /** Why the directory cannot be used. */
  private final Reason reason;

  DirectoryUnusableException(Path path, Reason reason, @Nullable Throwable cause) {
    super(message(path, reason), cause);
    this.reason = reason;
  }

  /**
   * Why the directory cannot be used.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  private static String message(Path path, Reason reason) {
    return switch (reason) {
      case MISSING -> path + " does not exist: make the directory, or mount the share it is on";
      case NOT_A_DIRECTORY -> path + " is not a directory: name one";
      case UNREADABLE ->
          path + " cannot be read: give this user permission to, or look at the mount";
    };
  }
}
