package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Fault;
import dev.fen.testkit.s3.Profile;
import dev.fen.testkit.s3.S3Request;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each answer of a store means, and what goes over the wire. */
class S3RegisterStoreTest {

  private static final RegisterKey KEY = new RegisterKey("locks/named/demo.lock");
  private static final S3Place PLACE = new S3Place("bucket-of-tests", "some/prefix/");
  private static final String OBJECT = PLACE.prefix() + KEY;

  private final AtomicLong clock = new AtomicLong(1_774_526_400_750L);
  private FakeS3 s3 = FakeS3.start(Profile.AWS, clock::get);
  private S3RegisterStore store = open(PLACE, TagForm.QUOTED);

  @BeforeEach
  void aBucket() {
    s3.createBucket(PLACE.bucket(), false);
  }

  @AfterEach
  void close() {
    store.close();
    s3.close();
  }

  private S3RegisterStore open(S3Place place, TagForm tagForm) {
    return new S3RegisterStore(
        TestClients.of(s3.endpoint()), place, tagForm, Encryption.OF_THE_BUCKET);
  }

  private void instead(Profile profile, TagForm tagForm) {
    close();
    s3 = FakeS3.start(profile, clock::get);
    aBucket();
    store = open(PLACE, tagForm);
  }

  private Version created(String body) {
    return ((WriteResult.Applied) store.create(KEY, body)).version();
  }

  private static boolean isWrite(S3Request request) {
    return request.method().equals("PUT");
  }

  private static StoreFailure failure(WriteResult result) {
    return result instanceof WriteResult.NotApplied not
        ? not.failure()
        : ((WriteResult.Unknown) result).failure();
  }

  @Test
  void aWriteIsOnePlainRequestUnderACondition() {
    Version first = created("{\"a\":1}");
    assertThat(store.replace(KEY, first, "{\"a\":2}")).isInstanceOf(WriteResult.Applied.class);

    List<S3Request> sent = s3.requests();
    assertThat(sent).hasSize(2);
    assertThat(sent.get(0).header("if-none-match")).isEqualTo("*");
    assertThat(sent.get(1).header("if-match")).isEqualTo(first.tag());
    for (S3Request request : sent) {
      assertThat(request.header("content-type")).isEqualTo("application/json");
      assertThat(request.header("content-encoding")).isNull();
      assertThat(request.header("x-amz-trailer")).isNull();
      assertThat(request.header("content-length")).isEqualTo("7");
    }
    assertThat(s3.content(PLACE.bucket(), OBJECT)).contains("{\"a\":2}");
  }

  @Test
  void whatIsThereIsReadWithItsAgeByTheStoresClock() {
    Version version = created("body");
    clock.addAndGet(7_000);

    ReadResult.Present found = (ReadResult.Present) store.read(KEY);

    assertThat(found.version()).isEqualTo(version);
    assertThat(found.body()).isEqualTo("body");
    assertThat(found.ageMillis()).hasValue(7_000);
    assertThat(found.storeTimeMillis()).hasValue(1_774_526_407_000L);
  }

  @Test
  void whatHasNotChangedIsNotSentAgain() {
    created("body");
    ReadResult.Present before = (ReadResult.Present) store.read(KEY);
    clock.addAndGet(3_000);
    s3.forgetRequests();

    ReadResult.Present again = (ReadResult.Present) store.readAgain(KEY, before);

    assertThat(again.body()).isEqualTo("body");
    assertThat(again.ageMillis()).hasValue(3_000);
    assertThat(s3.requests()).hasSize(1);
    assertThat(s3.requests().get(0).header("if-none-match")).isEqualTo(before.version().tag());
    store.replace(KEY, before.version(), "other");
    assertThat(((ReadResult.Present) store.readAgain(KEY, before)).body()).isEqualTo("other");
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"SLOW_DOWN", "INTERNAL_ERROR", "ACCESS_DENIED", "RESET"})
  void aPollThatFailsIsNotTakenForNoChange(Fault fault) {
    created("body");
    ReadResult.Present before = (ReadResult.Present) store.read(KEY);
    s3.plantForever(request -> true, fault);
    assertThat(store.readAgain(KEY, before)).isInstanceOf(ReadResult.Unknown.class);
  }

  @Test
  void nothingThatWasNotReadIsUnchanged() {
    s3.plantAnswer(request -> true, 304, Map.of("ETag", "\"x\""), "");
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Unknown.class);
  }

  @Test
  void whatWasWrittenInTheStoresFutureHasNoAge() {
    created("body");
    s3.age(PLACE.bucket(), OBJECT, Duration.ofSeconds(-5));
    ReadResult.Present found = (ReadResult.Present) store.read(KEY);
    assertThat(found.ageMillis()).isEmpty();
    assertThat(found.storeTimeMillis()).isPresent();
    clock.addAndGet(-60_000);
    ReadResult.Present later =
        new ReadResult.Present(
            found.version(), "body", OptionalLong.of(1_000), found.storeTimeMillis());
    assertThat(((ReadResult.Present) store.readAgain(KEY, later)).ageMillis()).isEmpty();
  }

  @Test
  void anAnswerThatIsDelayedIsWaitedForWhileOthersSeeWhatWasWritten() throws Exception {
    s3.plant(S3RegisterStoreTest::isWrite, Fault.DELAYED);
    CompletableFuture<WriteResult> writing =
        CompletableFuture.supplyAsync(() -> store.create(KEY, "a"));
    Runnable answer = s3.awaitDelayed();
    assertThat(writing).isNotDone();
    Version written = ((ReadResult.Present) store.read(KEY)).version();
    assertThat(store.replace(KEY, written, "b")).isInstanceOf(WriteResult.Applied.class);
    answer.run();
    assertThat(writing.get()).isEqualTo(new WriteResult.Applied(written));
  }

  @Test
  void tagsOfAListingAreQuotedAsThoseOfReadsAre() {
    StringBuilder contents = new StringBuilder();
    List.of("abc", "&quot;def&quot;", "W/&quot;ghi&quot;")
        .forEach(
            tag ->
                contents.append(
                    "<Contents><Key>"
                        + PLACE.prefix()
                        + "locks/"
                        + contents.length()
                        + "</Key><ETag>"
                        + tag
                        + "</ETag></Contents>"));
    s3.plantAnswer(
        request -> true,
        200,
        Map.of("Content-Type", "application/xml"),
        "<ListBucketResult><IsTruncated>false</IsTruncated>" + contents + "</ListBucketResult>");
    assertThat(((ListResult.Listed) store.list("")).entries())
        .extracting(entry -> entry.version().tag())
        .containsExactlyInAnyOrder("\"abc\"", "\"def\"", "W/\"ghi\"");
  }

  @Test
  void aKeyOfKmsIsSentWithTheAlgorithmThatItNeeds() {
    try (S3RegisterStore encrypted =
        new S3RegisterStore(
            TestClients.of(s3.endpoint()), PLACE, TagForm.QUOTED, new Encryption(null, "key-1"))) {
      encrypted.create(KEY, "a");
      assertThat(s3.requests().get(0).header("x-amz-server-side-encryption")).isEqualTo("aws:kms");
    }
  }

  @Test
  void whatIsNotThereIsAbsentAndCannotBeReplaced() {
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
    assertThat(store.replace(KEY, new Version("\"x\""), "a"))
        .isInstanceOf(WriteResult.Conflict.class);
    assertThat(s3.content(PLACE.bucket(), OBJECT)).isEmpty();
  }

  @Test
  void aConflictIsOne() {
    Version first = created("a");
    assertThat(store.create(KEY, "b")).isInstanceOf(WriteResult.Conflict.class);
    store.replace(KEY, first, "c");
    assertThat(store.replace(KEY, first, "d")).isInstanceOf(WriteResult.Conflict.class);
    assertThat(s3.content(PLACE.bucket(), OBJECT)).contains("c");
  }

  @Test
  void aDeleteMarkerOfAVersionedBucketIsAbsence() {
    s3.createBucket("versioned", true);
    try (S3RegisterStore versioned = open(new S3Place("versioned", ""), TagForm.QUOTED)) {
      versioned.create(KEY, "a");
      s3.delete("versioned", KEY.path());
      assertThat(versioned.read(KEY)).isInstanceOf(ReadResult.Absent.class);
      assertThat(versioned.create(KEY, "b")).isInstanceOf(WriteResult.Applied.class);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {
        "SLOW_DOWN",
        "INTERNAL_ERROR",
        "CONDITIONAL_CONFLICT",
        "RESET",
        "ANSWER_LOST",
        "HALF_ANSWER",
        "CUT_HEAD",
        "LATE"
      })
  void whatMayHaveBeenWrittenIsUnknownAfterOneAttempt(Fault fault) {
    Version first = created("a");
    s3.forgetRequests();
    s3.plantForever(S3RegisterStoreTest::isWrite, fault);

    WriteResult result = store.replace(KEY, first, "b");

    assertThat(result).isInstanceOf(WriteResult.Unknown.class);
    assertThat(failure(result).permanent()).isFalse();
    assertThat(s3.requests()).hasSize(1);
  }

  @Test
  void whatCameTooSoonForTheStoreWasNotWritten() {
    instead(Profile.ONE_WRITE_PER_SECOND, TagForm.QUOTED);
    Version first = created("a");
    clock.addAndGet(900);
    WriteResult tooSoon = store.replace(KEY, first, "b");
    assertThat(tooSoon).isInstanceOf(WriteResult.NotApplied.class);
    assertThat(failure(tooSoon).permanent()).isFalse();
    assertThat(failure(tooSoon).message())
        .contains("(429 TooManyRequests)")
        .contains("set one-write-per-second=true");
    clock.addAndGet(100);
    assertThat(store.replace(KEY, first, "c")).isInstanceOf(WriteResult.Applied.class);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"ACCESS_DENIED", "EXPIRED_TOKEN", "CLOCK_SKEW", "OTHER_REGION"})
  void whatNoRetryCuresIsPermanentAndSaysWhatToDo(Fault fault) {
    s3.plantForever(request -> true, fault);

    WriteResult written = store.create(KEY, "a");
    ReadResult read = store.read(KEY);

    assertThat(written).isInstanceOf(WriteResult.NotApplied.class);
    assertThat(failure(written).permanent()).isTrue();
    assertThat(failure(written).message())
        .startsWith("s3://bucket-of-tests/some/prefix could not be written (")
        .contains(
            switch (fault) {
              case ACCESS_DENIED -> "allow s3:PutObject";
              case EXPIRED_TOKEN -> "the credentials are not accepted; renew them";
              case CLOCK_SKEW -> "clock is more than 15 minutes off";
              default -> "the bucket is in another region; set AWS_REGION=eu-central-1";
            })
        .doesNotContain("\n")
        .doesNotContain("secret");
    assertThat(((ReadResult.Unknown) read).failure().permanent()).isTrue();
  }

  @Test
  void aBucketThatIsNotThereIsNamed() {
    try (S3RegisterStore lost = open(new S3Place("no-such-bucket", ""), TagForm.QUOTED)) {
      WriteResult written = lost.create(KEY, "a");
      assertThat(failure(written).permanent()).isTrue();
      assertThat(failure(written).message()).contains("there is no bucket \"no-such-bucket\"");
      assertThat(lost.read(KEY)).isInstanceOf(ReadResult.Unknown.class);
      assertThat(lost.list("")).isInstanceOf(ListResult.Unknown.class);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"HALF_ANSWER", "CUT_HEAD", "CUT_BODY"})
  void anAnswerThatWasCutOffIsNoRecord(Fault fault) {
    created("a body that has two halves");
    s3.plantForever(request -> true, fault);

    ReadResult read = store.read(KEY);

    assertThat(read).isInstanceOf(ReadResult.Unknown.class);
    assertThat(((ReadResult.Unknown) read).failure().permanent()).isFalse();
    assertThat(store.list("")).isInstanceOf(ListResult.Unknown.class);
  }

  @Test
  void aPageOfHtmlIsNotAnObject() {
    s3.plantForever(request -> true, Fault.HTML_PAGE);
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Unknown.class);
    assertThat(store.create(KEY, "a")).isInstanceOf(WriteResult.Unknown.class);
    assertThat(store.list("")).isNotInstanceOf(ListResult.Listed.class);
  }

  @Test
  void anEndpointThatNobodyListensAtWroteNothing() {
    URI endpoint = s3.endpoint();
    s3.close();
    try (S3RegisterStore nowhere =
        new S3RegisterStore(
            TestClients.of(endpoint), PLACE, TagForm.QUOTED, Encryption.OF_THE_BUCKET)) {
      WriteResult written = nowhere.create(KEY, "a");
      assertThat(written).isInstanceOf(WriteResult.NotApplied.class);
      assertThat(failure(written).permanent()).isFalse();
    }
  }

  @Test
  void aGigabyteAtTheKeyIsCut() {
    s3.put(PLACE.bucket(), OBJECT, new byte[3_000_000]);
    ReadResult.Present found = (ReadResult.Present) store.read(KEY);
    assertThat(found.body()).hasSize(64 * 1024 + 1);
  }

  @Test
  void aListingComesInPagesWithTheVersionsOfReads() {
    s3.pageSize(2);
    for (String name : List.of("c", "a", "e", "b", "d", "with space+%")) {
      store.create(new RegisterKey("locks/named/" + name + ".lock"), name);
    }
    s3.put(PLACE.bucket(), PLACE.prefix() + "locks/named/not//ours", new byte[1]);
    s3.forgetRequests();

    ListResult.Listed listed = (ListResult.Listed) store.list("locks/named/");

    assertThat(listed.entries())
        .extracting(entry -> entry.key().path())
        .containsExactly(
            "locks/named/a.lock",
            "locks/named/b.lock",
            "locks/named/c.lock",
            "locks/named/d.lock",
            "locks/named/e.lock",
            "locks/named/with space+%.lock");
    assertThat(s3.requests()).as("one for each page: seven objects, two on a page").hasSize(4);
    for (ListResult.Entry entry : listed.entries()) {
      assertThat(((ReadResult.Present) store.read(entry.key())).version())
          .isEqualTo(entry.version());
    }
  }

  @Test
  void theUnquotedTagIsSentOnlyWhereItIsAskedFor() {
    instead(Profile.CEPH16, TagForm.UNQUOTED);
    Version first = created("a");
    assertThat(store.replace(KEY, first, "b")).isInstanceOf(WriteResult.Applied.class);
    assertThat(store.replace(KEY, first, "c")).isInstanceOf(WriteResult.Conflict.class);
    assertThat(s3.requests().get(1).header("if-match")).doesNotContain("\"");

    instead(Profile.CEPH16, TagForm.QUOTED);
    Version quoted = created("a");
    assertThat(store.replace(KEY, quoted, "b")).isInstanceOf(WriteResult.Conflict.class);
    assertThat(s3.content(PLACE.bucket(), OBJECT)).contains("a");
  }

  @Test
  void encryptionIsAskedForWithEachWrite() {
    try (S3RegisterStore encrypted =
        new S3RegisterStore(
            TestClients.of(s3.endpoint()),
            PLACE,
            TagForm.QUOTED,
            new Encryption("aws:kms", "key-1"))) {
      encrypted.create(KEY, "a");
      assertThat(s3.requests().get(0).header("x-amz-server-side-encryption")).isEqualTo("aws:kms");
      assertThat(s3.requests().get(0).header("x-amz-server-side-encryption-aws-kms-key-id"))
          .isEqualTo("key-1");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<Contents><Key>some/prefix/locks/a</Key></Contents>",
        "<Contents><ETag>a</ETag></Contents>",
        "<Contents><Key>some</Key><ETag>a</ETag></Contents>"
      })
  void aListingWithAnEntryThatIsNoneIsNotTakenForOneWithoutIt(String entry) {
    answerListing("<IsTruncated>false</IsTruncated>" + entry);
    assertThat(store.list("locks/")).isInstanceOf(ListResult.Unknown.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<NextContinuationToken>again</NextContinuationToken>"})
  @Timeout(20)
  void aListingThatDoesNotSayWhereItGoesOnIsUnknown(String next) {
    answerListing("<IsTruncated>true</IsTruncated>" + next);
    assertThat(((ListResult.Unknown) store.list("locks/")).failure().message())
        .isEqualTo(
            "s3://bucket-of-tests/some/prefix could not be listed: the answer does not say where it goes on");
  }

  private void answerListing(String content) {
    s3.plantAnswer(
        request -> true,
        200,
        Map.of("Content-Type", "application/xml"),
        "<ListBucketResult>" + content + "</ListBucketResult>");
  }
}
