package dev.fen.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of AWS, and properties of the JVM as the SDK reads them, for the time of a test. */
final class AwsSetup implements AutoCloseable {

  private final Map<String, @Nullable String> before = new HashMap<>();
  private final Path config;

  /** No files, no credentials, and no machine that gives some. */
  AwsSetup(Path folder) {
    config = folder.resolve("config");
    set("aws.configFile", config.toString());
    set("aws.sharedCredentialsFile", folder.resolve("credentials").toString());
    set("aws.disableEc2Metadata", "true");
  }

  void set(String property, String value) {
    String old = System.setProperty(property, value);
    before.putIfAbsent(property, old);
  }

  void credentials() {
    set("aws.accessKeyId", "tester");
    set("aws.secretAccessKey", "secret");
  }

  void config(String... lines) {
    try {
      Files.writeString(config, String.join("\n", lines) + "\n");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void close() {
    before.forEach(
        (property, old) -> {
          if (old == null) {
            System.clearProperty(property);
          } else {
            System.setProperty(property, old);
          }
        });
  }
}
