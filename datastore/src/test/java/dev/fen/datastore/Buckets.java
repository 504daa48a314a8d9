package dev.fen.datastore;

import dev.fen.s3.S3Settings;
import dev.fen.s3.TagForm;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Profile;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A fake S3 with one bucket, and how it is reached. */
final class Buckets {

  static final String BUCKET = "bucket-of-tests";
  static final String PREFIX = "prefix/";

  private Buckets() {}

  static FakeS3 start(Profile profile, boolean versioned) {
    return start(profile, versioned, System::currentTimeMillis);
  }

  static FakeS3 start(Profile profile, boolean versioned, LongSupplier clockMillis) {
    // Where the SDK looks first; the fake does not look at them at all.
    System.setProperty("aws.accessKeyId", "tester");
    System.setProperty("aws.secretAccessKey", "secret");
    FakeS3 s3 = FakeS3.start(profile, clockMillis);
    s3.createBucket(BUCKET, versioned);
    return s3;
  }

  static S3Settings settings(FakeS3 s3, @Nullable TagForm tagForm) {
    S3Settings settings =
        S3Settings.of(
            new S3Settings.Sourced(
                "s3://" + BUCKET + "/prefix?region=eu-central-1&endpoint=" + s3.endpoint(),
                "the test"),
            name -> null,
            Map.of());
    return tagForm == null ? settings : settings.withTagForm(tagForm);
  }
}
