package dev.fen.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.fen.datastore.verify.Candidate;
import dev.fen.datastore.verify.Candidate.Removal;
import dev.fen.lock.store.RegisterKey;
import dev.fen.s3.S3Settings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a store's answers to a removal mean. */
@Tag("jdk-independent")
class BucketCandidateTest {

  @ParameterizedTest
  @CsvSource({"204, false, GONE", "204, true, HIDDEN", "403, false, LEFT"})
  void theAnswerTellsWhatBecameOfARegister(int status, boolean hasMarker, Removal removal)
      throws Exception {
    System.setProperty("aws.accessKeyId", "tester");
    System.setProperty("aws.secretAccessKey", "secret");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.createContext(
        "/",
        exchange -> {
          if (hasMarker) {
            exchange.getResponseHeaders().add("x-amz-delete-marker", "true");
          }
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    try (Candidate candidate =
        new BucketCandidate(
            S3Settings.of(
                new S3Settings.Sourced(
                    "s3://bucket/prefix?endpoint=http://127.0.0.1:" + server.getAddress().getPort(),
                    "the test"),
                name -> null,
                Map.of()))) {
      assertThat(candidate.remove(new RegisterKey("verify/1/a"))).isEqualTo(removal);
      assertThat(candidate.placeOf("verify/1/")).isEqualTo("s3://bucket/prefix/verify/1/");
    } finally {
      server.stop(0);
    }
  }
}
