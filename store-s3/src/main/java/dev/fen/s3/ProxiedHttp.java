package dev.fen.s3;

import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URL;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpService;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * What the AWS SDK asks for credentials (STS, SSO) goes through the proxies that the variables
 * name, as what it asks of the store does. The SDK makes those clients itself, so this works only
 * for a process as a whole: see {@link #useInThisProcess}.
 */
public final class ProxiedHttp implements SdkHttpService {

  private static final String SERVICE = "software.amazon.awssdk.http.service.impl";

  /** By default Java sends no password to a proxy that it asks for a tunnel. */
  private static final String NO_PASSWORD = "jdk.http.auth.tunneling.disabledSchemes";

  private final Map<String, String> environment;

  /** For the SDK, which finds it by its name. */
  public ProxiedHttp() {
    this(System.getenv());
  }

  ProxiedHttp(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * Has this whole process go through the proxies that the variables name, where they name any. For
   * a program that is all Fen's: it sets properties of the JVM, those that are not set yet, and its
   * authenticator. To be called before the first request.
   *
   * @param environment the variables of the process
   */
  public static void useInThisProcess(Map<String, String> environment) {
    if (Stream.of("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY")
        .allMatch(name -> environment.getOrDefault(name, "").isBlank())) {
      return;
    }
    setIfNotSet(SERVICE, ProxiedHttp.class.getName());
    setIfNotSet(NO_PASSWORD, "");
    if (Authenticator.getDefault() == null) {
      Authenticator.setDefault(new Login(environment));
    }
  }

  private static void setIfNotSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  @Override
  public SdkHttpClient.Builder<?> createHttpClientBuilder() {
    return new Builder(environment);
  }

  private record Builder(Map<String, String> environment)
      implements SdkHttpClient.Builder<Builder> {

    @Override
    public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
      return new Client(environment, defaults);
    }
  }

  /** One client for each proxy, and one for what goes straight. */
  private static final class Client implements SdkHttpClient {

    private final Map<String, String> environment;
    private final AttributeMap defaults;
    private final Map<Optional<ProxyServer>, SdkHttpClient> clients = new ConcurrentHashMap<>();

    Client(Map<String, String> environment, AttributeMap defaults) {
      this.environment = environment;
      this.defaults = defaults;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      SdkHttpRequest asked = request.httpRequest();
      return clients
          .computeIfAbsent(
              Optional.ofNullable(ProxyServer.of(asked.protocol(), asked.host(), environment)),
              this::client)
          .prepareRequest(request);
    }

    private SdkHttpClient client(Optional<ProxyServer> proxy) {
      return UrlConnectionHttpClient.builder()
          .proxyConfiguration(S3Clients.configuration(proxy.orElse(null)))
          .buildWithDefaults(defaults);
    }

    @Override
    public String clientName() {
      return "UrlConnection";
    }

    @Override
    public void close() {
      clients.values().forEach(SdkHttpClient::close);
    }
  }

  /** Tells a proxy that is asked for a tunnel its own password, once for each tunnel. */
  private static final class Login extends Authenticator {

    /** Java asks again and again, and a wrong password may lock the user out. */
    private static final ThreadLocal<@Nullable URL> ANSWERED = new ThreadLocal<>();

    private final Map<String, String> environment;

    Login(Map<String, String> environment) {
      this.environment = environment;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // A tunnel is asked for with one object.
    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
      URL asked = getRequestingURL();
      if (getRequestorType() != RequestorType.PROXY
          || !"https".equals(asked.getProtocol())
          || asked == ANSWERED.get()) {
        return null;
      }
      ANSWERED.set(asked);
      ProxyServer proxy = ProxyServer.of("https", asked.getHost(), environment);
      return proxy != null
              && proxy.login() != null
              && proxy.host().equals(getRequestingHost())
              && proxy.port() == getRequestingPort()
          ? new PasswordAuthentication(proxy.user(), proxy.password().toCharArray())
          : null;
    }
  }
}
