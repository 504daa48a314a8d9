package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.utils.AttributeMap;

/** Each request has a limit, whatever is slow. */
class S3ClientsTest {

  private static final RegisterKey KEY = new RegisterKey("locks/named/demo.lock");
  private static final Duration SHORT = Duration.ofMillis(300);

  /** Longer than a test may take: what ends earlier was not ended by this limit. */
  private static final Duration LONG = Duration.ofMinutes(2);

  private final FakeS3 s3 = FakeS3.start();

  @BeforeEach
  void anObject() {
    s3.createBucket("bucket", false);
    s3.put("bucket", KEY.path(), new byte[100]);
  }

  @AfterEach
  void close() {
    s3.close();
  }

  private static S3RegisterStore open(URI endpoint, Duration connect, Duration request) {
    return new S3RegisterStore(
        TestClients.of(endpoint, S3Clients.builder(true, null, connect, request)),
        new S3Place("bucket", ""),
        TagForm.QUOTED,
        Encryption.OF_THE_BUCKET);
  }

  @Test
  void aRequestEndsAfterTenSecondsAtMost() {
    try (S3Client client = TestClients.of(s3.endpoint())) {
      assertThat(client.serviceClientConfiguration().overrideConfiguration().apiCallTimeout())
          .contains(Duration.ofSeconds(10));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"NEVER_ANSWERED", "SLOW_BYTES", "SLOW_BODY"})
  void anAnswerThatGoesOnForEverIsNotWaitedFor(Fault fault) {
    s3.plantForever(request -> true, fault);
    // The bytes of a slow answer are half a second apart.
    Duration limit = Duration.ofMillis(1_200);
    long start = System.nanoTime();
    try (S3RegisterStore store = open(s3.endpoint(), LONG, limit)) {
      StoreFailure read = ((ReadResult.Unknown) store.read(KEY)).failure();
      assertThat(read.permanent()).isFalse();
      assertThat(read.message()).endsWith("could not be read: no answer in time");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void aWriteThatIsNotAnsweredInTimeIsUnknown() {
    s3.plantForever(request -> true, Fault.SLOW_BYTES);
    try (S3RegisterStore store = open(s3.endpoint(), LONG, SHORT)) {
      assertThat(store.create(KEY, "a")).isInstanceOf(WriteResult.Unknown.class);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX) // Elsewhere a full queue refuses.
  void aConnectionThatIsNotTakenUpIsGivenUpEarlier() throws IOException {
    List<Socket> queue = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 2; i++) {
        queue.add(new Socket(full.getInetAddress(), full.getLocalPort()));
      }
      try (S3RegisterStore store =
          open(URI.create("http://127.0.0.1:" + full.getLocalPort()), SHORT, LONG)) {
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
          long start = System.nanoTime();
          assertThat(store.read(KEY)).isInstanceOf(ReadResult.Unknown.class);
          shortest = Math.min(shortest, System.nanoTime() - start);
        }
        // The SDK's own limit is 2 s; a busy machine may keep some of them waiting longer.
        assertThat(Duration.ofNanos(shortest)).isLessThan(Duration.ofMillis(1_900));
      }
    } finally {
      for (Socket socket : queue) {
        socket.close();
      }
    }
  }

  @Test
  void theRestOfAGigabyteIsNotAskedFor() {
    s3.put("bucket", KEY.path(), new byte[64 << 20]);
    try (S3RegisterStore store = open(s3.endpoint(), LONG, LONG)) {
      assertThat(((ReadResult.Present) store.read(KEY)).body()).hasSize(64 * 1024 + 1);
      // What is sent to the end is counted before the next request of its connection.
      assertThat(store.read(new RegisterKey("other"))).isInstanceOf(ReadResult.Absent.class);
      assertThat(s3.bytesSent()).isLessThan(16 << 20);
    }
  }

  /** Other clients of HTTP read an answer to its end when it is closed. */
  @Test
  void anyClientIsToldThatTheRestIsNotWanted() {
    AtomicBoolean aborted = new AtomicBoolean();
    AbortableInputStream endless =
        AbortableInputStream.create(
            new InputStream() {
              @Override
              public int read() {
                return 'x';
              }
            },
            () -> aborted.set(true));
    SdkHttpClient http = new OneAnswer(endless);
    try (S3RegisterStore store =
        new S3RegisterStore(
            TestClients.of(s3.endpoint(), S3Client.builder().httpClient(http)),
            new S3Place("bucket", ""),
            TagForm.QUOTED,
            Encryption.OF_THE_BUCKET)) {
      assertThat(((ReadResult.Present) store.read(KEY)).body()).hasSize(64 * 1024 + 1);
    }
    assertThat(aborted).isTrue();
  }

  /**
   * The JDK's client has whoever aborts an answer wait for its reader, who is always there first.
   */
  @Test
  void anAnswerThatDripsInIsGivenUpThoughItCannotBeAborted() {
    CountDownLatch ended = new CountDownLatch(1);
    InputStream dripping =
        new InputStream() {
          @Override
          public int read() {
            awaitQuietly(ended, 20);
            return 'x';
          }

          @Override
          public int read(byte[] buffer, int offset, int length) {
            buffer[offset] = (byte) read();
            return 1;
          }
        };
    SdkHttpClient http =
        new OneAnswer(AbortableInputStream.create(dripping, () -> awaitQuietly(ended, 120_000)));
    try (S3RegisterStore store =
        new S3RegisterStore(
            TestClients.of(
                s3.endpoint(),
                S3Client.builder()
                    .httpClientBuilder(PromptAborts.of(new Given(http)))
                    .overrideConfiguration(all -> all.apiCallTimeout(SHORT))),
            new S3Place("bucket", ""),
            TagForm.QUOTED,
            Encryption.OF_THE_BUCKET)) {
      ReadResult read = assertTimeoutPreemptively(LONG, () -> store.read(KEY));
      assertThat(((ReadResult.Unknown) read).failure().message())
          .endsWith("could not be read: no answer in time");
    } finally {
      ended.countDown();
    }
  }

  private static void awaitQuietly(CountDownLatch latch, long millis) {
    try {
      boolean ignored = latch.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Builds what there is. */
  private record Given(SdkHttpClient client) implements SdkHttpClient.Builder<Given> {

    @Override
    public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
      return client;
    }
  }

  /** Answers each request with an object of this content. */
  private record OneAnswer(AbortableInputStream content) implements SdkHttpClient {

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      return new ExecutableHttpRequest() {
        @Override
        public HttpExecuteResponse call() {
          return HttpExecuteResponse.builder()
              .response(
                  SdkHttpResponse.builder()
                      .statusCode(200)
                      .putHeader("ETag", "\"x\"")
                      .putHeader("Transfer-Encoding", "chunked")
                      .build())
              .responseBody(content)
              .build();
        }

        @Override
        public void abort() {
          content.abort();
        }
      };
    }

    @Override
    public void close() {
      // There is nothing to close.
    }
  }
}
