package dev.fen.testkit.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An S3 server on loopback, for tests: objects with conditions on reads and writes, versioned
 * buckets with delete markers, listings in pages. Entity tags are equal for equal bodies, dates are
 * in whole seconds. Buckets are in the path; signatures are not looked at.
 *
 * <p>Safe for any number of threads.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html">
 *     Conditional requests in the user guide of Amazon S3</a>
 */
public final class FakeS3 implements AutoCloseable {

  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", java.util.Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** In listings; whole seconds all the same. */
  private static final DateTimeFormatter XML_DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'.000Z'", java.util.Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final int MOST_KEYS = 1_000;

  private final Profile profile;
  private final LongSupplier clockMillis;
  private final ServerSocket server;
  private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final List<Planted> planted = new ArrayList<>();
  private final List<S3Request> requests = new ArrayList<>();
  private final List<S3Request> late = new ArrayList<>();
  private volatile int pageSize = 1000;

  private final BlockingQueue<CountDownLatch> delayed = new LinkedBlockingQueue<>();
  private final AtomicLong bytesSent = new AtomicLong();

  /** What goes wrong, or what is answered instead; one of the two. */
  private record Planted(
      Predicate<S3Request> which,
      @Nullable Fault fault,
      @Nullable S3Response answer,
      boolean once) {}

  private FakeS3(Profile profile, LongSupplier clockMillis) throws IOException {
    this.profile = profile;
    this.clockMillis = clockMillis;
    this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    start("fake-s3", this::accept);
  }

  /**
   * Starts a server on a free port of loopback.
   *
   * @param profile whose ways it has
   * @param clockMillis its clock, in milliseconds since 1970 UTC
   * @return the server, without buckets
   */
  public static FakeS3 start(Profile profile, LongSupplier clockMillis) {
    try {
      return new FakeS3(profile, clockMillis);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /**
   * Starts a server as AWS is, with the machine's clock.
   *
   * @return the server, without buckets
   */
  public static FakeS3 start() {
    return start(Profile.AWS, System::currentTimeMillis);
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Where it listens.
   *
   * @return the endpoint
   */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /**
   * Makes an empty bucket.
   *
   * @param name its name
   * @param versioned whether a delete only adds a marker, and what is overwritten stays
   */
  public void createBucket(String name, boolean versioned) {
    buckets.put(name, new Bucket(profile, versioned));
  }

  /**
   * Has listings come in pages of at most so many keys.
   *
   * @param keys how many, by default 1000
   */
  public void pageSize(int keys) {
    pageSize = keys;
  }

  /**
   * Has the next request of a kind go wrong.
   *
   * @param which the kind
   * @param fault how
   */
  public void plant(Predicate<S3Request> which, Fault fault) {
    add(new Planted(which, fault, null, true));
  }

  /**
   * Has every request of a kind go wrong, until {@link #heal}.
   *
   * @param which the kind
   * @param fault how
   */
  public void plantForever(Predicate<S3Request> which, Fault fault) {
    add(new Planted(which, fault, null, false));
  }

  /**
   * Has every request of a kind answered so, until {@link #heal}, and not carried out.
   *
   * @param which the kind
   * @param status such as 404
   * @param headers what else the head says; the {@code Date} comes by itself
   * @param body what follows, may be empty
   */
  public void plantAnswer(
      Predicate<S3Request> which, int status, Map<String, String> headers, String body) {
    S3Response answer = S3Response.of(status);
    headers.forEach(answer::with);
    add(new Planted(which, null, answer.withBody(body.getBytes(StandardCharsets.UTF_8)), false));
  }

  private void add(Planted one) {
    synchronized (planted) {
      planted.add(one);
    }
  }

  /** Forgets what was planted. */
  public void heal() {
    synchronized (planted) {
      planted.clear();
    }
  }

  /**
   * Carries out what {@link Fault#LATE} held back, in the order in which it came.
   *
   * @return how many requests
   */
  public int landLate() {
    List<S3Request> landing;
    synchronized (late) {
      landing = List.copyOf(late);
      late.clear();
    }
    landing.forEach(this::carryOut);
    return landing.size();
  }

  /**
   * Waits until a request of {@link Fault#DELAYED} has been carried out.
   *
   * @return has it answered; to be run once
   * @throws InterruptedException if the thread is interrupted
   */
  public Runnable awaitDelayed() throws InterruptedException {
    return delayed.take()::countDown;
  }

  /**
   * How much was answered so far.
   *
   * @return the bytes that clients took, or that are on their way
   */
  public long bytesSent() {
    return bytesSent.get();
  }

  /**
   * What came in so far.
   *
   * @return the requests in the order of their coming
   */
  public List<S3Request> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** Forgets what came in so far. */
  public void forgetRequests() {
    synchronized (requests) {
      requests.clear();
    }
  }

  /**
   * Writes an object without any condition, as another program does.
   *
   * @param bucket the bucket
   * @param key the key
   * @param body the content
   */
  public void put(String bucket, String key, byte[] body) {
    S3Response ignored = bucket(bucket).put(key, body, null, null, clockMillis.getAsLong());
  }

  /**
   * Deletes an object, as another program does; on a versioned bucket that leaves a marker.
   *
   * @param bucket the bucket
   * @param key the key
   */
  public void delete(String bucket, String key) {
    S3Response ignored = bucket(bucket).delete(key, null, clockMillis.getAsLong());
  }

  /**
   * Makes an object look older.
   *
   * @param bucket the bucket
   * @param key the key
   * @param by how much older
   */
  public void age(String bucket, String key, Duration by) {
    bucket(bucket).age(key, by);
  }

  /**
   * What an object holds.
   *
   * @param bucket the bucket
   * @param key the key
   * @return the content as text, or nothing where there is no object
   */
  public Optional<String> content(String bucket, String key) {
    Bucket.Content content = bucket(bucket).get(key);
    return content == null || content.body() == null
        ? Optional.empty()
        : Optional.of(new String(content.body(), StandardCharsets.UTF_8));
  }

  private Bucket bucket(String name) {
    Bucket bucket = buckets.get(name);
    if (bucket == null) {
      throw new IllegalStateException("no bucket " + name);
    }
    return bucket;
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = server.accept();
        Connection connection = new Connection(socket, bytesSent);
        connections.add(connection);
        start("fake-s3-connection", () -> serve(connection));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Connection connection) {
    AtomicReference<@Nullable S3Response> refused = new AtomicReference<>();
    Consumer<S3Request> onHead = head -> refused.set(refusedByHead(head));
    try {
      for (S3Request request = connection.read(onHead);
          request != null;
          request = connection.read(onHead)) {
        synchronized (requests) {
          requests.add(request);
        }
        Planted instead = plantedFor(request);
        if (instead == null) {
          S3Response early = refused.get();
          connection.answer(
              dated(early == null ? carryOut(asChecked(request)) : early),
              !request.method().equals("HEAD"));
        } else if (instead.answer() != null) {
          connection.answer(dated(instead.answer().copy()), true);
        } else {
          fail(connection, request, Objects.requireNonNull(instead.fault()));
        }
      }
      connection.close();
    } catch (IOException gone) {
      // The client has ended the connection, or a fault has.
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
    }
  }

  private @Nullable S3Response refusedByHead(S3Request head) {
    Bucket bucket = buckets.get(head.bucket());
    return profile == Profile.CHECKS_HEADS && head.isConditionalWrite() && bucket != null
        ? bucket.refusal(head.key(), head.header("if-match"), head.header("if-none-match"))
        : null;
  }

  /** A condition that was checked with the head is not checked again. */
  private S3Request asChecked(S3Request request) {
    return profile == Profile.CHECKS_HEADS && request.isConditionalWrite()
        ? request.withoutCondition()
        : request;
  }

  private @Nullable Planted plantedFor(S3Request request) {
    synchronized (planted) {
      Planted first =
          planted.stream().filter(one -> one.which().test(request)).findFirst().orElse(null);
      if (first != null && first.once()) {
        planted.remove(first);
      }
      return first;
    }
  }

  private void fail(Connection connection, S3Request request, Fault fault)
      throws IOException, InterruptedException {
    switch (fault) {
      case SLOW_DOWN ->
          answerError(connection, 503, "SlowDown", "Please reduce your request rate.");
      case INTERNAL_ERROR ->
          answerError(connection, 500, "InternalError", "We encountered an internal error.");
      case CONDITIONAL_CONFLICT ->
          answerError(
              connection,
              409,
              "ConditionalRequestConflict",
              "The conditional request cannot succeed due to a conflicting operation.");
      case ACCESS_DENIED -> answerError(connection, 403, "AccessDenied", "Access Denied");
      case EXPIRED_TOKEN ->
          answerError(connection, 400, "ExpiredToken", "The provided token has expired.");
      case CLOCK_SKEW ->
          answerError(
              connection,
              403,
              "RequestTimeTooSkewed",
              "The difference between the request time and the current time is too large.");
      case OTHER_REGION ->
          connection.answer(
              dated(
                  S3Response.error(
                          301, "PermanentRedirect", "Use the endpoint of the bucket's region.")
                      .with("x-amz-bucket-region", "eu-central-1")),
              true);
      case HTML_PAGE ->
          connection.answer(
              dated(S3Response.of(200).with("Content-Type", "text/html"))
                  .withBody("<html>Log in, please</html>".getBytes(StandardCharsets.UTF_8)),
              true);
      case RESET -> connection.reset();
      case ANSWER_LOST -> {
        S3Response ignored = carryOut(request);
        connection.reset();
      }
      case HALF_ANSWER -> connection.answerHalf(dated(carryOut(request)));
      case CUT_HEAD -> connection.answerWithCutHead(dated(carryOut(request)));
      case CUT_BODY -> connection.answerWithCutBody(dated(carryOut(request)));
      case LATE -> {
        synchronized (late) {
          late.add(request);
        }
        connection.reset();
      }
      case NEVER_ANSWERED -> Thread.sleep(Long.MAX_VALUE);
      case SLOW_BYTES -> connection.answerSlowly(dated(carryOut(request)));
      case SLOW_BODY -> connection.answerWithSlowBody(dated(carryOut(request)));
      case DELAYED -> {
        S3Response answer = dated(carryOut(request));
        CountDownLatch until = new CountDownLatch(1);
        delayed.add(until);
        until.await();
        connection.answer(answer, true);
      }
    }
  }

  private void answerError(Connection connection, int status, String code, String message)
      throws IOException {
    connection.answer(dated(S3Response.error(status, code, message)), true);
  }

  private S3Response dated(S3Response response) {
    return response.with("Date", HTTP_DATE.format(now())).with("x-amz-request-id", "0");
  }

  private Instant now() {
    return Instant.ofEpochMilli(clockMillis.getAsLong());
  }

  private S3Response carryOut(S3Request request) {
    Bucket bucket = buckets.get(request.bucket());
    if (bucket == null) {
      return S3Response.error(404, "NoSuchBucket", "The specified bucket does not exist");
    }
    if (request.key().isEmpty()) {
      return request.method().equals("GET") && "2".equals(request.query().get("list-type"))
          ? list(bucket, request)
          : S3Response.error(501, "NotImplemented", "This fake does not know this request.");
    }
    if (request.query().containsKey("versionId")) {
      return S3Response.error(501, "NotImplemented", "This fake gives no older versions.");
    }
    return switch (request.method()) {
      case "GET", "HEAD" -> get(bucket, request);
      case "PUT" ->
          bucket.put(
              request.key(),
              request.body(),
              request.header("if-match"),
              request.header("if-none-match"),
              clockMillis.getAsLong());
      case "DELETE" ->
          bucket.delete(request.key(), request.header("if-match"), clockMillis.getAsLong());
      default -> S3Response.error(405, "MethodNotAllowed", "This fake does not know this method.");
    };
  }

  private static S3Response get(Bucket bucket, S3Request request) {
    Bucket.Content content = bucket.newest(request.key());
    if (content == null || content.body() == null) {
      S3Response absent = S3Response.error(404, "NoSuchKey", "The specified key does not exist.");
      return content == null
          ? absent
          : bucket.versioned(absent.with("x-amz-delete-marker", "true"), content);
    }
    String ifMatch = request.header("if-match");
    if (ifMatch != null && !ifMatch.equals(content.tag())) {
      return S3Response.error(412, "PreconditionFailed", "The tag is another one.");
    }
    if (content.tag().equals(request.header("if-none-match"))) {
      return bucket.versioned(S3Response.of(304).with("ETag", content.tag()), content);
    }
    return bucket
        .versioned(
            S3Response.of(200)
                .with("ETag", content.tag())
                .with(
                    "Last-Modified",
                    HTTP_DATE.format(Instant.ofEpochMilli(content.writtenMillis())))
                .with("Content-Type", "application/json"),
            content)
        .withBody(content.body());
  }

  private S3Response list(Bucket bucket, S3Request request) {
    if (request.query().containsKey("delimiter")) {
      return S3Response.error(501, "NotImplemented", "This fake lists no common prefixes.");
    }
    String prefix = request.query().getOrDefault("prefix", "");
    String token = request.query().get("continuation-token");
    String startAfter = request.query().get("start-after");
    String maxKeys = request.query().getOrDefault("max-keys", "1000");
    if (!maxKeys.matches("\\d{1,9}")) {
      return S3Response.error(400, "InvalidArgument", "max-keys is no number from 0 on.");
    }
    int asked = Math.min(Integer.parseInt(maxKeys), MOST_KEYS);
    int most = Math.min(asked, pageSize);
    // Where a listing goes on, that it was to start somewhere no longer counts.
    String after = token != null ? token : startAfter != null ? startAfter : "";
    List<Bucket.Listed> found = bucket.list(prefix, after, most + 1);
    boolean truncated = most > 0 && found.size() > most;
    List<Bucket.Listed> page = found.size() > most ? found.subList(0, most) : found;
    boolean encoded = "url".equals(request.query().get("encoding-type"));
    StringBuilder xml =
        new StringBuilder("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">")
            .append("<Name>" + request.bucket() + "</Name>")
            .append("<Prefix>" + name(prefix, encoded) + "</Prefix>")
            .append(
                token == null
                    ? ""
                    : "<ContinuationToken>" + S3Response.escape(token) + "</ContinuationToken>")
            .append(
                startAfter == null
                    ? ""
                    : "<StartAfter>" + name(startAfter, encoded) + "</StartAfter>")
            .append("<KeyCount>" + page.size() + "</KeyCount><MaxKeys>" + asked + "</MaxKeys>")
            .append(encoded ? "<EncodingType>url</EncodingType>" : "")
            .append("<IsTruncated>" + truncated + "</IsTruncated>");
    if (truncated) {
      xml.append("<NextContinuationToken>")
          .append(S3Response.escape(page.get(most - 1).key()))
          .append("</NextContinuationToken>");
    }
    for (Bucket.Listed one : page) {
      Bucket.Content content = one.content();
      byte[] body = content.body();
      xml.append("<Contents><Key>" + name(one.key(), encoded) + "</Key><LastModified>")
          .append(XML_DATE.format(Instant.ofEpochMilli(content.writtenMillis())))
          .append("</LastModified><ETag>" + content.tag().replace("\"", "&quot;") + "</ETag>")
          .append("<Size>" + (body == null ? 0 : body.length) + "</Size>")
          .append("<StorageClass>STANDARD</StorageClass></Contents>");
    }
    return S3Response.xml(200, xml.append("</ListBucketResult>").toString());
  }

  private static String name(String key, boolean encoded) {
    return encoded
        ? URLEncoder.encode(key, StandardCharsets.UTF_8).replace("%2F", "/")
        : S3Response.escape(key);
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Connection connection : connections) {
        connection.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
