package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.s3.FakeS3;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that no fault of the fake gives: by their status, their code, their head and body. */
class OutcomesTest {

  private static final RegisterKey KEY = new RegisterKey("locks/named/demo.lock");
  private static final Version SOME = new Version("\"some\"");
  private static final Map<String, String> XML = Map.of("Content-Type", "application/xml");

  @TempDir Path folder;
  private AwsSetup aws;
  private final FakeS3 s3 = FakeS3.start();
  private S3RegisterStore store =
      new S3RegisterStore(
          TestClients.of(s3.endpoint()),
          new S3Place("bucket", ""),
          TagForm.QUOTED,
          Encryption.OF_THE_BUCKET);

  @BeforeEach
  void credentials() {
    aws = new AwsSetup(folder);
    aws.credentials();
  }

  @AfterEach
  void close() {
    aws.close();
    store.close();
    s3.close();
  }

  private void instead(String settings, Map<String, String> environment) {
    store.close();
    store =
        S3Settings.of(
                new S3Settings.Sourced(
                    "s3://bucket?endpoint=" + s3.endpoint() + settings, "FEN_DATASTORE"),
                name -> null,
                environment)
            .open();
  }

  private void answer(int status, String code, String more) {
    s3.heal();
    s3.plantAnswer(
        request -> true,
        status,
        XML,
        "<Error><Code>" + code + "</Code><Message>" + more + "</Message></Error>");
  }

  private StoreFailure readFailure() {
    return ((ReadResult.Unknown) store.read(KEY)).failure();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "404 page not found", "<html>nginx</html>", "<Error/>"})
  void whatKnowsNothingOfTheObjectDoesNotMakeItAbsent(String body) {
    s3.plantAnswer(
        request -> true, 404, Map.of("Content-Type", "text/html", "Server", "nginx/1.2"), body);
    StoreFailure failure = readFailure();
    assertThat(failure.permanent()).isFalse();
    assertThat(failure.message())
        .isEqualTo(
            "s3://bucket could not be read (404): the answer of nginx/1.2 (text/html) does not say that the object is"
                + " not there: perhaps it is not the store's; check the endpoint and whatever stands before it");
    assertThat(store.replace(KEY, SOME, "a")).isInstanceOf(WriteResult.Unknown.class);
    assertThat(store.create(KEY, "a")).isInstanceOf(WriteResult.Unknown.class);
    assertThat(store.list("")).isInstanceOf(ListResult.Unknown.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"NoSuchUpload", "NotFound", "NoSuchVersion"})
  void anotherCodeDoesNotEither(String code) {
    answer(404, code, "");
    assertThat(readFailure().permanent()).isFalse();
    assertThat(readFailure().message())
        .contains("(404 " + code + "): the answer (application/xml)");
    assertThat(store.replace(KEY, SOME, "a")).isInstanceOf(WriteResult.Unknown.class);
  }

  @Test
  void onlyTheStoresOwnWordMakesItAbsent() {
    answer(404, "NoSuchKey", "");
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
    assertThat(store.replace(KEY, SOME, "a")).isInstanceOf(WriteResult.Conflict.class);
    s3.heal();
    s3.plantAnswer(
        request -> true,
        404,
        Map.of("x-amz-delete-marker", "true", "Content-Type", "application/xml"),
        "<Error><Code>NoSuchKey</Code></Error>");
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
  }

  @ParameterizedTest
  @CsvSource({"301", "302", "303", "307", "308"})
  void aRedirectIsNamedWithoutItsPath(int status) {
    s3.plantAnswer(
        request -> true,
        status,
        Map.of("Location", "https://login.example.com:8443/start?token=hunter2"),
        "");
    StoreFailure failure = readFailure();
    assertThat(failure.permanent()).isFalse();
    assertThat(failure.message())
        .isEqualTo(
            "s3://bucket could not be read ("
                + status
                + "): the answer leads to https://login.example.com:8443, as that of a proxy or of a network's log-in"
                + " page does; check the endpoint and whatever stands before it");
    assertThat(store.create(KEY, "a")).isInstanceOf(WriteResult.Unknown.class);
  }

  @ParameterizedTest
  @CsvSource({
    "301, PermanentRedirect",
    "307, TemporaryRedirect",
    "307, Redirect",
    "400, IllegalLocationConstraintException"
  })
  void aBucketOfAnotherRegionIsKnownByTheCode(int status, String code) {
    answer(status, code, "");
    assertThat(readFailure().permanent()).isTrue();
    assertThat(readFailure().message())
        .endsWith("the bucket is in another region; correct AWS_REGION");
    assertThat(store.create(KEY, "a")).isInstanceOf(WriteResult.NotApplied.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 307})
  void orByTheHeader(int status) {
    s3.plantAnswer(request -> true, status, Map.of("x-amz-bucket-region", "eu-central-1"), "");
    assertThat(readFailure().permanent()).isTrue();
    assertThat(readFailure().message())
        .endsWith("the bucket is in another region; set AWS_REGION=eu-central-1");
  }

  @Test
  void theSettingThatTheRegionCameFromIsNamed() {
    Map<String, String> environment = new HashMap<>();
    answer(
        400,
        "AuthorizationHeaderMalformed",
        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'");
    instead("", environment);
    assertThat(readFailure().message()).endsWith("; set AWS_REGION=eu-central-1");
    instead("&region=eu-west-1", environment);
    assertThat(readFailure().message()).endsWith("; set region in FEN_DATASTORE to eu-central-1");
    environment.put("AWS_REGION", "eu-west-1");
    instead("", environment);
    assertThat(readFailure().message()).endsWith("; set AWS_REGION=eu-central-1");
    aws.config("[profile ci]", "region = eu-west-1");
    instead("&profile=ci", Map.of());
    // The profile has no credentials, which is another matter.
    assertThat(readFailure().message()).contains("profile 'ci'");
    aws.config(
        "[profile ci]",
        "region = eu-west-1",
        "aws_access_key_id = tester",
        "aws_secret_access_key = secret");
    instead("&profile=ci", Map.of());
    assertThat(readFailure().message())
        .endsWith("; set region of the profile 'ci' in the files of AWS to eu-central-1");
    store.close();
    store =
        S3Settings.of(
                new S3Settings.Sourced("s3://bucket?endpoint=" + s3.endpoint(), "FEN_DATASTORE"),
                name ->
                    name.equals("region")
                        ? new S3Settings.Sourced("eu-west-1", "s3-region in /a/.fen.yaml")
                        : null,
                Map.of())
            .open();
    assertThat(readFailure().message()).endsWith("; set s3-region in /a/.fen.yaml to eu-central-1");
  }

  @Test
  void aHeaderThatIsMalformedIsAnotherRegionOnlyWhereOneIsNamed() {
    s3.plantAnswer(
        request -> true,
        400,
        XML,
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>no</Message><Region>eu-west-2</Region></Error>");
    assertThat(readFailure().message()).endsWith("; set AWS_REGION=eu-west-2");
    answer(400, "AuthorizationHeaderMalformed", "the Credential is mal-formed");
    assertThat(readFailure().permanent()).isTrue();
    assertThat(readFailure().message())
        .endsWith("the store rejects the request: the Credential is mal-formed");
    answer(400, "InvalidRequest", "expecting 'nothing'");
    assertThat(readFailure().message())
        .endsWith("the store rejects the request: expecting 'nothing'");
  }

  @Test
  void aHostThatNobodyKnowsWasSentNothing() {
    try (S3RegisterStore nowhere =
        new S3RegisterStore(
            TestClients.of(URI.create("http://s3.invalid")),
            new S3Place("bucket", ""),
            TagForm.QUOTED,
            Encryption.OF_THE_BUCKET)) {
      WriteResult written = nowhere.create(KEY, "a");
      assertThat(written).isInstanceOf(WriteResult.NotApplied.class);
      assertThat(((WriteResult.NotApplied) written).failure().permanent()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "412, ''",
    "400, PreconditionFailed",
    "409, PreconditionFailed",
    "500, PreconditionFailed"
  })
  void aConditionThatDidNotHoldIsKnownByItsCodeToo(int status, String code) {
    answer(status, code, "");
    assertThat(store.replace(KEY, SOME, "a")).isInstanceOf(WriteResult.Conflict.class);
    assertThat(store.create(KEY, "a")).isInstanceOf(WriteResult.Conflict.class);
  }

  @ParameterizedTest
  @CsvSource({"429, ''", "429, SlowDown", "503, TooManyRequests"})
  void whatComesTooFastWasNotWritten(int status, String code) {
    answer(status, code, "");
    StoreFailure failure = ((WriteResult.NotApplied) store.create(KEY, "a")).failure();
    assertThat(failure.permanent()).isFalse();
    assertThat(failure.message()).endsWith("set one-write-per-second=true");
    assertThat(readFailure().permanent()).isFalse();
  }

  @Test
  void whoKeepsToThePaceIsNotToldTo() {
    answer(429, "TooManyRequests", "");
    instead("&one-write-per-second=true", Map.of());
    assertThat(readFailure().message())
        .endsWith("(429 TooManyRequests): the requests come too fast for this store");
  }

  @ParameterizedTest
  @CsvSource({"405, MethodNotAllowed", "501, NotImplemented"})
  void aStoreWithoutConditionsIsNamed(int status, String code) {
    answer(status, code, "");
    StoreFailure failure = ((WriteResult.NotApplied) store.create(KEY, "a")).failure();
    assertThat(failure.permanent()).isTrue();
    assertThat(failure.message()).contains("this store does not implement what Fen needs");
  }

  @Test
  void aSecretThatTheStoreRepeatsIsMasked() {
    answer(
        400,
        "InvalidRequest",
        "not AKIAIOSFODNN7EXAMPLE, X-Amz-Signature=5ec2e7 nor x-amz-security-token=70ce4 nor Signature=5ec2e8");
    assertThat(readFailure().message())
        .endsWith("the store rejects the request: not ***, *** nor *** nor ***");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aHandshakeThatBreaksOffMayLastTheNextTime(boolean reset) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread accepting = new Thread(() -> breakOff(server, reset), "breaks off");
      accepting.setDaemon(true);
      accepting.start();
      try (S3RegisterStore tls =
          new S3RegisterStore(
              TestClients.of(URI.create("https://127.0.0.1:" + server.getLocalPort())),
              new S3Place("bucket", ""),
              TagForm.QUOTED,
              Encryption.OF_THE_BUCKET)) {
        WriteResult written = tls.create(KEY, "a");
        assertThat(written).isInstanceOf(WriteResult.Unknown.class);
        assertThat(((WriteResult.Unknown) written).failure().permanent()).isFalse();
      }
    }
  }

  private static void breakOff(ServerSocket server, boolean reset) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        // What is left unread would reset the connection in any case.
        int ignored = socket.getInputStream().read(new byte[reset ? 1 : 16_384]);
        if (reset) {
          socket.setSoLinger(true, 0);
        }
      } catch (IOException gone) {
        // The next one comes.
      }
    }
  }

  @Test
  void theCodeOfAnErrorDoesNotDriveATerminal() {
    answer(403, "a&#9;b\u009bc", "");
    assertThat(readFailure().message()).contains("(403 a b c)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage",
        "HTTP/1.1 ?304 Not Modified\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"
      })
  void anAnswerThatIsNoneIsUnknown(String answer) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread accepting = new Thread(() -> answerAll(server, answer), "answers");
      accepting.setDaemon(true);
      accepting.start();
      try (S3RegisterStore other =
          new S3RegisterStore(
              TestClients.of(URI.create("http://127.0.0.1:" + server.getLocalPort())),
              new S3Place("bucket", ""),
              TagForm.QUOTED,
              Encryption.OF_THE_BUCKET)) {
        StoreFailure failure = ((ReadResult.Unknown) other.read(KEY)).failure();
        assertThat(failure.permanent()).isFalse();
        assertThat(failure.message()).startsWith("s3://bucket could not be read: ");
        assertThat(other.create(KEY, "a")).isInstanceOf(WriteResult.Unknown.class);
        assertThat(other.list("")).isInstanceOf(ListResult.Unknown.class);
      }
    }
  }

  private static void answerAll(ServerSocket server, String answer) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        int ignored = socket.getInputStream().read(new byte[16_384]);
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
      } catch (IOException gone) {
        // The next one comes.
      }
    }
  }
}
