package dev.fen.testkit.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the fake answers is what the documentation of Amazon S3 says, byte for byte where it does.
 */
class FakeS3Test {

  private static final String VERSION = "x-amz-version-id";
  private static final String MARKER = "x-amz-delete-marker";
  private static final Pattern KEY = Pattern.compile("<Key>(.*?)</Key>");

  private final HttpClient http = HttpClient.newHttpClient();
  private final FakeS3 s3 = FakeS3.start();

  @BeforeEach
  void buckets() {
    s3.createBucket("plain", false);
    s3.createBucket("versioned", true);
  }

  @AfterEach
  void close() {
    s3.close();
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(s3.endpoint() + path))
            .timeout(Duration.ofSeconds(10))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  private static List<String> keys(HttpResponse<String> answer) {
    List<String> keys = new ArrayList<>();
    Matcher key = KEY.matcher(answer.body());
    while (key.find()) {
      keys.add(key.group(1));
    }
    return keys;
  }

  @Test
  void everyAnswerOnAVersionedBucketSaysWhichVersionItIsAbout() throws Exception {
    HttpResponse<String> first = send("PUT", "/versioned/a", "one", "If-None-Match", "*");
    HttpResponse<String> second =
        send("PUT", "/versioned/a", "two", "If-Match", header(first, "ETag"));
    assertThat(header(first, VERSION)).isNotEmpty();
    assertThat(header(second, VERSION)).isNotEmpty().isNotEqualTo(header(first, VERSION));
    assertThat(header(send("GET", "/versioned/a", ""), VERSION)).isEqualTo(header(second, VERSION));
    assertThat(header(send("HEAD", "/versioned/a", ""), VERSION))
        .isEqualTo(header(second, VERSION));
    HttpResponse<String> unchanged =
        send("GET", "/versioned/a", "", "If-None-Match", header(second, "ETag"));
    assertThat(unchanged.statusCode()).isEqualTo(304);
    assertThat(header(unchanged, VERSION)).isEqualTo(header(second, VERSION));
    assertThat(header(unchanged, MARKER)).isEmpty();
    // Equal bodies have equal tags, and are versions of their own.
    HttpResponse<String> again = send("PUT", "/versioned/a", "two");
    assertThat(header(again, "ETag")).isEqualTo(header(second, "ETag"));
    assertThat(header(again, VERSION)).isNotEqualTo(header(second, VERSION));

    assertThat(header(send("PUT", "/plain/a", "one"), VERSION)).isEmpty();
    assertThat(header(send("GET", "/plain/a", ""), VERSION)).isEmpty();
    HttpResponse<String> deleted = send("DELETE", "/plain/a", "");
    assertThat(deleted.statusCode()).isEqualTo(204);
    assertThat(header(deleted, VERSION) + header(deleted, MARKER)).isEmpty();
  }

  @Test
  void aDeleteMarkerIsAVersionThatReadsAsAbsentAndIsWrittenOver() throws Exception {
    HttpResponse<String> written = send("PUT", "/versioned/a", "one");
    HttpResponse<String> deleted = send("DELETE", "/versioned/a", "");
    assertThat(deleted.statusCode()).isEqualTo(204);
    assertThat(header(deleted, MARKER)).isEqualTo("true");
    assertThat(header(deleted, VERSION)).isNotEmpty().isNotEqualTo(header(written, VERSION));

    for (String method : List.of("GET", "HEAD")) {
      HttpResponse<String> read =
          send(method, "/versioned/a", "", "If-None-Match", header(written, "ETag"));
      assertThat(read.statusCode()).isEqualTo(404);
      assertThat(header(read, MARKER)).isEqualTo("true");
      assertThat(header(read, VERSION)).isEqualTo(header(deleted, VERSION));
      assertThat(read.body()).contains(method.equals("GET") ? "<Code>NoSuchKey</Code>" : "");
    }
    HttpResponse<String> replaced =
        send("PUT", "/versioned/a", "two", "If-Match", header(written, "ETag"));
    assertThat(replaced.statusCode()).isEqualTo(404);
    assertThat(replaced.body()).contains("<Code>NoSuchKey</Code>");
    assertThat(send("DELETE", "/versioned/a", "", "If-Match", header(written, "ETag")).statusCode())
        .isEqualTo(404);
    assertThat(send("PUT", "/versioned/a", "two", "If-None-Match", "*").statusCode())
        .isEqualTo(200);
    HttpResponse<String> never = send("GET", "/versioned/never", "");
    assertThat(never.statusCode()).isEqualTo(404);
    assertThat(header(never, MARKER)).isEmpty();
  }

  @Test
  void aConditionThatDoesNotHoldIsAnsweredByStatusAndCode() throws Exception {
    String tag = header(send("PUT", "/plain/a", "one"), "ETag");
    for (String[] condition :
        List.of(new String[] {"If-None-Match", "*"}, new String[] {"If-Match", "\"other\""})) {
      HttpResponse<String> refused = send("PUT", "/plain/a", "two", condition);
      assertThat(refused.statusCode()).isEqualTo(412);
      assertThat(refused.body()).contains("<Code>PreconditionFailed</Code>");
    }
    // What is to match goes first.
    assertThat(
            send("GET", "/plain/a", "", "If-Match", "\"other\"", "If-None-Match", tag).statusCode())
        .isEqualTo(412);
    assertThat(send("PUT", "/plain/none", "two", "If-Match", tag).statusCode()).isEqualTo(404);
    assertThat(send("PUT", "/plain/a", "two", "If-None-Match", tag).statusCode()).isEqualTo(501);
    assertThat(send("PUT", "/nowhere/a", "two").body()).contains("<Code>NoSuchBucket</Code>");
    assertThat(send("GET", "/plain/a", "").body()).isEqualTo("one");
    assertThat(send("GET", "/plain/a?versionId=1", "").statusCode()).isEqualTo(501);
  }

  @Test
  void aListingGoesOnWhereThePageBeforeEnded() throws Exception {
    for (String key : List.of("a", "b%20c/d", "e&", "f")) {
      assertThat(send("PUT", "/plain/x/" + key, "body").statusCode()).isEqualTo(200);
    }
    String query = "/plain?list-type=2&encoding-type=url&prefix=x/&max-keys=2";
    HttpResponse<String> first = send("GET", query, "");
    assertThat(keys(first)).containsExactly("x/a", "x/b+c/d");
    assertThat(first.body())
        .contains(
            "<Name>plain</Name>",
            "<Prefix>x/</Prefix>",
            "<KeyCount>2</KeyCount>",
            "<MaxKeys>2</MaxKeys>",
            "<EncodingType>url</EncodingType>",
            "<IsTruncated>true</IsTruncated>",
            "<Size>4</Size>")
        .doesNotContain("<ContinuationToken>", "<StartAfter>")
        .containsPattern("<LastModified>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.000Z<");
    Matcher token =
        Pattern.compile("<NextContinuationToken>(.*)</NextContinuationToken>")
            .matcher(first.body());
    assertThat(token.find()).isTrue();
    HttpResponse<String> second =
        send(
            "GET",
            query
                + "&start-after=x/f&continuation-token="
                + java.net.URLEncoder.encode(token.group(1), StandardCharsets.UTF_8),
            "");
    assertThat(keys(second)).containsExactly("x/e%26", "x/f");
    assertThat(second.body())
        .contains(
            "<ContinuationToken>" + token.group(1) + "<",
            "<StartAfter>x/f<",
            "<IsTruncated>false<");
    assertThat(keys(send("GET", "/plain?list-type=2&start-after=x/e%26", "")))
        .containsExactly("x/f");
    assertThat(keys(send("GET", "/plain?list-type=2&prefix=x/e", ""))).containsExactly("x/e&amp;");
  }

  @Test
  void aListingOfNoKeysOrOfTooManyIsAnswered() throws Exception {
    HttpResponse<String> none = send("PUT", "/plain/a", "one");
    assertThat(none.statusCode()).isEqualTo(200);
    assertThat(send("GET", "/plain?list-type=2&max-keys=0", "").body())
        .contains("<KeyCount>0</KeyCount>", "<IsTruncated>false</IsTruncated>");
    assertThat(send("GET", "/plain?list-type=2&max-keys=5000", "").body())
        .contains("<MaxKeys>1000</MaxKeys>");
    HttpResponse<String> wrong = send("GET", "/plain?list-type=2&max-keys=-1", "");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("<Code>InvalidArgument</Code>");
    assertThat(send("GET", "/plain?list-type=2&delimiter=/", "").statusCode()).isEqualTo(501);
  }

  @Test
  void keysAreListedInTheOrderOfTheirBytesAndWithoutWhatWasDeleted() throws Exception {
    // U+FF5E and U+1F600: Java's strings have them the other way round.
    for (String key : List.of("%F0%9F%98%80", "%EF%BD%9E", "gone")) {
      assertThat(send("PUT", "/versioned/" + key, "body").statusCode()).isEqualTo(200);
    }
    assertThat(send("DELETE", "/versioned/gone", "").statusCode()).isEqualTo(204);
    assertThat(keys(send("GET", "/versioned?list-type=2&encoding-type=url", "")))
        .containsExactly("%EF%BD%9E", "%F0%9F%98%80");
  }
}
