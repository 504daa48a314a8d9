package dev.fen.cli.e2e;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What lies in a datastore, read and written past Fen. */
final class Records {
  private Records() {}

  /** The folder of a lock with a plain name. */
  static Path folder(Path datastore, String lock) {
    return datastore.resolve("locks/named/" + lock + ".lock");
  }

  /** The file that holds the present record. */
  static Path newest(Path datastore, String lock) {
    return versions(datastore, lock).get(0);
  }

  private static List<Path> versions(Path datastore, String lock) {
    try (Stream<Path> files = Files.list(folder(datastore, lock))) {
      return files.sorted(Comparator.comparingLong(Records::number).reversed()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long number(Path file) {
    return Long.parseLong(file.getFileName().toString().replace(".json", ""));
  }

  static JsonObject record(Path datastore, String lock) {
    try {
      // The second line is the file register's own.
      return JsonParser.object()
          .from(Files.readString(newest(datastore, lock)).lines().findFirst().orElse(""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JsonParserException e) {
      throw new AssertionError(e);
    }
  }

  /** Where a next record would be, for somebody who writes one by hand. */
  static Path next(Path datastore, String lock) {
    return folder(datastore, lock).resolve((number(newest(datastore, lock)) + 1) + ".json");
  }

  /** All that lies below a folder, as one text. */
  static String everythingIn(Path folder) {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        text.append(file).append('\n');
        if (Files.isRegularFile(file)) {
          text.append(Files.readString(file));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
