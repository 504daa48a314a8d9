package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.s3.S3Settings.Sourced;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

class S3SettingsTest {

  private final Map<String, Sourced> set = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();

  @TempDir Path folder;
  private AwsSetup aws;

  @BeforeEach
  void noFiles() {
    aws = new AwsSetup(folder);
    aws.credentials();
  }

  @AfterEach
  void close() {
    aws.close();
  }

  static S3Settings settings(String address, Map<String, String> environment) {
    return S3Settings.of(new Sourced(address, "FEN_DATASTORE"), name -> null, environment);
  }

  private S3Settings of(String address) {
    return S3Settings.of(new Sourced(address, "FEN_DATASTORE"), set::get, environment);
  }

  private static String signedRegion(S3Settings settings) {
    try (S3Client client = settings.client()) {
      return client.serviceClientConfiguration().region().id();
    }
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
  @ValueSource(
      strings = {
        "s3.amazonaws.com",
        "S3.eu-central-1.AMAZONAWS.com",
        "s3.us-gov-west-1.amazonaws.com",
        "s3.ap-southeast-3.amazonaws.com",
        "s3-eu-west-1.amazonaws.com",
        "s3-us-gov-west-1.amazonaws.com",
        "s3-fips-us-gov-west-1.amazonaws.com",
        "s3-external-1.amazonaws.com",
        "s3.dualstack.us-east-2.amazonaws.com",
        "s3-fips.us-east-2.amazonaws.com",
        "s3-fips.dualstack.us-east-2.amazonaws.com",
        "team-locks.s3.eu-central-1.amazonaws.com",
        "team.locks.s3.amazonaws.com",
        "ap-111122223333.s3-accesspoint.us-west-2.amazonaws.com",
        "ap-111122223333.s3-accesspoint.dualstack.us-west-2.amazonaws.com",
        "ap-111122223333.s3-accesspoint-fips.us-west-2.amazonaws.com",
        "bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com",
        "accesspoint.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com",
        "s3.cn-north-1.amazonaws.com.cn"
      })
  void theHostsOfS3AreAmazons(String host) {
    assertThat(of("s3://team-locks?endpoint=https://" + host).isAmazons()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ec2-54-1-2-3.compute-1.amazonaws.com",
        "ec2-54-1-2-3.eu-west-1.compute.amazonaws.com",
        "ip-10-0-0-1.compute-1.amazonaws.com",
        "my-s3.us-east-1.amazonaws.com",
        "minio-1234.us-east-1.elb.amazonaws.com",
        "s3.us-east-1.elb.amazonaws.com",
        "x.elb.amazonaws.com",
        "a1b2.execute-api.eu-west-1.amazonaws.com",
        "vpce-1a2b.vpce-svc-3c4d.us-east-1.vpce.amazonaws.com",
        "team-locks.s3-website.eu-central-1.amazonaws.com",
        "team-locks.s3-website-us-east-1.amazonaws.com",
        "m.accesspoint.s3-global.amazonaws.com",
        "o.s3-object-lambda.eu-west-1.amazonaws.com",
        "s3.compute-1.amazonaws.com",
        "amazonaws.com",
        "s3.amazonaws.com.example.com",
        "s3.eu-west-1.amazonaws.com.evil.cn",
        "s3xamazonaws.com"
      })
  void whatElseIsAtAmazonIsNot(String host) {
    assertThat(of("s3://team-locks?endpoint=https://" + host).isAmazons()).isFalse();
    try (S3RegisterStore store = of("s3://team-locks?endpoint=https://" + host).open()) {
      assertThat(store.isAmazons()).isFalse();
    }
  }

  @Test
  void aRegionComesFromWhereItIsSetFirst() {
    aws.config(
        "[default]",
        "region = ap-south-1",
        "[profile p2]",
        "region = ap-south-2",
        "[profile without]",
        "output = json");
    for (String endpoint : List.of("", "&endpoint=http://localhost:9000")) {
      assertThat(signedRegion(of("s3://team-locks?profile=p2" + endpoint))).isEqualTo("ap-south-2");
      assertThat(signedRegion(of("s3://team-locks?path-style=true" + endpoint)))
          .isEqualTo("ap-south-1");
    }
    String own = "s3://team-locks?endpoint=http://localhost:9000";
    assertThat(of(own + "&profile=p2").region())
        .isEqualTo(new Sourced("ap-south-2", "region of the profile 'p2' in the files of AWS"));
    environment.put("AWS_PROFILE", "p2");
    assertThat(signedRegion(of(own))).isEqualTo("ap-south-2");
    assertThat(signedRegion(of(own + "&profile=without"))).isEqualTo("us-east-1");
    environment.put("AWS_REGION", "eu-west-1");
    assertThat(signedRegion(of(own + "&profile=p2"))).isEqualTo("eu-west-1");
    assertThat(of(own).region()).isEqualTo(new Sourced("eu-west-1", "AWS_REGION"));
    aws.set("aws.region", "eu-west-2");
    assertThat(signedRegion(of(own))).isEqualTo("eu-west-2");
    set.put("region", new Sourced("eu-west-3", "FEN_S3_REGION"));
    assertThat(signedRegion(of(own))).isEqualTo("eu-west-3");
  }

  @Test
  void withoutARegionOnlyAStoreOfOnesOwnCanBeOpened() {
    assertThat(signedRegion(of("s3://team-locks?endpoint=http://localhost:9000")))
        .isEqualTo("us-east-1");
    assertThatThrownBy(() -> of("s3://team-locks").open())
        .hasMessageContaining("no region is known; set AWS_REGION");
    // Whoever could not be made keeps no credentials.
    AtomicInteger made = new AtomicInteger();
    SharedCredentials.of(
            null,
            () -> {
              int ignored = made.incrementAndGet();
              return AnonymousCredentialsProvider.create();
            })
        .close();
    assertThat(made).hasValue(1);
  }

  @Test
  void whatElseAProfileSaysIsReadToo() {
    aws.config("[profile ci]", "region = eu-west-1");
    try (S3Client client = of("s3://team-locks?profile=ci").client()) {
      assertThat(client.serviceClientConfiguration().overrideConfiguration().defaultProfileName())
          .contains("ci");
    }
  }

  @Test
  void anEndpointOfTheFilesIsShownAndMeansPathStyleToo() {
    aws.config(
        "[default]",
        "services = local",
        "endpoint_url = http://localhost:9001",
        "[services local]",
        "s3 =",
        "  endpoint_url = http://localhost:9000",
        "[profile plain]",
        "endpoint_url = http://localhost:9001",
        "[profile nested]",
        "s3 =",
        "  endpoint_url = http://localhost:9002",
        "[profile ignoring]",
        "ignore_configured_endpoint_urls = true",
        "endpoint_url = http://localhost:9001");
    S3Settings settings = of("s3://team-locks");
    assertThat(settings.endpoint()).isEqualTo(URI.create("http://localhost:9000"));
    assertThat(settings.pathStyle()).isTrue();
    assertThat(settings.isAmazons()).isFalse();
    assertThat(settings.place()).hasToString("s3://team-locks?endpoint=http://localhost:9000");
    assertThat(of("s3://team-locks?profile=plain").endpoint())
        .isEqualTo(URI.create("http://localhost:9001"));
    assertThat(of("s3://team-locks?profile=nested").endpoint())
        .isEqualTo(URI.create("http://localhost:9002"));
    assertThat(of("s3://team-locks?profile=ignoring").endpoint()).isNull();
    environment.put("AWS_ENDPOINT_URL", "http://localhost:9003");
    assertThat(of("s3://team-locks").endpoint()).isEqualTo(URI.create("http://localhost:9003"));
  }

  @Test
  void theSdkSeesTheSameEndpoint() {
    aws.config("[default]", "endpoint_url = http://localhost:9001");
    try (S3Client client = S3Client.builder().region(Region.EU_WEST_1).build()) {
      assertThat(client.serviceClientConfiguration().endpointOverride())
          .contains(of("s3://team-locks").endpoint());
    }
  }

  @Test
  void endpointsOfAwsCanBeIgnored() {
    aws.config("[default]", "endpoint_url = http://localhost:9001");
    environment.put("AWS_ENDPOINT_URL", "http://localhost:9003");
    environment.put("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false");
    assertThat(of("s3://team-locks").endpoint()).isNotNull();
    environment.put("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    assertThat(of("s3://team-locks").endpoint()).isNull();
    assertThat(of("s3://team-locks").isAmazons()).isTrue();
    assertThat(of("s3://team-locks?endpoint=http://localhost:9004").endpoint())
        .isEqualTo(URI.create("http://localhost:9004"));
  }

  @Test
  void whatIsWrongInTheFilesIsNamed() {
    aws.config("[default]", "endpoint_url = localhost");
    assertThatThrownBy(() -> of("s3://team-locks"))
        .hasMessageContaining(
            "endpoint_url of the profile 'default' in the files of AWS: it is no endpoint");
    aws.config("[default]", "region = eu central");
    assertThatThrownBy(() -> of("s3://team-locks"))
        .hasMessageContaining(
            "region of the profile 'default' in the files of AWS: it is no region");
    for (String rubbish : new String[] {"rubbish", "[\r]"}) {
      aws.config(rubbish);
      assertThatThrownBy(() -> of("s3://team-locks"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the files of AWS cannot be understood; look at ~/.aws/config");
    }
  }

  @Test
  void aKeyOfKmsMeansEncryptionByKms() {
    assertThat(of("s3://team-locks?kms-key=k").encryption())
        .isEqualTo(new Encryption("aws:kms", "k"));
    assertThat(of("s3://team-locks?sse=aws:kms:dsse&kms-key=k").encryption().algorithm())
        .isEqualTo("aws:kms:dsse");
    assertThat(of("s3://team-locks").encryption()).isEqualTo(Encryption.OF_THE_BUCKET);
  }

  @ParameterizedTest
  @CsvSource({
    "sse=aes256, is neither AES256 nor aws:kms",
    "sse=AES256&kms-key=k, 'takes no key, and kms-key in FEN_DATASTORE names one'"
  })
  void anEncryptionThatS3DoesNotKnowIsNamed(String query, String said) {
    assertThatThrownBy(() -> of("s3://team-locks?" + query))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("sse in FEN_DATASTORE: ")
        .hasMessageContaining(said);
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
    assertThat(settings.region()).isEqualTo(new Sourced("eu-central-1", "region in FEN_DATASTORE"));
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
    "s3://team-locks?endpoint=http://a:1&endpoint=http://b:1,"
        + " endpoint in FEN_DATASTORE: it stands there more than once",
    "s3://team-locks?region=a&path-style=true&region=a, region in FEN_DATASTORE: it stands there more",
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://team\u001b[2J/x",
        "s3://team-locks/\u009bx",
        "s3://team-locks?path-style=%1B[2J",
        "s3://team-locks?tag-form=%0D",
        "s3://team-locks?profile=a%07&region=%20"
      })
  void whatWouldDriveATerminalIsNotRepeated(String address) {
    assertThatThrownBy(() -> of(address))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(
            wrong ->
                assertThat(String.valueOf(wrong.getMessage()).chars())
                    .noneMatch(Character::isISOControl));
  }
}
