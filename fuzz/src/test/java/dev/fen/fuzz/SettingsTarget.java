package dev.fen.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.fen.s3.S3Settings;
import dev.fen.s3.S3Settings.Sourced;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Any text as the address of a bucket, as what is set beside it, as variables of AWS and as its
 * files.
 */
final class SettingsTarget {

  static final int RUNS = 8_000;

  private static final String[] VARIABLES = {
    "AWS_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_PROFILE",
    "HTTPS_PROXY",
    "NO_PROXY"
  };

  private static final Path FILE = file();

  private SettingsTarget() {}

  private static Path file() {
    try {
      Path file = Files.createTempFile("fen-fuzz-", ".ini");
      file.toFile().deleteOnExit();
      System.setProperty("aws.configFile", file.toString());
      System.setProperty("aws.sharedCredentialsFile", file.toString());
      return file;
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  public static void fuzzerTestOneInput(FuzzedDataProvider data) throws IOException {
    Map<String, String> environment = new HashMap<>();
    if (data.consumeBoolean()) {
      environment.put(data.pickValue(VARIABLES), data.consumeString(60));
    }
    Map<String, Sourced> settings = new HashMap<>();
    if (data.consumeBoolean()) {
      String name = data.pickValue(S3Settings.NAMES.toArray(new String[0]));
      settings.put(name, new Sourced(data.consumeString(60), "a setting"));
    }
    Sourced address = new Sourced("s3:" + data.consumeString(100), "an address");
    Files.write(FILE, data.consumeRemainingAsBytes());
    try {
      S3Settings read = S3Settings.of(address, settings::get, environment);
      Checks.printable(read.place().toString());
    } catch (IllegalArgumentException refused) {
      Checks.printable(refused.getMessage());
    }
  }
}
