package dev.fen.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.datastore.Verification.Outcome;
import dev.fen.datastore.verify.CannotVerifyException;
import dev.fen.datastore.verify.Certifications;
import dev.fen.datastore.verify.Check;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.JumpingPlatform;
import dev.fen.datastore.verify.Verdict;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.RegisterStore;
import dev.fen.s3.TagForm;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Fault;
import dev.fen.testkit.s3.Profile;
import dev.fen.testkit.s3.S3Request;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Buckets that keep their word pass, and the kinds of store that are known not to are refused. */
@Timeout(300)
@Tag("jdk-independent")
class BucketVerificationTest {

  private static final Extent FEW = new Extent(20, 6, 10, Duration.ZERO);

  private static Outcome verify(FakeS3 s3, @Nullable TagForm tagForm) throws InterruptedException {
    Platform platform = new JumpingPlatform();
    return new Verification(platform, Certifications.brief(platform))
        .ofBucket(Buckets.settings(s3, tagForm), FEW, (check, done, of) -> {});
  }

  private static List<String> keys(FakeS3 s3) {
    try (RegisterStore store = Buckets.settings(s3, null).open()) {
      return ((ListResult.Listed) store.list(""))
          .entries().stream().map(entry -> entry.key().path()).toList();
    }
  }

  private static boolean hasUnquotedTag(S3Request request) {
    String tag = request.header("if-match");
    return tag != null && !tag.startsWith("\"");
  }

  @ParameterizedTest
  @CsvSource({"AWS,false,QUOTED", "AWS,true,QUOTED", "CEPH16,false,UNQUOTED"})
  void aBucketThatKeepsItsWordPassesWithTheFormOfTagsThatItTakes(
      Profile profile, boolean versioned, TagForm found) throws Exception {
    try (FakeS3 s3 = Buckets.start(profile, versioned)) {
      Verdict verdict = verify(s3, null).verdict();

      assertThat(verdict.failed()).isEmpty();
      assertThat(verdict.passed()).isTrue();
      assertThat(verdict.rounds()).isGreaterThanOrEqualTo(20);
      assertThat(verdict.tagForm()).isEqualTo(found);
      assertThat(verdict.checks())
          .filteredOn(check -> check.name().equals("overtaken write"))
          .singleElement()
          .extracting(Check::result)
          .isEqualTo(Check.Result.PASSED);
      assertThat(s3.content(Buckets.BUCKET, Buckets.PREFIX + "fen-store.json"))
          .contains(verdict.toJson());
      // Where the common form is taken the other one might be a blind overwrite.
      assertThat(s3.requests().stream().anyMatch(BucketVerificationTest::hasUnquotedTag))
          .isEqualTo(found == TagForm.UNQUOTED);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "IGNORES_CONDITIONS,false,create race",
    "IGNORES_CONDITIONS,false,stale replace",
    "RACES,false,create race",
    "CHECKS_HEADS,false,overtaken write",
    "CEPH16,true,create race"
  })
  void aBucketThatDoesNotIsRefusedAndTheCheckNamed(
      Profile profile, boolean versioned, String failed) throws Exception {
    try (FakeS3 s3 = Buckets.start(profile, versioned)) {
      Verdict verdict = verify(s3, null).verdict();

      assertThat(verdict.passed()).isFalse();
      assertThat(verdict.failed()).extracting(Check::name).contains(failed);
      assertThat(s3.content(Buckets.BUCKET, Buckets.PREFIX + "fen-store.json").orElseThrow())
          .contains("\"passed\":false");
    }
  }

  /** For what is held back it takes two writers only, one of each kind would do. */
  @Test
  void whoeverChecksHeadsIsFoundOutByEachWriteThatIsOvertaken() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.CHECKS_HEADS, false)) {
      assertThat(verify(s3, null).verdict().failed())
          .filteredOn(check -> check.name().equals("overtaken write"))
          .singleElement()
          .extracting(Check::measured)
          .asString()
          .startsWith("10 of 10 went wrong (5 creates, 5 replaces); first: 2 of 2 racers");
    }
  }

  @Test
  void aStoreThatTakesNoWriteSignedBeforehandIsJudgedByItsRaces() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      s3.plantForever(
          request -> request.query().containsKey("X-Amz-Signature"), Fault.ACCESS_DENIED);

      Verdict verdict = verify(s3, null).verdict();

      assertThat(verdict.passed()).isTrue();
      assertThat(verdict.checks())
          .filteredOn(check -> check.result() == Check.Result.SKIPPED)
          .singleElement()
          .extracting(Check::name)
          .isEqualTo("overtaken write");
    }
  }

  @Test
  void aFormThatIsSetIsTheOneThatIsCertified() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.CEPH16, false)) {
      Verdict quoted = verify(s3, TagForm.QUOTED).verdict();

      assertThat(quoted.failed()).extracting(Check::name).contains("replace race");
      assertThat(quoted.tagForm()).isEqualTo(TagForm.QUOTED);
      assertThat(s3.requests()).noneMatch(BucketVerificationTest::hasUnquotedTag);
      assertThat(verify(s3, TagForm.UNQUOTED).verdict().passed()).isTrue();
    }
  }

  /** The second one replaces the first, for which the tag has to be sent as the store wants it. */
  @Test
  void aSecondVerdictIsKeptWhereTagsAreWantedUnquoted() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.CEPH16, false)) {
      Outcome first = verify(s3, null);
      Outcome second = verify(s3, null);

      assertThat(first.notKept()).isEmpty();
      assertThat(second.notKept()).isEmpty();
      assertThat(second.verdict()).isNotEqualTo(first.verdict());
      assertThat(s3.content(Buckets.BUCKET, Buckets.PREFIX + "fen-store.json"))
          .contains(second.verdict().toJson());
    }
  }

  @Test
  void noFormIsNamedWhereNoneIsTaken() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.CEPH16, true)) {
      assertThat(verify(s3, null).verdict().tagForm()).isNull();
    }
  }

  @Test
  void aTrialThatFailsForAMomentIsMadeAgain() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      s3.plant(request -> request.header("if-match") != null, Fault.INTERNAL_ERROR);

      assertThat(verify(s3, null).verdict().tagForm()).isEqualTo(TagForm.QUOTED);
    }
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void whatItWroteIsTakenAwayButForTheVerdict(boolean versioned) throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, versioned)) {
      List<String> remarks = verify(s3, null).verdict().remarks();

      assertThat(keys(s3)).containsExactly("fen-store.json");
      // A delete there only puts a marker on top, and the store says so.
      assertThat(remarks).hasSize(versioned ? 1 : 0);
      assertThat(remarks)
          .allSatisfy(
              remark ->
                  assertThat(remark)
                      .startsWith("this store keeps versions: those of ")
                      .contains("NoncurrentVersionExpiration"));
    }
  }

  @Test
  void whatItMayNotTakeAwayIsLeftAndTold() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      s3.plantForever(request -> request.method().equals("DELETE"), Fault.ACCESS_DENIED);

      Verdict verdict = verify(s3, null).verdict();

      assertThat(verdict.passed()).isTrue();
      assertThat(verdict.remarks())
          .singleElement()
          .asString()
          .contains("could not be removed and may stay under s3://bucket-of-tests/prefix/verify/");
      assertThat(keys(s3)).hasSizeGreaterThan(20).contains("fen-store.json");
    }
  }

  @Test
  void whoMayNotWriteIsTold() {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      s3.plantForever(request -> request.method().equals("PUT"), Fault.ACCESS_DENIED);

      assertThatThrownBy(() -> verify(s3, null))
          .isInstanceOfSatisfying(
              CannotVerifyException.class, told -> assertThat(told.isPermanent()).isTrue())
          .hasMessageContaining("no permission to write; allow s3:PutObject");
    }
  }

  @Test
  void aVerdictThatCannotBeKeptIsToldAllTheSame() throws Exception {
    try (FakeS3 s3 = Buckets.start(Profile.AWS, false)) {
      s3.plantForever(
          request -> request.method().equals("PUT") && request.key().endsWith("fen-store.json"),
          Fault.ACCESS_DENIED);

      Outcome outcome = verify(s3, null);

      assertThat(outcome.verdict().passed()).isTrue();
      assertThat(outcome.notKept().orElseThrow()).contains("allow s3:PutObject");
    }
  }
}
