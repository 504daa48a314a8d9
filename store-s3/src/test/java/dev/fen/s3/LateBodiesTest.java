package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Fault;
import dev.fen.testkit.s3.Profile;
import dev.fen.testkit.s3.S3Request;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writes whose body is held back are writes like any other, but for the time between. */
@Timeout(60)
class LateBodiesTest {

  private static final RegisterKey KEY = new RegisterKey("locks/named/demo.lock");

  @TempDir Path folder;
  private AwsSetup aws;

  @BeforeEach
  void credentials() throws Exception {
    aws = new AwsSetup(folder);
    aws.credentials();
  }

  @AfterEach
  void close() {
    aws.close();
  }

  private static FakeS3 start(Profile profile) {
    FakeS3 s3 = FakeS3.start(profile, System::currentTimeMillis);
    s3.createBucket("bucket-of-tests", false);
    return s3;
  }

  private static S3Settings settings(URI endpoint, String more) {
    return S3Settings.of(
        new S3Settings.Sourced("s3://bucket-of-tests/p?endpoint=" + endpoint + more, "the test"),
        name -> null,
        Map.of());
  }

  /** What the late writer and the one that overtakes it are told. */
  private static List<WriteResult> overtaken(FakeS3 s3, boolean present, String more) {
    S3Settings settings = settings(s3.endpoint(), more);
    try (S3RegisterStore store = settings.open();
        LateBodies late = settings.openForLateBodies()) {
      Version expected =
          present ? ((WriteResult.Applied) store.create(KEY, "before")).version() : null;
      List<WriteResult> quick = new ArrayList<>();
      WriteResult slow =
          late.write(
              KEY,
              expected,
              "slow",
              () ->
                  quick.add(
                      expected == null
                          ? store.create(KEY, "quick")
                          : store.replace(KEY, expected, "quick")));
      assertThat(quick).hasSize(1);
      return List.of(slow, quick.get(0));
    }
  }

  @Test
  void whereTheConditionIsCheckedWithTheWriteTheOvertakenOneIsRefused() {
    for (boolean present : List.of(false, true)) {
      try (FakeS3 s3 = start(Profile.AWS)) {
        List<WriteResult> told = overtaken(s3, present, "");

        assertThat(told.get(0)).isInstanceOf(WriteResult.Conflict.class);
        assertThat(told.get(1)).isInstanceOf(WriteResult.Applied.class);
        assertThat(s3.content("bucket-of-tests", "p/" + KEY)).contains("quick");
      }
    }
  }

  @Test
  void whereItIsCheckedBeforeTheBodyCameBothAreDone() {
    for (boolean present : List.of(false, true)) {
      try (FakeS3 s3 = start(Profile.CHECKS_HEADS)) {
        assertThat(overtaken(s3, present, ""))
            .allSatisfy(told -> assertThat(told).isInstanceOf(WriteResult.Applied.class));
        assertThat(s3.content("bucket-of-tests", "p/" + KEY)).contains("slow");
      }
    }
  }

  @Test
  void nothingIsSignedThatTheBodyDecidesAndTheRestIsAsEver() {
    try (FakeS3 s3 = start(Profile.CEPH16)) {
      List<WriteResult> told = overtaken(s3, true, "&tag-form=unquoted&sse=AES256");

      assertThat(told.get(0)).isInstanceOf(WriteResult.Conflict.class);
      assertThat(told.get(1)).isInstanceOf(WriteResult.Applied.class);
      List<S3Request> writes = s3.requests();
      S3Request late = writes.get(writes.size() - 1);
      S3Request plain = writes.get(writes.size() - 2);
      assertThat(late.query()).containsKeys("X-Amz-Signature", "X-Amz-SignedHeaders");
      assertThat(late.query().get("X-Amz-SignedHeaders"))
          .contains("if-match", "x-amz-server-side-encryption");
      assertThat(late.headers()).doesNotContainKey("x-amz-content-sha256");
      for (String same :
          List.of("if-match", "content-type", "x-amz-server-side-encryption", "content-length")) {
        assertThat(late.header(same)).as(same).isNotNull();
      }
      assertThat(late.header("if-match")).isEqualTo(plain.header("if-match")).doesNotContain("\"");
      assertThat(late.header("content-type")).isEqualTo(plain.header("content-type"));
      assertThat(late.body()).asString().isEqualTo("slow");
    }
  }

  @Test
  void whatIsDoneIsToldWithItsVersion() {
    try (FakeS3 s3 = start(Profile.AWS)) {
      S3Settings settings = settings(s3.endpoint(), "");
      try (S3RegisterStore store = settings.open();
          LateBodies late = settings.openForLateBodies()) {
        WriteResult told = late.write(KEY, null, "slow", () -> {});

        assertThat(((ReadResult.Present) store.read(KEY)).version())
            .isEqualTo(((WriteResult.Applied) told).version());
      }
    }
  }

  @Test
  void aRefusalIsExplainedAsEverAndBringsNoSecret() {
    try (FakeS3 s3 = start(Profile.AWS)) {
      s3.plantForever(request -> true, Fault.ACCESS_DENIED);
      try (LateBodies late = settings(s3.endpoint(), "").openForLateBodies()) {
        WriteResult told = late.write(KEY, null, "slow", () -> {});

        assertThat(((WriteResult.NotApplied) told).failure().message())
            .contains("(403 AccessDenied): no permission to write; allow s3:PutObject")
            .doesNotContain("X-Amz");
      }
    }
  }

  @Test
  void anAnswerThatNeverCameIsUnknown() {
    try (FakeS3 s3 = start(Profile.AWS)) {
      s3.plantForever(request -> true, Fault.RESET);
      try (LateBodies late = settings(s3.endpoint(), "").openForLateBodies()) {
        WriteResult told = late.write(KEY, null, "slow", () -> {});

        assertThat(((WriteResult.Unknown) told).failure().message()).doesNotContain("X-Amz");
      }
    }
  }
}
