package dev.fen.verify.spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where specifications, configurations and their list come from, by file name. */
interface Specifications {

  /** The list of configurations. */
  String LIST = "models.txt";

  Pattern EXTENDS = Pattern.compile("^EXTENDS (.*)$", Pattern.MULTILINE);

  /** The text of a file; null if there is none of that name. */
  @Nullable String find(String name);

  /** Those that came with this program. */
  static Specifications bundled() {
    return name -> {
      try (InputStream in = Specifications.class.getResourceAsStream(name)) {
        return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  /**
   * The text of a file that must be there.
   *
   * @throws IllegalArgumentException if it is not
   */
  default String get(String name) {
    String text = find(name);
    if (text == null) {
      throw new IllegalArgumentException("there is no " + name);
    }
    return text;
  }

  /** Writes a module and all that it extends; those that are not here are TLC's own. */
  default void write(String module, Path folder) throws IOException {
    String text = get(module + ".tla");
    Files.writeString(folder.resolve(module + ".tla"), text);
    Matcher matcher = EXTENDS.matcher(text);
    if (matcher.find()) {
      for (String extended : matcher.group(1).split("[ ,]+")) {
        if (find(extended + ".tla") != null) {
          write(extended, folder);
        }
      }
    }
  }
}
