package dev.fen.s3;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ServiceClientConfiguration;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Registers in an S3-compatible bucket. Keeps the promises of {@link RegisterStore} as far as the
 * bucket does; nothing is ever deleted. Each call is one request, without the SDK's retries.
 *
 * <p>Ages and times are those of the store: {@code Date} and {@code Last-Modified} of one answer,
 * in whole seconds.
 *
 * <p>Safe for any number of threads.
 */
public final class S3RegisterStore implements RegisterStore {

  private final S3Client client;
  private final S3Place place;
  private final TagForm tagForm;
  private final Encryption encryption;
  private final Duration writeInterval;
  private final Outcomes outcomes;

  /**
   * Registers in a bucket that takes the writes of a key as they come.
   *
   * @param client sends requests; must not retry by itself, see {@link S3Clients}. Closed together
   *     with the store
   * @param place where
   * @param tagForm how the bucket wants its tags back
   * @param encryption what to ask for when writing
   */
  public S3RegisterStore(S3Client client, S3Place place, TagForm tagForm, Encryption encryption) {
    this(client, place, tagForm, encryption, Duration.ZERO);
  }

  /**
   * Registers in a bucket that may want time between two writes of a key.
   *
   * @param client as above
   * @param place where
   * @param tagForm how the bucket wants its tags back
   * @param encryption what to ask for when writing
   * @param writeInterval see {@link RegisterStore#writeInterval}
   */
  public S3RegisterStore(
      S3Client client,
      S3Place place,
      TagForm tagForm,
      Encryption encryption,
      Duration writeInterval) {
    this(
        client,
        place,
        tagForm,
        encryption,
        writeInterval,
        new Outcomes(
            place, S3Settings.REGION_VARIABLE, Outcomes.ENDPOINT, !writeInterval.isZero(), ""));
  }

  S3RegisterStore(
      S3Client client,
      S3Place place,
      TagForm tagForm,
      Encryption encryption,
      Duration writeInterval,
      Outcomes outcomes) {
    this.client = client;
    this.place = place;
    this.tagForm = tagForm;
    this.encryption = encryption;
    this.writeInterval = writeInterval;
    this.outcomes = outcomes;
  }

  /**
   * Whether the store is Amazon's own, by the endpoint that requests go to, wherever that was set:
   * the SDK finds one in the files of AWS, too.
   *
   * @return whether it needs no certification
   */
  public boolean isAmazons() {
    return S3Settings.isAmazons(configuration().endpointOverride().orElse(null));
  }

  S3ServiceClientConfiguration configuration() {
    return client.serviceClientConfiguration();
  }

  @Override
  public ReadResult read(RegisterKey key) {
    return get(key, null);
  }

  @Override
  public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
    return get(key, last);
  }

  private ReadResult get(RegisterKey key, ReadResult.@Nullable Present last) {
    GetObjectRequest.Builder request =
        GetObjectRequest.builder().bucket(place.bucket()).key(place.prefix() + key);
    if (last != null) {
      request.ifNoneMatch(last.version().tag());
    }
    try {
      // Read within the call, so that its time limit goes for the body too.
      return client.getObject(request.build(), this::present);
    } catch (RuntimeException thrown) {
      return notRead(thrown, last);
    }
  }

  private ReadResult present(GetObjectResponse head, AbortableInputStream answer)
      throws IOException {
    byte[] body = answer.readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      // The rest, which may be gigabytes, is not asked for.
      answer.abort();
    }
    if (isCut(head, body.length)) {
      return new ReadResult.Unknown(
          StoreFailure.passing(place + " could not be read: the answer was cut off", null));
    }
    if (head.eTag() == null) {
      return new ReadResult.Unknown(
          StoreFailure.permanent(outcomes.noStore("an object without an entity tag"), null));
    }
    OptionalLong now = dateOf(head.sdkHttpResponse());
    return new ReadResult.Present(
        new Version(head.eTag()),
        new String(body, StandardCharsets.UTF_8),
        age(now, head.lastModified()),
        now);
  }

  /**
   * Whether the connection ended before the answer did, within its head or its body: the client
   * takes that for the answer's end.
   */
  private static boolean isCut(GetObjectResponse head, int read) {
    Long length = head.contentLength();
    return length == null
        ? head.sdkHttpResponse().firstMatchingHeader("Transfer-Encoding").isEmpty()
        : read < Math.min(length, MAX_BODY_BYTES + 1);
  }

  private ReadResult notRead(RuntimeException thrown, ReadResult.@Nullable Present last) {
    if (outcomes.isAbsent(thrown)) {
      return new ReadResult.Absent(dateOf((AwsServiceException) thrown));
    }
    if (last != null && outcomes.isNotModified(thrown)) {
      OptionalLong now = dateOf((AwsServiceException) thrown);
      return new ReadResult.Present(last.version(), last.body(), ageNow(last, now), now);
    }
    return new ReadResult.Unknown(outcomes.ofRead("read", thrown));
  }

  private static OptionalLong ageNow(ReadResult.Present last, OptionalLong now) {
    if (now.isEmpty() || last.storeTimeMillis().isEmpty() || last.ageMillis().isEmpty()) {
      return OptionalLong.empty();
    }
    long written = last.storeTimeMillis().getAsLong() - last.ageMillis().getAsLong();
    return nonNegative(now.getAsLong() - written);
  }

  private static OptionalLong age(OptionalLong now, @Nullable Instant lastModified) {
    return now.isEmpty() || lastModified == null
        ? OptionalLong.empty()
        : nonNegative(now.getAsLong() - lastModified.toEpochMilli());
  }

  private static OptionalLong nonNegative(long millis) {
    return millis < 0 ? OptionalLong.empty() : OptionalLong.of(millis);
  }

  private static OptionalLong dateOf(AwsServiceException answer) {
    return answer.awsErrorDetails() == null
        ? OptionalLong.empty()
        : dateOf(answer.awsErrorDetails().sdkHttpResponse());
  }

  private static OptionalLong dateOf(@Nullable SdkHttpResponse answer) {
    String date = answer == null ? null : answer.firstMatchingHeader("Date").orElse(null);
    if (date == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(
          ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
              .toInstant()
              .toEpochMilli());
    } catch (DateTimeException noDate) {
      return OptionalLong.empty();
    }
  }

  @Override
  public WriteResult create(RegisterKey key, String body) {
    return put(forCreate(key), body);
  }

  @Override
  public WriteResult replace(RegisterKey key, Version expected, String body) {
    return put(forReplace(key, expected), body);
  }

  PutObjectRequest forCreate(RegisterKey key) {
    return request(key).ifNoneMatch("*").build();
  }

  PutObjectRequest forReplace(RegisterKey key, Version expected) {
    return request(key).ifMatch(tagAsWanted(expected.tag())).build();
  }

  private PutObjectRequest.Builder request(RegisterKey key) {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(place.bucket())
            .key(place.prefix() + key)
            .contentType("application/json");
    encryption.applyTo(request);
    return request;
  }

  private String tagAsWanted(String tag) {
    boolean quoted = tag.length() >= 2 && tag.startsWith("\"") && tag.endsWith("\"");
    return tagForm == TagForm.UNQUOTED && quoted ? tag.substring(1, tag.length() - 1) : tag;
  }

  private WriteResult put(PutObjectRequest request, String body) {
    try {
      return written(client.putObject(request, RequestBody.fromString(body)).eTag());
    } catch (RuntimeException thrown) {
      return outcomes.ofWrite(thrown);
    }
  }

  /** What a write has come to that was answered 200. */
  WriteResult written(@Nullable String tag) {
    return tag == null || isCut(tag)
        ? new WriteResult.Unknown(
            StoreFailure.passing(place + " answered a write without an entity tag", null))
        : new WriteResult.Applied(new Version(tag));
  }

  /** What a write has come to that was not. */
  WriteResult notWritten(RuntimeException thrown) {
    return outcomes.ofWrite(thrown);
  }

  /** Whether the answer ended within its tag. */
  private static boolean isCut(String tag) {
    return tag.startsWith("\"") && (tag.length() < 2 || !tag.endsWith("\""));
  }

  @Override
  public ListResult list(String prefix) {
    List<ListResult.Entry> entries = new ArrayList<>();
    String token = null;
    try {
      do {
        ListObjectsV2Response page =
            client.listObjectsV2(
                ListObjectsV2Request.builder()
                    .bucket(place.bucket())
                    .prefix(place.prefix() + prefix)
                    .continuationToken(token)
                    .build());
        Boolean truncated = page.isTruncated();
        if (truncated == null || !page.contents().stream().allMatch(this::isEntry)) {
          // A proxy's page would be read as a listing of nothing.
          return new ListResult.Unknown(
              StoreFailure.passing(
                  place + " could not be listed: the answer is no listing of a bucket", null));
        }
        page.contents().forEach(object -> add(object, entries));
        String next = truncated ? page.nextContinuationToken() : null;
        if (truncated && (next == null || next.equals(token))) {
          // What is missing would count as absent, or the same page would be asked for for ever.
          return new ListResult.Unknown(
              StoreFailure.passing(
                  place + " could not be listed: the answer does not say where it goes on", null));
        }
        token = next;
      } while (token != null);
    } catch (RuntimeException thrown) {
      return new ListResult.Unknown(outcomes.ofRead("listed", thrown));
    }
    entries.sort(Comparator.comparing(ListResult.Entry::key));
    return new ListResult.Listed(entries);
  }

  private boolean isEntry(S3Object object) {
    return object.key() != null && object.key().startsWith(place.prefix()) && object.eTag() != null;
  }

  /** What is not named as a register can be is not ours. */
  private void add(S3Object object, List<ListResult.Entry> entries) {
    String tag = object.eTag();
    try {
      RegisterKey key = new RegisterKey(object.key().substring(place.prefix().length()));
      entries.add(
          new ListResult.Entry(
              key,
              new Version(tag.startsWith("\"") || tag.startsWith("W/") ? tag : '"' + tag + '"')));
    } catch (IllegalArgumentException notOurs) {
      return;
    }
  }

  @Override
  public Duration writeInterval() {
    return writeInterval;
  }

  @Override
  public String location() {
    return place.toString();
  }

  @Override
  public boolean mayForgetWrites() {
    return false;
  }

  @Override
  public boolean machineLocal() {
    return false;
  }

  @Override
  public void close() {
    client.close();
  }
}
