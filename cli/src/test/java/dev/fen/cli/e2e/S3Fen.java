package dev.fen.cli.e2e;

import java.net.URI;
import java.nio.file.Path;

/** Fen on a bucket of a test, with credentials that must show up nowhere. */
final class S3Fen {

  static final String KEY = "AKIAQQ7EXAMPLEKEY001";
  static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLESEC";
  static final String TOKEN = "FwoGZXIvYXdzEXAMPLETOKENOFASESSION";
  static final String BUCKET = "team-locks";
  static final String ADDRESS = "s3://" + BUCKET + "/ci";

  private S3Fen() {}

  static Fen in(Path folder, URI endpoint) {
    return anonymous(folder, endpoint)
        .with("AWS_ACCESS_KEY_ID", KEY)
        .with("AWS_SECRET_ACCESS_KEY", SECRET)
        .with("AWS_SESSION_TOKEN", TOKEN);
  }

  /** Without credentials, and without a machine that could give some. */
  static Fen anonymous(Path folder, URI endpoint) {
    return Fen.in(folder)
        .with("AWS_REGION", "eu-west-1")
        .with("AWS_EC2_METADATA_DISABLED", "true")
        .with("AWS_ENDPOINT_URL_S3", endpoint.toString())
        .with("FEN_DATASTORE", ADDRESS);
  }
}
