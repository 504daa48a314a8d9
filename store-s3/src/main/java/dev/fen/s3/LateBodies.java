package dev.fen.s3;

import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Conditional writes whose head is sent at once and whose body is held back, for whoever checks
 * what a store does meanwhile. They are signed beforehand, without their body, as all of Fen's
 * writes over TLS are: a store that has to check a signature of the body takes in all of it first,
 * and then shows nothing.
 *
 * <p>Safe for any number of threads.
 */
public final class LateBodies implements AutoCloseable {

  private static final Duration GOOD_FOR = Duration.ofMinutes(5);

  private static final int MOST_OF_AN_ERROR = 4096;

  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9.]{1,64})</Code>");

  private final S3RegisterStore store;
  private final S3Presigner signer;
  private final SdkHttpClient http;

  /** Closes all three in the end. */
  LateBodies(S3RegisterStore store, S3Presigner signer, SdkHttpClient http) {
    this.store = store;
    this.signer = signer;
    this.http = http;
  }

  /**
   * Writes a register.
   *
   * @param key which
   * @param expected what has to be there, or null if nothing may be
   * @param body the content
   * @param held is run on this thread when the head has been sent; the body follows once it returns
   * @return what the store says; a refusal for good is no more than that
   */
  public WriteResult write(
      RegisterKey key, @Nullable Version expected, String body, Runnable held) {
    try {
      return send(
          expected == null ? store.forCreate(key) : store.forReplace(key, expected),
          body.getBytes(StandardCharsets.UTF_8),
          held);
    } catch (IOException broken) {
      return store.notWritten(SdkClientException.create("the connection failed", broken));
    } catch (RuntimeException thrown) {
      return store.notWritten(thrown);
    }
  }

  private WriteResult send(PutObjectRequest put, byte[] body, Runnable held) throws IOException {
    SdkHttpRequest signed =
        signer
            .presignPutObject(sign -> sign.signatureDuration(GOOD_FOR).putObjectRequest(put))
            .httpRequest()
            .toBuilder()
            .putHeader("Content-Length", Integer.toString(body.length))
            .build();
    HttpExecuteResponse answer =
        http.prepareRequest(
                HttpExecuteRequest.builder()
                    .request(signed)
                    .contentStreamProvider(() -> new Late(body, held))
                    .build())
            .call();
    try (InputStream content =
        answer.responseBody().isPresent()
            ? answer.responseBody().get()
            : InputStream.nullInputStream()) {
      SdkHttpResponse head = answer.httpResponse();
      return head.isSuccessful()
          ? store.written(head.firstMatchingHeader("ETag").orElse(null))
          : store.notWritten(error(head, content.readNBytes(MOST_OF_AN_ERROR)));
    }
  }

  private static RuntimeException error(SdkHttpResponse head, byte[] body) {
    Matcher code = CODE.matcher(new String(body, StandardCharsets.UTF_8));
    return S3Exception.builder()
        .statusCode(head.statusCode())
        .awsErrorDetails(
            AwsErrorDetails.builder()
                .errorCode(code.find() ? code.group(1) : "")
                .sdkHttpResponse(head)
                .build())
        .build();
  }

  @Override
  public void close() {
    http.close();
    signer.close();
    store.close();
  }

  /** The client asks for the first byte when it has sent the head. */
  private static final class Late extends InputStream {

    private final InputStream body;
    private final Runnable held;
    private boolean begun;

    Late(byte[] body, Runnable held) {
      this.body = new ByteArrayInputStream(body);
      this.held = held;
    }

    @Override
    public int read() throws IOException {
      begin();
      return body.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      begin();
      return body.read(buffer, offset, length);
    }

    private void begin() {
      if (!begun) {
        begun = true;
        held.run();
      }
    }
  }
}
