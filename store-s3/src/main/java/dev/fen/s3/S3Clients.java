package dev.fen.s3;

import java.time.Duration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
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

  private S3Clients() {}

  /**
   * A builder for such a client. Credentials, region, endpoint and profile are for the caller to
   * set, or to leave to what the SDK finds; its override configuration and its service
   * configuration are not to be replaced.
   *
   * @param pathStyle whether the bucket goes into the path; needed where it is not a host name
   * @return a new builder
   */
  public static S3ClientBuilder builder(boolean pathStyle) {
    return S3Client.builder()
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
            override ->
                override.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(REQUEST));
  }
}
