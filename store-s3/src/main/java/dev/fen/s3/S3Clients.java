package dev.fen.s3;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
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

  private S3Clients() {}

  /**
   * A client.
   *
   * @param region the region, or null for what the SDK finds (environment, profile, instance)
   * @param endpoint an endpoint other than Amazon's own, or null
   * @param profile a profile of the shared configuration files, or null for what the SDK finds
   * @param pathStyle whether the bucket goes into the path; needed where it is not a host name
   * @return a client
   */
  public static S3Client create(
      @Nullable String region,
      @Nullable URI endpoint,
      @Nullable String profile,
      boolean pathStyle) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(REQUEST))
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(
                S3Configuration.builder()
                    .chunkedEncodingEnabled(false)
                    .pathStyleAccessEnabled(pathStyle)
                    .build())
            .overrideConfiguration(
                override -> {
                  override.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(REQUEST);
                  if (profile != null) {
                    override.defaultProfileName(profile);
                  }
                });
    if (region != null) {
      builder.region(Region.of(region));
    }
    if (endpoint != null) {
      builder.endpointOverride(endpoint);
    }
    return builder.build();
  }
}
