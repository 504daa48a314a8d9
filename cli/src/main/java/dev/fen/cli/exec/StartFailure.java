package dev.fen.cli.exec;

import java.io.File;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a command could not be started, as a shell would put it. */
record StartFailure(int exitCode, String message) {
  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;
  private static final int NO_ENTRY = 2;
  private static final int TOO_BIG = 7;
  private static final int AGAIN = 11;
  private static final int NO_MEMORY = 12;
  private static final int PERMISSION = 13;

  /** "error=2, No such…" up to JDK 24, "error: 2 (No such…)" after that. */
  private static final Pattern ERRNO = Pattern.compile("error[=:] ?(\\d+)");

  static StartFailure of(String program, String path, IOException failure) {
    Matcher matcher = ERRNO.matcher(String.valueOf(failure.getMessage()));
    int errno = matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    File file = find(program, path);
    if (file == null && errno == PERMISSION) {
      // What is in a folder that may not be entered looks as if it were not there.
      return new StartFailure(
          NOT_EXECUTABLE,
          program.contains("/")
              ? program + ": permission denied; a folder above it may not be entered (chmod +x)"
              : program
                  + ": permission denied; a folder in PATH may not be entered; check the name and PATH");
    }
    if (file == null) {
      return new StartFailure(
          NOT_FOUND,
          program.contains("/")
              ? program + ": no such file; check the path"
              : program.isEmpty()
                  ? "the command's name is empty; is a variable of your script unset?"
                  : program + ": command not found; check its name and PATH");
    }
    String message =
        switch (errno) {
          case PERMISSION ->
              file.isDirectory()
                  ? program + ": is a directory; name a program in it"
                  : file + ": permission denied; make it executable with: chmod +x " + file;
          case NO_ENTRY ->
              file + ": its interpreter was not found; check its first line (#!) and its line ends";
          case TOO_BIG -> file + ": too many arguments or too large an environment; pass a file";
          case AGAIN, NO_MEMORY ->
              file + ": the system has no room for another process; end some, or raise the limit";
          default -> file + ": cannot be executed: " + oneLine(failure);
        };
    return new StartFailure(NOT_EXECUTABLE, message);
  }

  private static @Nullable File find(String program, String path) {
    if (program.contains("/")) {
      File file = new File(program);
      return file.exists() ? file : null;
    }
    for (String folder : path.split(File.pathSeparator, -1)) {
      File file = new File(folder.isEmpty() ? "." : folder, program);
      if (file.isFile()) {
        return file;
      }
    }
    return null;
  }

  private static String oneLine(IOException failure) {
    return String.valueOf(failure.getMessage()).replaceAll("\\R", " ");
  }
}
