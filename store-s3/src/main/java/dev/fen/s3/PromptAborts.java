package dev.fen.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * An HTTP client that never makes anybody wait who aborts a request. The SDK ends a call that takes
 * too long by an abort from another thread, and interrupts the reader only after that; the JDK's
 * client keeps the abort waiting while somebody reads, which, of an answer that drips in, may be to
 * its very end.
 */
final class PromptAborts implements SdkHttpClient {

  private final SdkHttpClient client;

  private PromptAborts(SdkHttpClient client) {
    this.client = client;
  }

  /** A builder of such a client from one of the client that does the work. */
  static SdkHttpClient.Builder<?> of(SdkHttpClient.Builder<?> client) {
    return new Builder(client);
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new Request(client.prepareRequest(request));
  }

  @Override
  public String clientName() {
    return client.clientName();
  }

  @Override
  public void close() {
    client.close();
  }

  private static final class Request implements ExecutableHttpRequest {

    private final ExecutableHttpRequest request;
    private volatile boolean answered;
    private volatile boolean aborted;

    Request(ExecutableHttpRequest request) {
      this.request = request;
    }

    @Override
    public HttpExecuteResponse call() throws IOException {
      HttpExecuteResponse answer = request.call();
      answered = true;
      Optional<AbortableInputStream> body = answer.responseBody();
      if (body.isEmpty()) {
        return answer;
      }
      return HttpExecuteResponse.builder()
          .response(answer.httpResponse())
          .responseBody(AbortableInputStream.create(new Body(body.get()), body.get()))
          .build();
    }

    /** Whoever reads the body notices before its next read, each of which has a limit. */
    @Override
    public void abort() {
      aborted = true;
      if (!answered) {
        request.abort();
      }
    }

    private final class Body extends FilterInputStream {

      Body(InputStream in) {
        super(in);
      }

      @Override
      public int read() throws IOException {
        requireNotAborted();
        return super.read();
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        requireNotAborted();
        return super.read(buffer, offset, length);
      }

      private void requireNotAborted() throws IOException {
        if (aborted) {
          throw new InterruptedIOException("the request was aborted");
        }
      }
    }
  }

  private record Builder(SdkHttpClient.Builder<?> client)
      implements SdkHttpClient.Builder<Builder> {

    @Override
    public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
      return new PromptAborts(client.buildWithDefaults(defaults));
    }
  }
}
