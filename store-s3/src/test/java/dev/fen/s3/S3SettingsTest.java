package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.s3.S3Settings.Sourced;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3SettingsTest {

  private final Map<String, Sourced> set = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();

  private S3Settings of(String address) {
    return S3Settings.of(new Sourced(address, "FEN_DATASTORE"), set::get, environment);
  }

  @ParameterizedTest
  @CsvSource({
    "s3://team-locks, team-locks, ''",
    "s3://team-locks/, team-locks, ''",
    "s3:team-locks/ci, team-locks, ci/",
    "s3://team-locks//ci/prod/, team-locks, ci/prod/"
  })
  void anAddressNamesABucketAndAPrefix(String address, String bucket, String prefix) {
    assertThat(of(address).place()).isEqualTo(new S3Place(bucket, prefix));
  }

  @ParameterizedTest
  @CsvSource({
    "s3:team-locks//ci/, '', s3://team-locks/ci",
    "s3://team-locks?region=eu-west-1, '', s3://team-locks?region=eu-west-1",
    "s3://team-locks/ci, http://[::1]:9, s3://team-locks/ci?endpoint=http://%5B::1%5D:9",
    "s3://team-locks?profile=a%26b&endpoint=http://one:1, http://two:2,"
        + " s3://team-locks?endpoint=http://one:1&profile=a%26b"
  })
  void itsPlaceIsTheAddressInFull(String address, String endpoint, String full) {
    environment.put("AWS_ENDPOINT_URL", endpoint);
    assertThat(of(address).place()).hasToString(full);
    assertThat(of(full).place()).hasToString(full);
  }

  @Test
  void nothingIsSetWhereNobodySaidAnything() {
    S3Settings settings = of("s3://team-locks");
    assertThat(settings.region()).isNull();
    assertThat(settings.endpoint()).isNull();
    assertThat(settings.pathStyle()).isFalse();
    assertThat(settings.tagForm()).isNull();
    assertThat(settings.oneWritePerSecond()).isFalse();
    assertThat(settings.isAmazons()).isTrue();
  }

  @Test
  void theAddressGoesBeforeSettingsAndThoseBeforeTheEnvironment() {
    environment.put("AWS_ENDPOINT_URL", "https://one.example.com");
    assertThat(of("s3://team-locks").endpoint()).isEqualTo(URI.create("https://one.example.com"));
    environment.put("AWS_ENDPOINT_URL_S3", "https://two.example.com");
    assertThat(of("s3://team-locks").endpoint()).isEqualTo(URI.create("https://two.example.com"));
    set.put("endpoint", new Sourced("https://three.example.com", "FEN_S3_ENDPOINT"));
    assertThat(of("s3://team-locks").endpoint()).isEqualTo(URI.create("https://three.example.com"));
    assertThat(of("s3://team-locks?endpoint=https%3A%2F%2Ffour.example.com:1").endpoint())
        .isEqualTo(URI.create("https://four.example.com:1"));
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:9000, true",
    "http://127.0.0.1:9000, true",
    "'http://[::1]:9000', true",
    "https://s3.example.com, false",
    "https://10.example.com, false"
  })
  void anAddressInsteadOfANameMeansPathStyle(String endpoint, boolean pathStyle) {
    S3Settings settings = of("s3://team-locks?endpoint=" + endpoint);
    assertThat(settings.pathStyle()).isEqualTo(pathStyle);
    assertThat(settings.isAmazons()).isFalse();
    assertThat(of("s3://team-locks?path-style=false&endpoint=" + endpoint).pathStyle()).isFalse();
  }

  @Test
  void allSettingsAreRead() {
    S3Settings settings =
        of(
            "s3://team-locks/ci?region=eu-central-1&profile=ci&tag-form=unquoted&sse=aws:kms&kms-key=k");
    assertThat(settings.region()).isEqualTo("eu-central-1");
    assertThat(settings.profile()).isEqualTo("ci");
    assertThat(settings.tagForm()).isEqualTo(TagForm.UNQUOTED);
    assertThat(settings.encryption()).isEqualTo(new Encryption("aws:kms", "k"));
    assertThat(of("s3://b.c?endpoint=https://s3.eu-west-1.amazonaws.com").isAmazons()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "s3://team-locks?region=a%2, region in FEN_DATASTORE: a percent sign must be written as %25",
    "s3://, FEN_DATASTORE: '' is not the name of a bucket",
    "s3://a, is not the name of a bucket",
    "s3://team locks/x, is not the name of a bucket",
    "s3://team-locks/../x, '..'",
    "s3://team-locks?colour=red, and not 'colour'",
    "s3://team-locks?region, and not 'region'",
    "s3://team-locks?path-style=yes, path-style in FEN_DATASTORE: 'yes' is neither true nor false",
    "s3://team-locks?tag-form=odd, neither quoted nor unquoted",
    "s3://team-locks?endpoint=localhost:9000, endpoint in FEN_DATASTORE: it is no endpoint"
  })
  void whatIsWrongIsNamed(String address, String said) {
    assertThatThrownBy(() -> of(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://AKIAKEY:hunter2@team-locks/x",
        "s3://AKIAKEY:hunter2/x",
        "s3://team-locks?AKIAKEY:hunter2",
        "s3://team-locks?endpoint=https://example.com?token=hunter2",
        "s3://team-locks?endpoint=https://me:hunter2@example.com"
      })
  void aSecretInAnAddressIsRefusedAndNotRepeated(String address) {
    assertThatThrownBy(() -> of(address))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("hunter2")
        .doesNotContain("AKIAKEY");
  }
}
