package dev.fen.s3;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.urlconnection.ProxyConfiguration;

/**
 * A proxy that the variables name. The SDK's own look at them would take {@code HTTP_PROXY} for
 * https too, wants a scheme and a port, and knows no domains in {@code NO_PROXY}.
 *
 * @param host its host
 * @param port its port
 * @param login its user and password as the variable has them, or null
 * @param origin the variable
 * @param isForTunnels whether it is asked for tunnels, to endpoints with https
 */
record ProxyServer(
    String host, int port, @Nullable String login, String origin, boolean isForTunnels) {

  /**
   * The proxy on the way to a host.
   *
   * @param scheme {@code http} or {@code https}
   * @param to the host
   * @param environment the variables of the process
   * @return the proxy, or null where there is none, or where Java's own properties name one
   * @throws IllegalArgumentException if a variable names none that can be used
   */
  static @Nullable ProxyServer of(String scheme, String to, Map<String, String> environment) {
    String lower = scheme + "_proxy";
    String upper = lower.toUpperCase(Locale.ROOT);
    String origin = environment.getOrDefault(lower, "").isBlank() ? upper : lower;
    String text = environment.getOrDefault(origin, "").strip();
    return text.isEmpty()
            || System.getProperty(scheme + ".proxyHost") != null
            || goesRound(to, environment)
        ? null
        : parsed(text, origin, scheme.equals("https"));
  }

  private static boolean goesRound(String to, Map<String, String> environment) {
    String host = to.toLowerCase(Locale.ROOT);
    String list = environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
    for (String one : List.of(list.toLowerCase(Locale.ROOT).split("[,\\s]+"))) {
      String domain = one.startsWith("*.") ? one.substring(2) : one.replaceFirst("^\\.", "");
      if (one.equals("*")
          || (!domain.isEmpty() && (host.equals(domain) || host.endsWith('.' + domain)))) {
        return true;
      }
    }
    return false;
  }

  private static ProxyServer parsed(String text, String origin, boolean isForTunnels) {
    try {
      URI proxy = new URI(text.contains("://") ? text : "http://" + text);
      if ("http".equals(proxy.getScheme()) && proxy.getHost() != null) {
        return new ProxyServer(
            proxy.getHost(),
            proxy.getPort() < 0 ? 80 : proxy.getPort(),
            proxy.getRawUserInfo(),
            origin,
            isForTunnels);
      }
    } catch (URISyntaxException notOne) {
      // Told below, without its text: there may be a password in it.
    }
    throw new IllegalArgumentException(
        origin + ": it is no proxy; write one such as http://proxy.example.com:3128");
  }

  ProxyConfiguration configuration() {
    ProxyConfiguration.Builder proxy =
        ProxyConfiguration.builder()
            .useSystemPropertyValues(false)
            .useEnvironmentVariablesValues(false)
            .endpoint(URI.create("http://" + host + ":" + port));
    // The SDK would send it through the tunnel, to whoever is at its other end.
    if (login != null && !isForTunnels) {
      proxy.username(user()).password(password());
    }
    return proxy.build();
  }

  String user() {
    return login == null ? "" : decoded(login.replaceFirst(":.*", ""));
  }

  String password() {
    return login == null || !login.contains(":")
        ? ""
        : decoded(login.substring(login.indexOf(':') + 1));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** What messages call it: without its password. */
  @Override
  public String toString() {
    return "the proxy " + host + ":" + port + " (" + origin + ")";
  }
}
