package dev.fen.datastore.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.s3.Encryption;
import dev.fen.s3.S3Clients;
import dev.fen.s3.S3Place;
import dev.fen.s3.S3RegisterStore;
import dev.fen.s3.TagForm;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Profile;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/** Buckets that keep their word pass, and the kinds of store that are known not to are refused. */
class S3CertificationTest {

  private static final Extent FEW = new Extent(20, 10, 4, Duration.ZERO);
  private static final S3Place PLACE = new S3Place("bucket-of-tests", "prefix/");

  private static Verdict certify(Profile profile, boolean versioned, TagForm tagForm)
      throws InterruptedException {
    try (FakeS3 s3 = FakeS3.start(profile, System::currentTimeMillis)) {
      s3.createBucket(PLACE.bucket(), versioned);
      return new Certification(SystemPlatform.get(), "test")
          .run(new Bucket(s3, tagForm), FEW, (check, done, of) -> {});
    }
  }

  private record Bucket(FakeS3 s3, TagForm tagForm) implements Candidate {

    @Override
    public RegisterStore connect() {
      return new S3RegisterStore(
          S3Clients.builder(true)
              .endpointOverride(s3.endpoint())
              .region(Region.US_EAST_1)
              .credentialsProvider(
                  StaticCredentialsProvider.create(AwsBasicCredentials.create("tester", "secret")))
              .build(),
          PLACE,
          tagForm,
          Encryption.OF_THE_BUCKET);
    }

    @Override
    public boolean remove(RegisterKey key) {
      s3.delete(PLACE.bucket(), PLACE.prefix() + key);
      return true;
    }

    @Override
    public String location() {
      return PLACE.toString();
    }
  }

  @ParameterizedTest
  @CsvSource({"AWS,false,QUOTED", "AWS,true,QUOTED", "CEPH16,false,UNQUOTED"})
  void aBucketThatKeepsItsWordPasses(Profile profile, boolean versioned, TagForm tagForm)
      throws InterruptedException {
    Verdict verdict = certify(profile, versioned, tagForm);
    assertThat(verdict.checks()).noneMatch(check -> check.result() == Check.Result.FAILED);
    assertThat(verdict.passed()).isTrue();
    assertThat(verdict.rounds()).isGreaterThanOrEqualTo(20);
  }

  @ParameterizedTest
  @CsvSource({
    "IGNORES_CONDITIONS,false,QUOTED,create race",
    "IGNORES_CONDITIONS,false,QUOTED,stale replace",
    "RACES,false,QUOTED,create race",
    "CEPH16,false,QUOTED,replace race",
    "CEPH16,true,UNQUOTED,create race"
  })
  void aBucketThatDoesNotIsRefusedAndTheCheckNamed(
      Profile profile, boolean versioned, TagForm tagForm, String failed)
      throws InterruptedException {
    Verdict verdict = certify(profile, versioned, tagForm);
    assertThat(verdict.passed()).isFalse();
    List<String> names =
        verdict.checks().stream()
            .filter(check -> check.result() == Check.Result.FAILED)
            .map(Check::name)
            .toList();
    assertThat(names).contains(failed);
  }

  @Test
  void whatItWroteIsTakenAway() throws InterruptedException {
    try (FakeS3 s3 = FakeS3.start()) {
      s3.createBucket(PLACE.bucket(), false);
      Bucket bucket = new Bucket(s3, TagForm.QUOTED);
      Verdict verdict =
          new Certification(SystemPlatform.get(), "test").run(bucket, FEW, (check, done, of) -> {});
      assertThat(verdict.passed()).isTrue();
      try (RegisterStore store = bucket.connect()) {
        assertThat(store.list("")).hasToString("Listed[entries=[]]");
      }
    }
  }
}
