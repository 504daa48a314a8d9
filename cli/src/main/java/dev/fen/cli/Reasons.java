package dev.fen.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** What the system said when it refused something, in words. */
final class Reasons {

  private Reasons() {}

  /** A few words, such as {@code permission denied}. */
  static String of(IOException failure) {
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (failure instanceof CharacterCodingException) {
      return "it is not UTF-8";
    }
    String said =
        failure instanceof FileSystemException failed ? failed.getReason() : failure.getMessage();
    if (said == null || said.isEmpty()) {
      return failure.getClass().getSimpleName();
    }
    return said.substring(0, 1).toLowerCase(Locale.ROOT) + said.substring(1);
  }
}
