package dev.fen.cli;

import dev.fen.lock.text.Texts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The configuration file {@code .fen.yaml}, found from a folder upwards.
 *
 * @param path where it is
 * @param values its keys and values as text
 */
record ConfigFile(Path path, Map<String, String> values) {

  static final String NAME = ".fen.yaml";
  private static final List<String> KEYS =
      List.of("datastore", "namespace", "wait", "ttl", "grace", "unverified");

  /** Those that {@link dev.fen.s3.S3Settings} knows, which is not loaded for a directory. */
  static final List<String> BUCKET_KEYS =
      List.of(
          "s3-region",
          "s3-endpoint",
          "s3-profile",
          "s3-path-style",
          "s3-tag-form",
          "s3-sse",
          "s3-kms-key",
          "s3-one-write-per-second");

  private static final int MAX_BYTES = 100_000;

  /**
   * Reads the nearest one.
   *
   * @return the file, or null if there is none
   * @throws CliException if it cannot be read or says what no configuration can
   */
  static @Nullable ConfigFile find(Path from) {
    for (Path folder = from; folder != null; folder = folder.getParent()) {
      Path file = folder.resolve(NAME);
      // A link into a share that is not mounted is no file less: it may name the datastore.
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return read(file);
      }
    }
    return null;
  }

  private static ConfigFile read(Path file) {
    Object content;
    try {
      LoadSettings settings = LoadSettings.builder().build();
      content = new Load(settings).loadFromString(text(file));
    } catch (MarkedYamlEngineException notYaml) {
      throw notYaml(file, problem(notYaml), notYaml);
    } catch (YamlEngineException notYaml) {
      throw notYaml(file, firstLine(String.valueOf(notYaml.getMessage())), notYaml);
    } catch (IOException unreadable) {
      throw CliException.configuration(
          file + " cannot be read (" + Reasons.of(unreadable) + "); mend that, or remove the file",
          unreadable);
    }
    if (content == null) {
      return new ConfigFile(file, Map.of());
    }
    if (!(content instanceof Map<?, ?> entries)) {
      throw CliException.configuration(
          file + " must hold keys and values, such as 'wait: 5m'", null);
    }
    Map<String, String> values = new LinkedHashMap<>();
    entries.forEach(
        (key, value) -> values.put(checkedKey(file, key), checkedValue(file, key, value)));
    return new ConfigFile(file, values);
  }

  private static String checkedKey(Path file, @Nullable Object key) {
    String name = String.valueOf(key);
    if (!KEYS.contains(name) && !BUCKET_KEYS.contains(name)) {
      throw CliException.configuration(
          file
              + " has the key '"
              + Texts.printable(name, 80)
              + "', which Fen does not know; it knows "
              + String.join(", ", KEYS)
              + " and those of a bucket ("
              + String.join(", ", BUCKET_KEYS)
              + ")",
          null);
    }
    return name;
  }

  private static String checkedValue(Path file, @Nullable Object key, @Nullable Object value) {
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    throw CliException.configuration(
        file + ": the value of '" + key + "' must be one text, number, true or false", null);
  }

  private static String text(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
      // A pipe would be waited for without end.
      throw new IOException("it is no regular file");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new IOException("it is larger than " + MAX_BYTES + " bytes");
    }
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  private static CliException notYaml(Path file, String problem, YamlEngineException thrown) {
    return CliException.configuration(
        file + " is not valid YAML: " + problem + "; write lines such as 'wait: 5m'", thrown);
  }

  /** Without the lines of the file that the library would show: they may hold anything. */
  private static String problem(MarkedYamlEngineException notYaml) {
    return firstLine(notYaml.getProblem())
        + notYaml.getProblemMark().map(mark -> " (line " + (mark.getLine() + 1) + ")").orElse("");
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
