package dev.fen.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.datastore.verify.CannotVerifyException;
import dev.fen.datastore.verify.Certifications;
import dev.fen.datastore.verify.Check;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.JumpingPlatform;
import dev.fen.datastore.verify.Verdict;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.WriteResult;
import dev.fen.s3.S3Settings;
import dev.fen.s3.TagForm;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Fault;
import dev.fen.testkit.s3.Profile;
import dev.fen.testkit.s3.S3Request;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens at the first use of a bucket, and at the later ones. */
@Timeout(300)
@Tag("jdk-independent")
class CertifiedBucketsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Extent FEW = new Extent(4, 6, 4, Duration.ZERO, true);
  private static final RegisterKey LOCK = new RegisterKey("locks/named/demo.lock");
  private static final String KEPT = Buckets.PREFIX + "fen-store.json";

  private final JumpingPlatform platform = new JumpingPlatform();
  private final List<String> notices = Collections.synchronizedList(new ArrayList<>());

  /** As in a new process. */
  private CertifiedBuckets buckets() {
    return new CertifiedBuckets(
        platform, new Verification(platform, Certifications.brief(platform)), notices::add, FEW);
  }

  private static void use(RegisterStore opened) {
    try (RegisterStore store = opened) {
      WriteResult created = store.create(LOCK, "{\"a\":1}");
      if (created instanceof WriteResult.Conflict) {
        assertThat(store.read(LOCK)).isInstanceOf(ReadResult.Present.class);
        return;
      }
      assertThat(created).isInstanceOf(WriteResult.Applied.class);
      assertThat(store.replace(LOCK, ((WriteResult.Applied) created).version(), "{\"a\":2}"))
          .isInstanceOf(WriteResult.Applied.class);
    }
  }

  private static void keep(FakeS3 s3, String body) {
    s3.put(Buckets.BUCKET, KEPT, body.getBytes(StandardCharsets.UTF_8));
  }

  /** Requests of a kind, each of which takes so long. */
  private Predicate<S3Request> taking(Duration time, Predicate<S3Request> which) {
    return request -> {
      boolean isOne = which.test(request);
      if (isOne) {
        platform.jump(time);
      }
      return isOne;
    };
  }

  private static boolean isOfCertification(S3Request request) {
    return request.key().startsWith(Buckets.PREFIX + "verify/");
  }

  private static String passing(FakeS3 s3, TagForm form) {
    return passing(s3.endpoint().getAuthority(), form);
  }

  private static String passing(String authority, TagForm form) {
    return KeptVerdictTest.verdict(true, "1")
        .toJson()
        .replace("s3.example.com:443/bucket", authority + "/" + Buckets.BUCKET)
        .replace(
            "\"checks\"",
            "\"tagForm\":\"" + form.name().toLowerCase(Locale.ROOT) + "\",\"checks\"");
  }

  /** In a race it takes luck to see it. */
  @Test
  void aStoreThatChecksHeadsIsRefusedAtItsFirstUse() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.CHECKS_HEADS, false)) {
      CertifiedBuckets real = new CertifiedBuckets(SystemPlatform.get(), "1.2.3", notices::add);

      assertThatThrownBy(() -> real.open(Buckets.settings(s3, null), PATIENCE))
          .isInstanceOfSatisfying(
              StoreRefusedException.class,
              refused ->
                  assertThat(refused.verdict().failed())
                      .filteredOn(check -> check.name().equals("overtaken write"))
                      .singleElement()
                      .extracting(Check::measured)
                      .asString()
                      .startsWith("10 of 10 went wrong"));

      assertThat(s3.content(Buckets.BUCKET, KEPT).orElseThrow()).contains("\"passed\":false");
    }
  }

  @Test
  void theFirstUseCertifiesAndSaysSoAndTheNextReadsTheVerdictOnce() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      S3Settings settings = Buckets.settings(s3, null);

      use(buckets().open(settings, PATIENCE));

      assertThat(notices).singleElement().asString().contains("s3://bucket-of-tests/prefix");
      assertThat(s3.content(Buckets.BUCKET, KEPT).orElseThrow())
          .contains("\"passed\":true", "\"version\":\"1.2.3\"", "\"tagForm\":\"quoted\"");
      s3.forgetRequests();
      CertifiedBuckets next = buckets();
      next.open(settings, PATIENCE).close();
      next.open(settings, PATIENCE).close();
      assertThat(notices).hasSize(1);
      assertThat(s3.requests())
          .extracting(S3Request::toString)
          .containsExactly("GET /bucket-of-tests/prefix/fen-store.json");
    }
  }

  @Test
  void atLeastSixtyRoundsOfTwentyAreRun() throws Exception {
    LongSupplier clockMillis =
        () -> {
          platform.jump(Duration.ofMillis(1));
          return platform.currentTimeMillis();
        };
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false, clockMillis)) {
      new CertifiedBuckets(platform, "1.2.3", notices::add)
          .open(Buckets.settings(s3, null), PATIENCE)
          .close();

      Verdict verdict =
          ((Verdict.Reading.Readable) Verdict.parse(s3.content(Buckets.BUCKET, KEPT).orElseThrow()))
              .verdict();
      assertThat(verdict.rounds()).isGreaterThanOrEqualTo(60);
      assertThat(verdict.checks().get(1).measured()).matches("[0-9]+ rounds of 20 racers,.*");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Profile.class,
      names = {"IGNORES_CONDITIONS", "RACES"})
  void aStoreThatFailsIsRefusedNowAndLaterWithTheCheckAndTheRemedy(Profile profile)
      throws Exception {
    try (FakeS3 s3 = Buckets.start(profile, false)) {
      S3Settings settings = Buckets.settings(s3, null);

      assertThatThrownBy(() -> buckets().open(settings, PATIENCE))
          .isInstanceOf(StoreRefusedException.class)
          .hasMessageContainingAll(
              settings.place() + " failed its verification: create race: ",
              "two may take a free lock at once",
              "fen datastore verify --datastore '" + settings.place() + "'",
              "--unverified");

      s3.forgetRequests();
      notices.clear();
      assertThatThrownBy(() -> buckets().open(settings, PATIENCE))
          .isInstanceOf(StoreRefusedException.class)
          .hasMessageMatching(
              "(?s).* failed its verification on 20\\d\\d-\\d\\d-\\d\\dT\\S+Z: create race: .*fen datastore verify.*");
      assertThat(notices).isEmpty();
      assertThat(s3.requests()).hasSize(1);
    }
  }

  @Test
  void aStoreThatWantsItsTagsUnquotedGetsThemSo() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.CEPH16, false)) {
      use(buckets().open(Buckets.settings(s3, null), PATIENCE));
      s3.delete(Buckets.BUCKET, Buckets.PREFIX + LOCK);

      use(buckets().open(Buckets.settings(s3, null), PATIENCE));

      assertThat(notices).hasSize(1);
    }
  }

  @Test
  void aVerdictOnAnotherFormOfTagsThanIsSetIsNone() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      keep(s3, passing(s3, TagForm.UNQUOTED));

      buckets().open(Buckets.settings(s3, TagForm.QUOTED), PATIENCE).close();

      assertThat(notices).singleElement().asString().contains("no verdict that is of use here");
      assertThat(s3.content(Buckets.BUCKET, KEPT).orElseThrow()).contains("\"quoted\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "rubbish", "{\"format\":2,\"passed\":true}", "<html>"})
  void whatIsNoVerdictIsCertifiedAnew(String body) throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      keep(s3, body);

      use(buckets().open(Buckets.settings(s3, null), PATIENCE));

      assertThat(notices).singleElement().asString().contains("no verdict that is of use here");
      assertThat(s3.content(Buckets.BUCKET, KEPT).orElseThrow()).contains("\"passed\":true");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Profile.class,
      names = {"AWS", "IGNORES_CONDITIONS"})
  void twoFirstUsesAtOnceComeToTheSame(Profile profile) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (FakeS3 s3 = Buckets.start(profile, false)) {
      Callable<String> open =
          () -> {
            try {
              use(buckets().open(Buckets.settings(s3, null), PATIENCE));
              return "opened";
            } catch (StoreRefusedException refused) {
              return "refused";
            }
          };
      List<String> outcomes = new ArrayList<>();
      for (Future<String> one : threads.invokeAll(List.of(open, open))) {
        outcomes.add(one.get());
      }

      String expected = profile == Profile.AWS ? "opened" : "refused";
      assertThat(outcomes).containsExactly(expected, expected);
      assertThat(s3.content(Buckets.BUCKET, KEPT).orElseThrow())
          .contains("\"passed\":" + (profile == Profile.AWS));
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whoMayNotWriteIsTold() {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      s3.plantForever(request -> request.method().equals("PUT"), Fault.ACCESS_DENIED);

      assertThatThrownBy(() -> buckets().open(Buckets.settings(s3, null), PATIENCE))
          .isInstanceOfSatisfying(
              CannotVerifyException.class, told -> assertThat(told.isPermanent()).isTrue())
          .hasMessageContaining("no permission to write; allow s3:PutObject");
    }
  }

  @Test
  void aStoreThatIsUnwellForAWhileIsNotCondemned() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      Predicate<S3Request> writes =
          request -> request.isConditionalWrite() && isOfCertification(request);
      s3.plantForever(taking(Duration.ofMillis(1_200), writes), Fault.SLOW_DOWN);

      assertThatThrownBy(() -> buckets().open(Buckets.settings(s3, null), PATIENCE))
          .isInstanceOfSatisfying(
              CannotVerifyException.class, told -> assertThat(told.isPermanent()).isFalse())
          .hasMessageContainingAll("could not be verified", "503", "try again");
      s3.heal();

      assertThat(s3.content(Buckets.BUCKET, KEPT)).isEmpty();
      use(buckets().open(Buckets.settings(s3, null), PATIENCE));
    }
  }

  @Test
  void aVerdictThatCannotBeReadForAMomentIsReadAgain() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      keep(s3, passing(s3, TagForm.QUOTED));
      s3.plant(request -> request.method().equals("GET"), Fault.SLOW_DOWN);

      use(buckets().open(Buckets.settings(s3, null), Duration.ofMinutes(1)));

      assertThat(notices).isEmpty();
    }
  }

  @Test
  void whatCannotBeReadIsNeitherUsedNorCertified() {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      s3.plantForever(request -> request.method().equals("GET"), Fault.INTERNAL_ERROR);

      assertThatThrownBy(() -> buckets().open(Buckets.settings(s3, null), PATIENCE))
          .isInstanceOf(CannotVerifyException.class)
          .hasMessageContainingAll(
              "the verdict prefix/fen-store.json could not be read: ", "could not be read (500");
      assertThat(s3.requests()).noneMatch(CertifiedBucketsTest::isOfCertification);
    }
  }

  @Test
  void anAttemptThatWasCutShortDoesNotHideWhyTheOneBeforeFailed() {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      s3.plant(request -> true, Fault.INTERNAL_ERROR);
      s3.plantForever(request -> true, Fault.NEVER_ANSWERED);

      assertThatThrownBy(() -> buckets().open(Buckets.settings(s3, null), PATIENCE))
          .isInstanceOf(CannotVerifyException.class)
          .hasMessageContaining("could not be read (500 InternalError)");
      assertThat(s3.requests()).hasSizeGreaterThan(1);
    }
  }

  @Test
  void unverifiedGoesOnAndSaysWhatIsRisked() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.IGNORES_CONDITIONS, false)) {
      S3Settings settings = Buckets.settings(s3, null);
      use(buckets().openUnverified(settings, PATIENCE));
      assertThat(notices)
          .singleElement()
          .asString()
          .contains("used without having been verified", "two may hold one lock at once");
      assertThatThrownBy(() -> buckets().open(settings, PATIENCE))
          .isInstanceOf(StoreRefusedException.class);
      notices.clear();

      use(buckets().openUnverified(settings, PATIENCE));

      assertThat(notices).singleElement().asString().contains("failed its verification");
      assertThat(s3.requests().stream().filter(CertifiedBucketsTest::isOfCertification))
          .isNotEmpty();
    }
  }

  @Test
  void unverifiedIsSilentWhereTheVerdictIsGoodAndSendsTagsAsItSays() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.CEPH16, false)) {
      keep(s3, passing(s3, TagForm.UNQUOTED));

      use(buckets().openUnverified(Buckets.settings(s3, null), PATIENCE));

      assertThat(notices).isEmpty();
    }
  }

  @Test
  void anEndpointFromTheFilesOfAwsIsNotTakenForAmazons() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.IGNORES_CONDITIONS, false)) {
      // As endpoint_url in ~/.aws/config, which only the SDK reads.
      System.setProperty("aws.endpointUrlS3", s3.endpoint().toString());
      S3Settings settings =
          S3Settings.of(
              new S3Settings.Sourced(
                  "s3://bucket-of-tests?region=eu-central-1&path-style=true", "the test"),
              name -> null,
              Map.of());

      assertThatThrownBy(() -> buckets().open(settings, PATIENCE))
          .isInstanceOf(StoreRefusedException.class);
    } finally {
      System.clearProperty("aws.endpointUrlS3");
    }
  }

  @Test
  void amazonsOwnNeedsNone() throws Exception {
    S3Settings settings =
        S3Settings.of(
            new S3Settings.Sourced("s3://bucket-of-tests?region=eu-central-1", "the test"),
            name -> null,
            Map.of());

    // There is nothing to read it from: a request would fail.
    buckets().open(settings, PATIENCE).close();
    buckets().openUnverified(settings, PATIENCE).close();

    assertThat(notices).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "https://S3.Example.com, s3.example.com:443/b",
    "https://s3.example.com:443/, s3.example.com:443/b",
    "http://s3.example.com, s3.example.com:80/b",
    "https://s3.example.com.:9000, s3.example.com:9000/b",
    "https://s3.example.com/base/, s3.example.com:443/base/b",
    "http://[::1]:9000, [::1]:9000/b"
  })
  void oneStoreIsOneHoweverItsAddressIsSpelled(URI endpoint, String identity) {
    assertThat(BucketIdentity.of(endpoint, "b")).isEqualTo(identity);
  }

  @Test
  void aVerdictThatWasCopiedHereIsNone() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.IGNORES_CONDITIONS, false)) {
      S3Settings settings = Buckets.settings(s3, null);
      keep(s3, passing("old.example.com:443", TagForm.QUOTED));

      use(buckets().openUnverified(settings, PATIENCE));
      assertThat(notices).singleElement().asString().contains("used without having been verified");
      notices.clear();
      assertThatThrownBy(() -> buckets().open(settings, PATIENCE))
          .isInstanceOf(StoreRefusedException.class);
      assertThat(notices)
          .singleElement()
          .asString()
          .contains(
              "no verdict but one that was copied from old.example.com:443/bucket-of-tests",
              s3.endpoint().getAuthority() + "/bucket-of-tests");
    }
  }

  @Test
  void oneStoreUnderTwoAddressesIsCertifiedOnceUnderEach() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      S3Settings other =
          S3Settings.of(
              new S3Settings.Sourced(
                  "s3://bucket-of-tests/prefix?region=eu-central-1&endpoint=http://localhost:"
                      + s3.endpoint().getPort(),
                  "the test"),
              name -> null,
              Map.of());
      use(buckets().open(Buckets.settings(s3, null), PATIENCE));
      use(buckets().open(other, PATIENCE));
      assertThat(notices).hasSize(2);

      use(buckets().open(Buckets.settings(s3, null), PATIENCE));
      use(buckets().open(other, PATIENCE));

      assertThat(notices).hasSize(2);
    }
  }

  @Test
  void whatIsLeftAtTheFirstUseIsToldOnce() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      s3.plantForever(request -> request.method().equals("DELETE"), Fault.ACCESS_DENIED);

      use(buckets().open(Buckets.settings(s3, null), PATIENCE));
      assertThat(notices).hasSize(2);
      assertThat(notices.get(1))
          .contains("could not be removed and may stay under s3://bucket-of-tests/prefix/verify/");

      use(buckets().open(Buckets.settings(s3, null), PATIENCE));
      assertThat(notices).hasSize(2);
    }
  }

  @Test
  @Timeout(60)
  void aVerdictThatComesByteByByteIsNotWaitedFor() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      keep(s3, passing(s3, TagForm.QUOTED));
      s3.plantForever(
          taking(Duration.ofSeconds(5), request -> request.method().equals("GET")),
          Fault.SLOW_BYTES);
      long startNanos = platform.nanoTime();

      assertThatThrownBy(() -> buckets().open(Buckets.settings(s3, null), PATIENCE))
          .isInstanceOfSatisfying(
              CannotVerifyException.class, told -> assertThat(told.isPermanent()).isFalse())
          .hasMessageContainingAll(
              "the verdict prefix/fen-store.json could not be read",
              Buckets.settings(s3, null).place().toString());
      buckets().openUnverified(Buckets.settings(s3, null), PATIENCE).close();
      // Twice 5 s; a request alone may take 10 s.
      assertThat(Duration.ofNanos(platform.nanoTime() - startNanos))
          .isLessThan(Duration.ofSeconds(15));
      assertThat(notices)
          .singleElement()
          .asString()
          .contains("used although the verdict prefix/fen-store.json could not be read");
    }
  }

  @Test
  void aRefusalOfTheVerdictEndsItAtOnceAndNamesIt() {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      s3.plantForever(request -> request.method().equals("GET"), Fault.ACCESS_DENIED);

      assertThatThrownBy(() -> buckets().open(Buckets.settings(s3, null), Duration.ofSeconds(3)))
          .isInstanceOfSatisfying(
              CannotVerifyException.class, told -> assertThat(told.isPermanent()).isTrue())
          .hasMessageContainingAll(
              "the verdict prefix/fen-store.json could not be read", "403", "s3:GetObject");
      assertThat(s3.requests()).hasSize(1);
    }
  }

  @Test
  void whatTakesNoWriteIsGivenUpSoon() {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      s3.plantForever(
          taking(Duration.ofSeconds(5), request -> request.method().equals("PUT")),
          Fault.NEVER_ANSWERED);
      long startNanos = platform.nanoTime();

      assertThatThrownBy(() -> buckets().open(Buckets.settings(s3, null), PATIENCE))
          .isInstanceOfSatisfying(
              CannotVerifyException.class, told -> assertThat(told.isPermanent()).isFalse())
          .hasMessageContainingAll(
              Buckets.settings(s3, null).place() + " could not be verified: ",
              "it acknowledged no write within 5 s (");
      // Two minutes without it.
      assertThat(Duration.ofNanos(platform.nanoTime() - startNanos))
          .isLessThan(Duration.ofSeconds(60));
      assertThat(s3.content(Buckets.BUCKET, KEPT)).isEmpty();
    }
  }
}
