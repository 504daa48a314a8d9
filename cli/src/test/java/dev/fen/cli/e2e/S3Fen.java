package dev.fen.cli.e2e;

import dev.fen.datastore.verify.Check;
import dev.fen.datastore.verify.Verdict;
import dev.fen.s3.TagForm;
import dev.fen.testkit.s3.FakeS3;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/** Fen on a bucket of a test, with credentials that must show up nowhere. */
final class S3Fen {

  static final String KEY = "AKIAQQ7EXAMPLEKEY001";
  static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLESEC";
  static final String TOKEN = "FwoGZXIvYXdzEXAMPLETOKENOFASESSION";
  static final String BUCKET = "team-locks";
  static final String ADDRESS = "s3://" + BUCKET + "/ci";

  private S3Fen() {}

  /** A bucket that was verified, so that no test but those of that has to. */
  static void bucket(FakeS3 s3, boolean versioned) {
    s3.createBucket(BUCKET, versioned);
    Verdict passed =
        new Verdict(
            true,
            List.of(new Check("create race", Check.Result.PASSED, "", "")),
            200,
            Verdict.excludedBy(200),
            OptionalLong.empty(),
            TagForm.QUOTED,
            Instant.EPOCH,
            "of the tests",
            List.of(),
            List.of(s3.endpoint().getAuthority() + "/" + BUCKET));
    s3.put(BUCKET, "ci/fen-store.json", passed.toJson().getBytes(StandardCharsets.UTF_8));
  }

  /** An endpoint where nobody listens. */
  static URI nobody() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return URI.create("http://127.0.0.1:" + free.getLocalPort());
    }
  }

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
