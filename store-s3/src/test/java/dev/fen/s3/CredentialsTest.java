package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.s3.FakeS3;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes wrong on the way to the credentials is told as that, and nothing is sent. */
class CredentialsTest {

  private static final RegisterKey KEY = new RegisterKey("locks/named/demo.lock");
  private static final String LOOK = "; look at the profile '";

  @TempDir Path folder;
  private AwsSetup aws;
  private HttpServer sts;
  private volatile int status = 403;
  private volatile String code = "AccessDenied";
  private final FakeS3 s3 = FakeS3.start();

  @BeforeEach
  void profiles() throws IOException {
    s3.createBucket("bucket", false);
    sts = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    sts.createContext(
        "/",
        exchange -> {
          try (InputStream request = exchange.getRequestBody()) {
            long ignored = request.transferTo(java.io.OutputStream.nullOutputStream());
          }
          byte[] answer =
              ("<ErrorResponse><Error><Type>Sender</Type><Code>"
                      + code
                      + "</Code><Message>User: ci is not authorized to perform: sts:AssumeRole"
                      + "</Message></Error></ErrorResponse>")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    sts.start();
    aws = new AwsSetup(folder);
    aws.set("aws.endpointUrlSts", "http://127.0.0.1:" + sts.getAddress().getPort());
    aws.config(
        "[default]",
        "region = eu-central-1",
        "[profile keys]",
        "region = eu-central-1",
        "aws_access_key_id = tester",
        "aws_secret_access_key = secret",
        "[profile role]",
        "region = eu-central-1",
        "role_arn = arn:aws:iam::111122223333:role/ci",
        "source_profile = keys",
        "[profile nosource]",
        "role_arn = arn:aws:iam::111122223333:role/ci",
        "source_profile = gone",
        "[profile process]",
        "credential_process = /bin/sh -c \"echo hunter2 >&2; exit 3\"",
        "[profile prints]",
        "credential_process = /bin/echo hunter2",
        "[profile token]",
        "role_arn = arn:aws:iam::111122223333:role/ci",
        "web_identity_token_file = /nonexistent/token",
        "[profile half]",
        "aws_access_key_id = tester",
        "[profile sso]",
        "sso_session = my",
        "sso_account_id = 111122223333",
        "sso_role_name = ci",
        "[sso-session my]",
        "sso_region = eu-central-1",
        "sso_start_url = https://example.awsapps.com/start");
  }

  @AfterEach
  void close() {
    aws.close();
    sts.stop(0);
    s3.close();
  }

  private S3RegisterStore open(String settings) {
    return S3Settings.of(
            new S3Settings.Sourced(
                "s3://bucket?region=eu-central-1&endpoint=" + s3.endpoint() + settings, "the test"),
            name -> null,
            Map.of())
        .open();
  }

  private StoreFailure failure(String settings) {
    try (S3RegisterStore store = open(settings)) {
      StoreFailure read = ((ReadResult.Unknown) store.read(KEY)).failure();
      StoreFailure written = ((WriteResult.NotApplied) store.create(KEY, "a")).failure();
      assertThat(written.message().replace("written", "read")).isEqualTo(read.message());
      assertThat(written.permanent()).isEqualTo(read.permanent());
      assertThat(s3.requests()).isEmpty();
      assertThat(read.message()).doesNotContain("hunter2").doesNotContain("\n");
      return read;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "role, User: ci is not authorized to perform: sts:AssumeRole (Sts 403)",
    "nosource, 'The source profile of ''nosource'' was configured to be ''gone'', but that source profile has no"
        + " credentials configured'",
    "process, the credential_process failed",
    "prints, the credential_process failed",
    "token, there is no file /nonexistent/token",
    "half, Profile property 'aws_secret_access_key' was not configured for 'half'"
  })
  void whatIsWrongWithAProfileIsNamed(String profile, String why) {
    StoreFailure chosen = failure("&profile=" + profile);
    assertThat(chosen.permanent()).isTrue();
    assertThat(chosen.message())
        .contains("could not be read: the credentials could not be had: " + why)
        .contains(LOOK + profile + "' in ~/.aws/config");

    aws.set("aws.profile", profile);
    assertThat(failure("").message()).contains(why).contains(LOOK + profile + "'");
  }

  @Test
  void theExitCodeOfAProgramIsTold() {
    assertThat(failure("&profile=process").message())
        .contains("the credential_process failed (exit code 3);");
  }

  @Test
  void aWebIdentityThatIsRefusedOrMissingIsNamed() throws IOException {
    Path token = folder.resolve("token");
    aws.set("aws.webIdentityTokenFile", token.toString());
    aws.set("aws.roleArn", "arn:aws:iam::111122223333:role/ci");
    aws.set("aws.region", "eu-central-1");
    assertThat(failure("").message())
        .contains("had: there is no file " + token + "; look at AWS_WEB_IDENTITY_TOKEN_FILE");
    Files.writeString(token, "hunter2");
    assertThat(failure("").message())
        .contains("sts:AssumeRole (Sts 403); look at AWS_WEB_IDENTITY_TOKEN_FILE")
        .contains("whom the role trusts");
  }

  @Test
  void aServiceThatIsNotWellMayBeAskedAgain() {
    status = 503;
    code = "ServiceUnavailable";
    assertThat(failure("&profile=role").permanent()).isFalse();
    sts.stop(0);
    assertThat(failure("&profile=role").permanent()).isFalse();
    assertThat(failure("&profile=role").message())
        .contains("the credentials could not be had: what gives them was not reached (")
        .endsWith(
            "; look at the network, the proxy (HTTPS_PROXY) and the region or AWS_ENDPOINT_URL_STS");
    aws.set("aws.endpointUrlSts", "http://sts.invalid");
    assertThat(failure("&profile=role").permanent()).isFalse();
    assertThat(failure("&profile=role").message())
        .contains("what gives them was not reached (no such host); look at the network");
  }

  @Test
  void whoIsNotLoggedInIsToldTo() {
    assertThat(failure("&profile=sso").message())
        .contains("The SSO session")
        .contains("; log in: aws sso login --profile sso");
    aws.set("aws.profile", "sso");
    assertThat(failure("").message()).contains("; log in: aws sso login --profile sso");
  }

  @Test
  void whereThereAreNoneNothingElseIsBlamed() {
    StoreFailure none = failure("");
    assertThat(none.permanent()).isTrue();
    assertThat(none.message())
        .endsWith(
            "no credentials were found; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in"
                + " (aws sso login)");
  }

  @Test
  void aProfileThatIsNotThereIsNamed() {
    String said = "have no credentials for the profile 'nope'; name another, or add it";
    assertThat(failure("&profile=nope").message()).contains(said);
    aws.set("aws.profile", "nope");
    assertThat(failure("").message()).contains(said);
  }

  @Test
  void aProfileGoesBeforeOtherKeys() {
    aws.set("aws.accessKeyId", "another");
    aws.set("aws.secretAccessKey", "secret");
    try (S3RegisterStore store = open("&profile=keys")) {
      assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
    }
    assertThat(s3.requests().get(0).header("authorization")).contains("Credential=tester/");
  }
}
