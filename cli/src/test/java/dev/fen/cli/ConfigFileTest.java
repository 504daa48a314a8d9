package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.s3.S3Settings;
import org.junit.jupiter.api.Test;

class ConfigFileTest {

  @Test
  void theKeysOfABucketAreThoseThatBucketsKnow() {
    assertThat(ConfigFile.BUCKET_KEYS)
        .isEqualTo(S3Settings.NAMES.stream().map(name -> "s3-" + name).toList());
  }
}
