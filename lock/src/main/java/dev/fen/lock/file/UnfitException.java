package dev.fen.lock.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The directory cannot hold registers, and no retry cures that; the message says what to do. */
final class UnfitException extends IOException {
  private static final long serialVersionUID = 1;

  UnfitException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
