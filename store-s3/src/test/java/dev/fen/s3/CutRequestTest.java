package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Profile;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The fake S3 carries out no request whose sender died within it, as no server does. */
class CutRequestTest {

  private static final String PUT =
      "PUT /bucket/key HTTP/1.1\r\nHost: x\r\nIf-Match: \"other\"\r\nContent-Length: 3\r\n\r\nnew";

  @Test
  void aRequestThatIsCutOffAnywhereChangesNothing() throws IOException {
    try (FakeS3 s3 = FakeS3.start(Profile.AWS, System::currentTimeMillis)) {
      s3.createBucket("bucket", false);
      s3.put("bucket", "key", "old".getBytes(StandardCharsets.US_ASCII));
      for (int length = 0; length < PUT.length(); length++) {
        assertThat(answer(s3, PUT.substring(0, length))).as("after %s bytes", length).isEmpty();
        assertThat(answer(s3, "GET /bucket/key HTTP/1.1\r\nHost: x\r\n\r\n")).endsWith("old");
      }
      assertThat(answer(s3, PUT)).contains("412");
    }
  }

  private static String answer(FakeS3 s3, String request) throws IOException {
    try (Socket socket = new Socket(s3.endpoint().getHost(), s3.endpoint().getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }
}
