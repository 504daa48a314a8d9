package dev.fen.datastore;

import dev.fen.s3.S3Settings;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/** Which bucket of which store it is, however the address is spelled. */
final class BucketIdentity {

  private BucketIdentity() {}

  static String of(S3Settings settings) {
    URI endpoint = settings.endpoint();
    if (endpoint == null) {
      // The SDK finds one in the files of AWS, too.
      try (S3Client client = settings.client()) {
        endpoint = client.serviceClientConfiguration().endpointOverride().orElse(null);
      }
    }
    return of(endpoint, settings.place().bucket());
  }

  static String of(@Nullable URI endpoint, String bucket) {
    if (endpoint == null) {
      return "amazonaws.com/" + bucket;
    }
    String host = endpoint.getHost().toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    String path = String.valueOf(endpoint.getPath()).replaceFirst("/+$", "");
    int port = endpoint.getPort();
    if (port < 0) {
      port = "https".equalsIgnoreCase(endpoint.getScheme()) ? 443 : 80;
    }
    return host + ":" + port + path + "/" + bucket;
  }
}
