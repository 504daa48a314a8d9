package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.WriteResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.utils.AttributeMap;

/** Whether requests go through the proxy that the variables name, and what is said if it fails. */
class ProxyTest {

  private static final RegisterKey KEY = new RegisterKey("locks/named/demo.lock");

  @TempDir Path folder;
  private AwsSetup aws;
  private ServerSocket proxy;
  private final Map<String, String> environment = new HashMap<>();

  /** The first line and the headers of each request. */
  private final List<String> seen = new CopyOnWriteArrayList<>();

  /** The status line that is answered; empty ends the connection. */
  private volatile String answer = "";

  @BeforeEach
  void aProxy() throws IOException {
    aws = new AwsSetup(folder);
    aws.credentials();
    proxy = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread accepting = new Thread(this::accept, "proxy");
    accepting.setDaemon(true);
    accepting.start();
  }

  @AfterEach
  void close() throws IOException {
    aws.close();
    proxy.close();
  }

  private void accept() {
    while (!proxy.isClosed()) {
      try (Socket socket = proxy.accept()) {
        BufferedReader request =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        StringBuilder head = new StringBuilder();
        for (String line = request.readLine();
            line != null && !line.isEmpty();
            line = request.readLine()) {
          head.append(line).append('\n');
        }
        seen.add(head.toString());
        if (!answer.isEmpty()) {
          socket
              .getOutputStream()
              .write(
                  (answer + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                      .getBytes(StandardCharsets.ISO_8859_1));
        }
      } catch (IOException gone) {
        // The next one comes.
      }
    }
  }

  private String address() {
    return "127.0.0.1:" + proxy.getLocalPort();
  }

  private S3RegisterStore open(String address) {
    return S3Settings.of(
            new S3Settings.Sourced(address, "the test"), name -> null, Map.copyOf(environment))
        .open();
  }

  private StoreFailure readFailure(String address) {
    try (S3RegisterStore store = open(address)) {
      return ((ReadResult.Unknown) store.read(KEY)).failure();
    }
  }

  private WriteResult written(String address) {
    try (S3RegisterStore store = open(address)) {
      return store.create(KEY, "a");
    }
  }

  @ParameterizedTest
  @CsvSource({"HTTPS_PROXY, http://", "https_proxy, http://", "https_proxy, ''"})
  void requestsToAnHttpsEndpointAskItForATunnel(String variable, String scheme) {
    environment.put(variable, scheme + address());
    StoreFailure failure =
        readFailure("s3://bucket?path-style=true&endpoint=https://s3.example.com");
    assertThat(seen).isNotEmpty();
    assertThat(seen.get(0)).startsWith("CONNECT s3.example.com:443 ");
    assertThat(failure.permanent()).isFalse();
    assertThat(failure.message())
        .contains("could not be read through the proxy " + address() + " (" + variable + "): ")
        .contains("see whether it is well, or go round it (NO_PROXY)");
  }

  @Test
  void requestsToAmazonDoToo() {
    environment.put("HTTPS_PROXY", "http://" + address());
    assertThat(readFailure("s3://bucket?region=eu-central-1").message()).contains(address());
    assertThat(seen.get(0)).startsWith("CONNECT bucket.s3.eu-central-1.amazonaws.com:443 ");
  }

  @Test
  void requestsToAnHttpEndpointGoToItThemselvesWithItsPassword() {
    answer = "HTTP/1.1 407 Proxy Authentication Required";
    environment.put("http_proxy", "http://us%40er:pass%2Bword@" + address());
    String address = "s3://bucket?path-style=true&endpoint=http://s3.example.com";
    StoreFailure failure = readFailure(address);
    assertThat(seen.get(0))
        .startsWith("GET http://s3.example.com/bucket/")
        .containsIgnoringCase("\nproxy-authorization: Basic dXNAZXI6cGFzcyt3b3Jk\n");
    assertThat(failure.permanent()).isTrue();
    assertThat(failure.message())
        .contains("(407)")
        .contains("the proxy " + address() + " (http_proxy) wants a user and a password")
        .doesNotContain("pass+word")
        .doesNotContain("pass%2Bword");
    assertThat(S3SettingsTest.settings(address, environment).toString())
        .doesNotContain("pass+word")
        .doesNotContain("pass%2Bword");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "127.0.0.1", "x, 127.0.0.1", "localhost,.0.0.1", "*.0.0.1", "0.0.1"})
  void whatIsNamedGoesRoundIt(String list) throws IOException {
    environment.put("HTTPS_PROXY", "http://" + address());
    environment.put("NO_PROXY", list);
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = free.getLocalPort();
      free.close();
      assertThat(readFailure("s3://bucket?endpoint=https://127.0.0.1:" + port).message())
          .contains("connection refused")
          .doesNotContain("proxy");
    }
    assertThat(seen).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "example.org", "3.example.com", "s3.example.com.evil.org"})
  void whatIsNotNamedGoesThrough(String list) {
    environment.put("HTTPS_PROXY", "http://" + address());
    environment.put("no_proxy", list);
    readFailure("s3://bucket?path-style=true&endpoint=https://s3.example.com");
    assertThat(seen).isNotEmpty();
  }

  @Test
  void aTunnelThatIsRefusedWroteNothingAndMayBeAskedForAgain() {
    answer = "HTTP/1.1 403 Forbidden";
    environment.put("HTTPS_PROXY", "http://" + address());
    WriteResult written = written("s3://bucket?endpoint=https://s3.example.com");
    assertThat(written).isInstanceOf(WriteResult.NotApplied.class);
    StoreFailure failure = ((WriteResult.NotApplied) written).failure();
    assertThat(failure.permanent()).isFalse();
    assertThat(failure.message())
        .contains(
            "the proxy "
                + address()
                + " (HTTPS_PROXY) answers \"HTTP/1.1 403 Forbidden\" instead of letting it through")
        .contains("or go round it (NO_PROXY)");
  }

  @Test
  void aTunnelThatWantsAPasswordIsNotAskedForAgain() {
    answer = "HTTP/1.1 407 Proxy Authentication Required";
    environment.put("HTTPS_PROXY", "http://user:hunter2@" + address());
    WriteResult written = written("s3://bucket?endpoint=https://s3.example.com");
    StoreFailure failure = ((WriteResult.NotApplied) written).failure();
    assertThat(failure.permanent()).isTrue();
    assertThat(failure.message())
        .contains("the proxy " + address() + " (HTTPS_PROXY) wants a user and a password")
        .doesNotContain("hunter2");
  }

  @Test
  void thePasswordIsNotSentThroughATunnelToWhoeverIsAtItsOtherEnd() {
    environment.put("HTTPS_PROXY", "http://user:hunter2@" + address());
    environment.put("HTTP_PROXY", "http://user:hunter2@" + address());
    ProxyServer tunnels =
        Objects.requireNonNull(ProxyServer.of("https", "s3.example.com", environment));
    assertThat(tunnels.configuration().password()).isNull();
    assertThat(tunnels.configuration().username()).isNull();
    assertThat(tunnels.user() + ":" + tunnels.password()).isEqualTo("user:hunter2");
    ProxyServer plain =
        Objects.requireNonNull(ProxyServer.of("http", "s3.example.com", environment));
    assertThat(plain.configuration().password()).isEqualTo("hunter2");
  }

  @Test
  void whatTheSdkAsksByItselfGoesThroughTheProxyToo() {
    answer = "HTTP/1.1 403 Forbidden";
    environment.put("HTTPS_PROXY", "http://" + address());
    environment.put("NO_PROXY", "example.org");
    try (SdkHttpClient client =
        new ProxiedHttp(environment)
            .createHttpClientBuilder()
            .buildWithDefaults(AttributeMap.empty())) {
      assertThatThrownBy(() -> get(client, "https://sts.example.com/"))
          .hasMessageContaining("Unable to tunnel");
      assertThat(seen).singleElement().asString().startsWith("CONNECT sts.example.com:443 ");
      assertThatThrownBy(() -> get(client, "https://sts.example.org.invalid/"))
          .hasMessageContaining("Unable to tunnel");
      assertThatThrownBy(() -> get(client, "http://127.0.0.1:1/")).hasMessageContaining("refused");
      assertThat(seen).hasSize(2);
    }
  }

  private static void get(SdkHttpClient client, String address) throws IOException {
    SdkHttpRequest request =
        SdkHttpRequest.builder().method(SdkHttpMethod.GET).uri(URI.create(address)).build();
    client.prepareRequest(HttpExecuteRequest.builder().request(request).build()).call();
  }

  @Test
  void aTunnelThatBreaksOffMayHaveWrittenForAllThatIsKnown() {
    environment.put("HTTPS_PROXY", "http://" + address());
    WriteResult written = written("s3://bucket?endpoint=https://s3.example.com");
    assertThat(written).isInstanceOf(WriteResult.Unknown.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://me:hunter2@proxy:1", "http://me:hunter2@pro xy", "http://"})
  void whatIsNoProxyIsNamedAndNotRepeated(String wrong) {
    environment.put("HTTPS_PROXY", wrong);
    assertThatThrownBy(() -> open("s3://bucket?region=eu-central-1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HTTPS_PROXY: it is no proxy")
        .message()
        .doesNotContain("hunter2");
  }

  @Test
  void javasOwnPropertiesGoFirst() {
    environment.put("HTTPS_PROXY", "http://127.0.0.1:1");
    aws.set("https.proxyHost", "127.0.0.1");
    aws.set("https.proxyPort", Integer.toString(proxy.getLocalPort()));
    assertThat(readFailure("s3://bucket?endpoint=https://s3.example.com").message())
        .doesNotContain("HTTPS_PROXY");
    assertThat(seen).isNotEmpty();
  }
}
