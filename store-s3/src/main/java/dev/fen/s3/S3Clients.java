package dev.fen.s3;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.ProxyConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * Makes S3 clients as registers need them: one answer is one attempt, plain bodies, a time limit on
 * everything.
 */
public final class S3Clients {

  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration REQUEST = Duration.ofSeconds(10);

  /** Leaves it to Java, which looks at its properties for each host. */
  private static final ProxyConfiguration NO_PROXY =
      ProxyConfiguration.builder()
          .useSystemPropertyValues(false)
          .useEnvironmentVariablesValues(false)
          .build();

  private S3Clients() {}

  /**
   * A builder for such a client. Credentials, region, endpoint and profile are for the caller to
   * set, or to leave to what the SDK finds; its override configuration and its service
   * configuration are not to be replaced. Its proxy is the one of Java's own properties, such as
   * {@code https.proxyHost}.
   *
   * @param pathStyle whether the bucket goes into the path; needed where it is not a host name
   * @return a new builder
   */
  public static S3ClientBuilder builder(boolean pathStyle) {
    return builder(pathStyle, null, CONNECT, REQUEST);
  }

  static S3ClientBuilder builder(boolean pathStyle, @Nullable ProxyServer proxy) {
    return builder(pathStyle, proxy, CONNECT, REQUEST);
  }

  /** Tests have no time for the real limits. */
  static S3ClientBuilder builder(
      boolean pathStyle, @Nullable ProxyServer proxy, Duration connect, Duration request) {
    return S3Client.builder()
        .httpClientBuilder(PromptAborts.of(http(proxy, connect, request)))
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .serviceConfiguration(configuration(pathStyle))
        .overrideConfiguration(
            override ->
                override.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(request));
  }

  /** What the same requests are sent by without the SDK around it. */
  static SdkHttpClient http(@Nullable ProxyServer proxy) {
    return http(proxy, CONNECT, REQUEST).build();
  }

  private static UrlConnectionHttpClient.Builder http(
      @Nullable ProxyServer proxy, Duration connect, Duration request) {
    return UrlConnectionHttpClient.builder()
        .connectionTimeout(connect)
        .socketTimeout(request)
        .proxyConfiguration(configuration(proxy));
  }

  static S3Configuration configuration(boolean pathStyle) {
    return S3Configuration.builder()
        .chunkedEncodingEnabled(false)
        .pathStyleAccessEnabled(pathStyle)
        .build();
  }

  static ProxyConfiguration configuration(@Nullable ProxyServer proxy) {
    return proxy == null ? NO_PROXY : proxy.configuration();
  }
}
