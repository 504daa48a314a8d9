package dev.fen.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.cli.e2e.Fen.Ended;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Fault;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is wrong with a bucket is one line that says what to do, in time and without secrets.
 */
@EnabledOnOs(OS.LINUX)
@Tag("jdk-independent")
final class S3BadInputTest {
  private static final String[] EXEC = {"exec", "--lock", "a", "--", "true"};

  /** For what may pass, and is waited for. */
  private static final String[] EXEC_BRIEFLY = {"exec", "--lock", "a", "--wait", "1", "--", "true"};

  @TempDir Path folder;
  private final FakeS3 s3 = FakeS3.start();

  @BeforeEach
  void aBucket() {
    S3Fen.bucket(s3, false);
  }

  @AfterEach
  void close() {
    s3.close();
  }

  private Fen fen() {
    return S3Fen.in(folder, s3.endpoint());
  }

  private static void assertOneLine(Ended ended, int code, String... parts) {
    assertThat(ended.err()).startsWith("fen: ").contains(parts).hasLineCount(1);
    assertThat(ended.err()).doesNotContain("Exception").doesNotContain("software.amazon");
    assertThat(ended.out()).isEmpty();
    assertThat(ended.code()).isEqualTo(code);
    assertNoSecret(ended);
  }

  /** Why the wait was in vain takes some lines more. */
  private static void assertTimeout(Ended ended, String... parts) {
    // Of a second nothing may be left once the verdict was read, on a machine that is busy.
    assertThat(ended.err())
        .containsPattern("lock \"a\" was not to be had (within 1 s|at once)")
        .contains(parts);
    assertThat(ended.err()).doesNotContain("Exception").doesNotContain("software.amazon");
    assertThat(ended.code()).isEqualTo(75);
    assertNoSecret(ended);
  }

  private static void assertNoSecret(Ended ended) {
    assertThat(ended.out() + ended.err())
        .doesNotContain(S3Fen.KEY)
        .doesNotContain(S3Fen.SECRET)
        .doesNotContain(S3Fen.TOKEN);
  }

  @Test
  void aBucketThatIsNotThere() {
    assertOneLine(
        fen().with("FEN_DATASTORE", "s3://not-there/ci").run(EXEC),
        78,
        "s3://not-there/ci?endpoint=" + s3.endpoint(),
        "there is no bucket \"not-there\"");
  }

  @ParameterizedTest
  @CsvSource({
    "ACCESS_DENIED, no permission to write; allow s3:PutObject",
    "EXPIRED_TOKEN, the credentials are not accepted; renew them",
    "CLOCK_SKEW, this machine's clock is more than 15 minutes off",
    "OTHER_REGION, the bucket is in another region; set AWS_REGION=eu-central-1"
  })
  void aWriteThatIsRefused(Fault fault, String said) {
    s3.plantForever(request -> request.method().equals("PUT"), fault);

    assertOneLine(fen().run(EXEC), 78, S3Fen.ADDRESS, said);
  }

  @Test
  void aReadThatIsRefused() {
    s3.plantForever(request -> true, Fault.ACCESS_DENIED);

    assertOneLine(fen().run("lock", "status"), 78, "no permission to read", "s3:ListBucket");
  }

  @Test
  void noCredentials() {
    assertOneLine(
        S3Fen.anonymous(folder, s3.endpoint()).run(EXEC),
        78,
        "no credentials were found; set AWS_PROFILE");
    assertThat(s3.requests()).isEmpty();
  }

  @Test
  void noRegion() {
    assertOneLine(
        fen().without("AWS_REGION").without("AWS_ENDPOINT_URL_S3").run(EXEC),
        78,
        S3Fen.ADDRESS + ": no region is known; set AWS_REGION");
  }

  @ParameterizedTest
  @ValueSource(strings = {"FEN_S3_PROFILE", "AWS_PROFILE"})
  void aProfileThatIsNotThere(String variable) throws IOException {
    Path files = Files.createDirectory(folder.resolve(".aws"));
    Files.writeString(
        files.resolve("credentials"),
        "[other]\naws_access_key_id = " + S3Fen.KEY + "\naws_secret_access_key = x\n");

    assertOneLine(
        S3Fen.anonymous(folder, s3.endpoint()).with(variable, "nope").run(EXEC),
        78,
        "no credentials for the profile 'nope'",
        "~/.aws/credentials");
  }

  @Test
  void aProfileGoesBeforeKeysInTheEnvironment() throws IOException {
    Path files = Files.createDirectory(folder.resolve(".aws"));
    Files.writeString(
        files.resolve("credentials"),
        "[ci]\naws_access_key_id = AKIAOFTHEPROFILE\naws_secret_access_key = x\n");

    assertThat(fen().with("FEN_S3_PROFILE", "ci").run(EXEC)).isEqualTo(new Ended(0, "", ""));
    assertThat(s3.requests())
        .isNotEmpty()
        .allSatisfy(
            request ->
                assertThat(request.header("authorization"))
                    .contains("Credential=AKIAOFTHEPROFILE/"));
  }

  @Test
  void anEndpointWhereNobodyListens() throws IOException {
    URI nobody = S3Fen.nobody();

    assertOneLine(
        S3Fen.in(folder, nobody).run(EXEC_BRIEFLY),
        1,
        "endpoint=" + nobody,
        "connection refused; check the endpoint (AWS_ENDPOINT_URL_S3) and the network");
    assertOneLine(S3Fen.in(folder, nobody).run("lock", "status"), 1, "connection refused");
    // -E is for a lock that others hold.
    Ended unverified =
        S3Fen.in(folder, nobody)
            .run(
                "exec",
                "--lock",
                "a",
                "--wait",
                "1",
                "-E",
                "9",
                "--unverified",
                "--json",
                "--",
                "true");
    assertThat(unverified.code()).isEqualTo(1);
    assertThat(unverified.out())
        .contains("\"code\":\"store_unreachable\"", "the store gave no usable answer");
  }

  @Test
  void aRegionThatIsNone() {
    assertOneLine(
        fen()
            .without("AWS_ENDPOINT_URL_S3")
            .with("AWS_REGION", "eu-nowhere-9")
            .run("lock", "status"),
        1,
        "no such host (",
        "; check the region (AWS_REGION) and the network\n");
  }

  @Test
  void anEndpointThatNobodyKnows() {
    URI unknown = URI.create("http://s3.invalid");

    assertOneLine(
        S3Fen.in(folder, unknown).run("lock", "status"),
        1,
        "endpoint=http://s3.invalid",
        "no such host (team-locks.s3.invalid); check the endpoint (AWS_ENDPOINT_URL_S3) and the network, or set"
            + " path-style=true");
  }

  @Test
  void tlsToAPortWithout() {
    URI https = URI.create(s3.endpoint().toString().replace("http:", "https:"));

    assertOneLine(
        S3Fen.in(folder, https).run(EXEC),
        78,
        "the TLS connection failed",
        "check the endpoint (AWS_ENDPOINT_URL_S3) and its certificate");
  }

  @Test
  void aCertificateThatNobodyVouchesFor() throws Exception {
    try (ServerSocket server = selfSigned()) {
      URI https = URI.create("https://127.0.0.1:" + server.getLocalPort());

      assertOneLine(
          S3Fen.in(folder, https).run(EXEC), 78, "the TLS connection failed", "certificat");
    }
  }

  private ServerSocket selfSigned()
      throws IOException, InterruptedException, GeneralSecurityException {
    SSLContext context = SelfSigned.context(folder.resolve("keys.p12"), "localhost");
    ServerSocket server =
        context
            .getServerSocketFactory()
            .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread accepting = new Thread(() -> shakeHands(server), "self-signed");
    accepting.setDaemon(true);
    accepting.start();
    return server;
  }

  private static void shakeHands(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        ((SSLSocket) socket).startHandshake();
      } catch (IOException refused) {
        // As it should be; the next one comes.
      }
    }
  }

  @Test
  void aProxyThatAnswersWithAPage() {
    s3.plantForever(request -> true, Fault.HTML_PAGE);

    assertOneLine(
        fen().run(EXEC),
        78,
        S3Fen.ADDRESS,
        "entity tag; it is no S3 store that Fen can use: check the endpoint (AWS_ENDPOINT_URL_S3)");
    Ended status = fen().run("lock", "status");
    assertOneLine(status, 1, S3Fen.ADDRESS, "could not be listed", "no listing of a bucket");
  }

  @Test
  void anEndpointThatNeverAnswers() {
    s3.plantForever(request -> true, Fault.NEVER_ANSWERED);
    long start = System.nanoTime();

    assertOneLine(
        fen().run(EXEC_BRIEFLY),
        1,
        S3Fen.ADDRESS,
        "the verdict ci/fen-store.json could not be read");
    // An attempt that was begun may take 5 s.
    assertThat(System.nanoTime() - start).isLessThan(60_000_000_000L);
  }

  @Test
  void anAnswerThatComesByteByByte() {
    s3.plantForever(request -> true, Fault.SLOW_BYTES);
    long start = System.nanoTime();

    assertOneLine(
        fen().run(EXEC_BRIEFLY),
        1,
        S3Fen.ADDRESS,
        "the verdict ci/fen-store.json could not be read");
    // What is shown is the store, whoever notices first that it is too slow.
    assertOneLine(fen().run("lock", "status", "a"), 1, S3Fen.ADDRESS, "in");
    assertThat(System.nanoTime() - start).isLessThan(120_000_000_000L);
  }

  @Test
  void aVerdictThatMayNotBeRead() {
    s3.plantForever(request -> request.key().endsWith("fen-store.json"), Fault.ACCESS_DENIED);

    assertOneLine(
        fen().run(EXEC),
        78,
        "the verdict ci/fen-store.json could not be read: " + S3Fen.ADDRESS,
        "no permission to read");
  }

  @Test
  void aFirstUseWhereNoWriteIsAnswered() {
    s3.delete(S3Fen.BUCKET, "ci/fen-store.json");
    s3.plantForever(request -> request.method().equals("PUT"), Fault.NEVER_ANSWERED);
    long start = System.nanoTime();

    Ended ended = fen().run(EXEC_BRIEFLY);

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .contains(
            " has no verdict yet: ", " could not be verified: it acknowledged no write within 5 s")
        .hasLineCount(2);
    // Two minutes and more if every request is waited for.
    assertThat(System.nanoTime() - start).isLessThan(60_000_000_000L);
    assertNoSecret(ended);
  }

  @Test
  void anObjectThatIsFarTooLarge() {
    s3.put(S3Fen.BUCKET, "ci/locks/named/a.lock", new byte[64 << 20]);

    assertTimeout(fen().run(EXEC_BRIEFLY), S3Fen.ADDRESS, "it is longer than 64 KiB");
    Ended status = fen().run("lock", "status", "a");
    assertThat(status.code()).isZero();
    assertThat(status.err()).isEmpty();
  }

  @Test
  void theAwsJarThatIsMissing() {
    String without =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("awssdk"))
            .collect(Collectors.joining(File.pathSeparator));

    assertOneLine(
        fen().classPath(without).run(EXEC), 78, "FEN_DATASTORE", "fen-aws.jar", "beside fen.jar");
    assertThat(fen().classPath(without).with("FEN_DATASTORE", folder.toString()).run(EXEC))
        .isEqualTo(new Ended(0, "", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ACCESS_DENIED", "EXPIRED_TOKEN", "HTML_PAGE"})
  void noTraceShowsASecret(Fault fault) {
    s3.plantForever(request -> true, fault);

    Ended ended = fen().run("lock", "status", "--debug");

    assertThat(ended.err()).contains("\tat dev.fen.");
    assertNoSecret(ended);
  }
}
