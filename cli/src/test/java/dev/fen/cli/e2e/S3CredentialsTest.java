package dev.fen.cli.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.fen.cli.e2e.Fen.Ended;
import dev.fen.testkit.s3.FakeS3;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A web identity, as a job of GitHub Actions has one, and a person's log-in by SSO, on a machine
 * that reaches the services that take them only through a proxy.
 */
@EnabledOnOs(OS.LINUX)
@Tag("jdk-independent")
final class S3CredentialsTest {

  private static final String[] EXEC = {"exec", "--lock", "a", "--wait", "5", "--", "true"};
  private static final Pattern LOGIN = Pattern.compile("(?i)proxy-authorization: basic (.*)");
  private static final String OF_THE_ROLE = "ASIAOFTHEROLE0000001";

  @TempDir Path folder;
  private final FakeS3 s3 = FakeS3.start();
  private final List<String> askedOfSts = new CopyOnWriteArrayList<>();
  private final List<String> askedOfSso = new CopyOnWriteArrayList<>();

  /** The first line of each request to the proxy, and the password that came with it. */
  private final List<String> askedOfProxy = new CopyOnWriteArrayList<>();

  private HttpsServer sts;
  private ServerSocket proxy;

  @BeforeEach
  void servers() throws Exception {
    S3Fen.bucket(s3, false);
    sts = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    sts.setHttpsConfigurator(
        new HttpsConfigurator(SelfSigned.context(folder.resolve("keys.p12"), "sts.test")));
    sts.createContext(
        "/",
        exchange -> {
          byte[] answer =
              ("<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><AssumedRoleUser>"
                      + "<Arn>arn:aws:sts::111122223333:assumed-role/ci/x</Arn><AssumedRoleId>A:x</AssumedRoleId>"
                      + "</AssumedRoleUser><Credentials><SessionToken>token</SessionToken><SecretAccessKey>secret"
                      + "</SecretAccessKey><Expiration>"
                      + Instant.now().plus(Duration.ofHours(1))
                      + "</Expiration><AccessKeyId>"
                      + OF_THE_ROLE
                      + "</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult>"
                      + "</AssumeRoleWithWebIdentityResponse>")
                  .getBytes(UTF_8);
          askedOfSts.add(
              new String(exchange.getRequestBody().readAllBytes(), UTF_8)
                  + exchange.getRequestHeaders().get("proxy-authorization"));
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    answer(
        "/token",
        () ->
            "{\"accessToken\":\"new-token\",\"tokenType\":\"Bearer\",\"expiresIn\":28800,"
                + "\"refreshToken\":\"next\"}");
    answer(
        "/federation/credentials",
        () ->
            "{\"roleCredentials\":{\"accessKeyId\":\""
                + OF_THE_ROLE
                + "\",\"secretAccessKey\":\"secret\",\"sessionToken\":\"token\",\"expiration\":"
                + Instant.now().plus(Duration.ofHours(1)).toEpochMilli()
                + "}}");
    sts.start();
    proxy = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    inBackground("proxy", this::acceptTunnels);
    Files.writeString(folder.resolve("token"), "of-the-job");
  }

  /** What SSO's two services are asked, and their answers. */
  private void answer(String path, Supplier<String> json) {
    HttpContext ignored =
        sts.createContext(
            path,
            exchange -> {
              byte[] answer = json.get().getBytes(UTF_8);
              askedOfSso.add(
                  exchange.getRequestMethod()
                      + " "
                      + exchange.getRequestURI()
                      + " "
                      + exchange.getRequestHeaders().getFirst("x-amz-sso_bearer_token")
                      + " "
                      + new String(exchange.getRequestBody().readAllBytes(), UTF_8)
                      + exchange.getRequestHeaders().get("proxy-authorization"));
              exchange.getResponseHeaders().add("Content-Type", "application/json");
              exchange.sendResponseHeaders(200, answer.length);
              exchange.getResponseBody().write(answer);
              exchange.close();
            });
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    sts.stop(0);
    s3.close();
  }

  private static void inBackground(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void acceptTunnels() {
    while (!proxy.isClosed()) {
      try {
        Socket socket = proxy.accept();
        inBackground("tunnel", () -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket;
        Socket to = new Socket(InetAddress.getLoopbackAddress(), sts.getAddress().getPort())) {
      while (true) {
        List<String> head = head(socket.getInputStream()).lines().toList();
        if (head.isEmpty()) {
          return;
        }
        String login =
            head.stream()
                .map(LOGIN::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group(1))
                .map(text -> new String(Base64.getDecoder().decode(text), UTF_8))
                .findFirst()
                .orElse("nobody");
        askedOfProxy.add(head.get(0) + " by " + login);
        if (login.equals("us@er:hunter2")) {
          break;
        }
        String wanted =
            String.join(
                "\r\n",
                "HTTP/1.1 407 Wanted",
                "Proxy-Authenticate: Basic realm=p",
                "Content-Length: 0",
                "",
                "");
        socket.getOutputStream().write(wanted.getBytes(ISO_8859_1));
      }
      socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
      inBackground("back", () -> copy(to, socket));
      copy(socket, to);
    } catch (IOException gone) {
      // The test sees what did not come.
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int read = in.read();
      if (read < 0) {
        return "";
      }
      head.append((char) read);
    }
    return head.toString();
  }

  private static void copy(Socket from, Socket to) {
    try {
      long ignored = from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException gone) {
      // Both ends are closed by whoever opened them.
    }
  }

  private Fen fen(String login) {
    return behindTheProxy(login)
        .with("AWS_WEB_IDENTITY_TOKEN_FILE", folder.resolve("token").toString())
        .with("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/ci")
        .with("AWS_ENDPOINT_URL_STS", "https://sts.test");
  }

  private Fen behindTheProxy(String login) {
    return S3Fen.anonymous(folder, s3.endpoint())
        .with("HTTPS_PROXY", "http://" + login + "127.0.0.1:" + proxy.getLocalPort())
        .with(
            "JDK_JAVA_OPTIONS",
            "-Djavax.net.ssl.trustStorePassword="
                + SelfSigned.PASSWORD
                + " -Djavax.net.ssl.trustStore="
                + folder.resolve("keys.p12"));
  }

  @Test
  void theTokenIsTakenToTheServiceThroughTheProxyWhosePasswordNobodyElseGets() {
    Ended ended = fen("us%40er:hunter2@").run(EXEC);

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(askedOfProxy)
        .startsWith(
            "CONNECT sts.test:443 HTTP/1.1 by nobody",
            "CONNECT sts.test:443 HTTP/1.1 by us@er:hunter2");
    assertThat(askedOfSts)
        .isNotEmpty()
        .allSatisfy(
            asked -> assertThat(asked).contains("WebIdentityToken=of-the-job").endsWith("null"));
    assertAllAreSignedByTheRole();
  }

  private void assertAllAreSignedByTheRole() {
    assertThat(s3.requests())
        .isNotEmpty()
        .allSatisfy(
            request ->
                assertThat(request.header("authorization"))
                    .contains("Credential=" + OF_THE_ROLE + "/"));
  }

  /** As "aws sso login" leaves it, some hours later. */
  @Test
  void aLogInBySsoIsRenewedAndUsedThroughTheProxyToo() throws Exception {
    Files.writeString(
        folder.resolve("config"),
        """
        [profile dev]
        sso_session = my
        sso_account_id = 111122223333
        sso_role_name = ci
        [sso-session my]
        sso_region = eu-central-1
        sso_start_url = https://example.awsapps.com/start
        """);
    Path home = folder.resolve("home");
    Path cache = Files.createDirectories(home.resolve(".aws/sso/cache"));
    String name =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest("my".getBytes(UTF_8)));
    Files.writeString(
        cache.resolve(name + ".json"),
        "{\"startUrl\":\"https://example.awsapps.com/start\",\"region\":\"eu-central-1\","
            + "\"accessToken\":\"old-token\",\"expiresAt\":\""
            + Instant.now().minus(Duration.ofMinutes(1)).truncatedTo(ChronoUnit.SECONDS)
            + "\",\"clientId\":\"client\",\"clientSecret\":\"of-the-client\",\"refreshToken\":\"again\","
            + "\"registrationExpiresAt\":\""
            + Instant.now().plus(Duration.ofDays(9)).truncatedTo(ChronoUnit.SECONDS)
            + "\"}");

    Ended ended =
        behindTheProxy("us%40er:hunter2@")
            .with("HOME", home.toString())
            .with("AWS_CONFIG_FILE", folder.resolve("config").toString())
            .with("AWS_PROFILE", "dev")
            .with("AWS_ENDPOINT_URL_SSO", "https://sts.test")
            .with("AWS_ENDPOINT_URL_SSO_OIDC", "https://sts.test")
            .run(EXEC);

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(askedOfProxy)
        .isNotEmpty()
        .allSatisfy(asked -> assertThat(asked).startsWith("CONNECT sts.test:443 "));
    assertThat(askedOfSso).allSatisfy(asked -> assertThat(asked).endsWith("null"));
    assertThat(askedOfSso.get(0)).startsWith("POST /token null ").contains("\"again\"");
    // Once for each client: the one that reads the verdict, and the one of the store.
    assertThat(askedOfSso.subList(1, askedOfSso.size()))
        .isNotEmpty()
        .allSatisfy(
            asked ->
                assertThat(asked)
                    .startsWith("GET /federation/credentials?")
                    .contains("role_name=ci")
                    .contains(" new-token "));
    assertAllAreSignedByTheRole();
  }

  @Test
  void aWrongPasswordIsNotTriedOverAndOverForOneTunnelAndIsNotShown() {
    Ended ended = fen("us%40er:wrong-one@").run("lock", "status");

    assertThat(ended.code()).isEqualTo(78);
    assertThat(ended.err())
        .contains("the credentials could not be had: a proxy on the way answers \"HTTP/1.1 407 ")
        .contains("; look at HTTPS_PROXY, or go round it (NO_PROXY)")
        .doesNotContain("wrong-one");
    assertThat(askedOfSts).isEmpty();
    assertThat(s3.requests()).isEmpty();
    long without = askedOfProxy.stream().filter(asked -> asked.endsWith(" by nobody")).count();
    assertThat(askedOfProxy.stream().filter(asked -> asked.endsWith(":wrong-one")))
        .hasSizeLessThanOrEqualTo(Math.toIntExact(without))
        .isNotEmpty();
  }

  @Test
  void aProgramThatGivesCredentialsIsAskedOnceForACommandAndForTheCheckBeforeIt()
      throws IOException {
    s3.createBucket("not-yet-checked", false);
    Path asked = folder.resolve("asked");
    Path program = folder.resolve("program");
    Files.writeString(
        program,
        "echo >> "
            + asked
            + "\necho '{\"Version\":1,\"AccessKeyId\":\"AKIA\",\"SecretAccessKey\":\"secret\"}'\n");
    Files.writeString(
        folder.resolve("config"), "[default]\ncredential_process = /bin/sh " + program + "\n");

    Ended ended =
        S3Fen.anonymous(folder, s3.endpoint())
            .with("AWS_CONFIG_FILE", folder.resolve("config").toString())
            .run(
                "exec",
                "--datastore",
                "s3://not-yet-checked/ci",
                "--lock",
                "a",
                "--",
                "echo",
                "done");

    assertThat(ended.out()).isEqualTo("done\n");
    assertThat(ended.err()).contains("has no verdict yet: ").hasLineCount(1);
    assertThat(Files.readAllLines(asked)).hasSize(1);
  }
}
