package dev.fen.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.fen.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Anything as the configuration file, and any text as what is set instead of it. */
final class ConfigurationTarget {

  static final int RUNS = 1_000;

  private static final String[] VARIABLES = {
    "FEN_WAIT", "FEN_TTL", "FEN_NAMESPACE", "FEN_OPERATION", "FEN_LOCKS", "FEN_GRACE"
  };

  /** Good, a failure, a usage error, a bad configuration. */
  private static final List<Integer> EXIT_CODES = List.of(0, 1, 2, 78);

  private static final Path FOLDER = folder();

  private ConfigurationTarget() {}

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("fen-fuzz-");
      Files.createDirectory(folder.resolve("store"));
      Runtime.getRuntime().addShutdownHook(new Thread(ConfigurationTarget::cleanUp));
      return folder;
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static void cleanUp() {
    try {
      NameTarget.remove(FOLDER);
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  public static void fuzzerTestOneInput(FuzzedDataProvider data) throws IOException {
    Map<String, String> environment = new HashMap<>();
    if (data.consumeBoolean()) {
      environment.put(data.pickValue(VARIABLES), data.consumeString(60));
    }
    Files.write(FOLDER.resolve(".fen.yaml"), data.consumeRemainingAsBytes());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    int exitCode =
        Main.run(
            environment,
            FOLDER,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            "lock",
            "status",
            "--datastore",
            FOLDER.resolve("store").toString());

    String told = err.toString(StandardCharsets.UTF_8);
    Checks.require(EXIT_CODES.contains(exitCode), "exit code " + exitCode, told);
    Checks.require(!told.startsWith("fen: something unexpected went wrong"), "a crash", told);
    Checks.printable(exitCode == 0 ? null : told);
  }
}
