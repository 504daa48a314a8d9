package dev.fen.servers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.s3.Encryption;
import dev.fen.s3.S3Clients;
import dev.fen.s3.S3Place;
import dev.fen.s3.S3RegisterStore;
import dev.fen.s3.TagForm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/** What a register store says of a real server's answers; the same cases as on the fake. */
abstract class RegisterCases {

  private static final RegisterKey KEY = new RegisterKey("locks/named/demo.lock");

  private final TestBucket bucket;
  private final String prefix;
  private final RegisterStore store;

  RegisterCases(TestBucket bucket) {
    this.bucket = bucket;
    this.prefix = bucket.newPrefix();
    this.store = bucket.open(prefix);
  }

  private Version created(String body) {
    return ((WriteResult.Applied) store.create(KEY, body)).version();
  }

  private ReadResult.Present present() {
    return (ReadResult.Present) store.read(KEY);
  }

  @Test
  void whatIsWrittenIsRead() {
    Version first = created("{\"a\":1}");
    assertThat(present().version()).isEqualTo(first);
    WriteResult.Applied second = (WriteResult.Applied) store.replace(KEY, first, "{\"a\":2}");
    assertThat(present().version()).isEqualTo(second.version());
    assertThat(present().body()).isEqualTo("{\"a\":2}");
  }

  @Test
  void aConflictIsOne() {
    Version first = created("a");
    assertThat(store.create(KEY, "b")).isInstanceOf(WriteResult.Conflict.class);
    assertThat(store.replace(KEY, first, "c")).isInstanceOf(WriteResult.Applied.class);
    assertThat(store.replace(KEY, first, "d")).isInstanceOf(WriteResult.Conflict.class);
    assertThat(present().body()).isEqualTo("c");
  }

  @Test
  void whatIsNotThereIsAbsentAndCannotBeReplaced() {
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
    assertThat(store.replace(KEY, new Version("\"00000000000000000000000000000000\""), "a"))
        .isInstanceOf(WriteResult.Conflict.class);
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
  }

  @Test
  void whatWasRemovedIsAbsentAndMayBeCreated() {
    created("a");
    bucket.delete(prefix + KEY);
    assertThat(store.read(KEY)).isInstanceOf(ReadResult.Absent.class);
    assertThat(store.create(KEY, "b")).isInstanceOf(WriteResult.Applied.class);
  }

  @Test
  void ageAndTimeAreTheServers() {
    long before = System.currentTimeMillis();
    created("a");
    ReadResult.Present found = present();
    assertThat(found.ageMillis().orElseThrow()).isBetween(0L, Duration.ofHours(1).toMillis());
    assertThat(found.storeTimeMillis().orElseThrow()).isGreaterThan(before - 2_000);
    assertThat(found.storeTimeMillis().orElseThrow() % 1_000).isZero();
  }

  @Test
  void whatHasNotChangedIsKnownAndWhatHasIsSeen() {
    Version first = created("a");
    ReadResult.Present before = present();
    ReadResult.Present same = (ReadResult.Present) store.readAgain(KEY, before);
    assertThat(same.version()).isEqualTo(first);
    assertThat(same.storeTimeMillis()).isPresent();
    assertThat(same.ageMillis()).isPresent();
    store.replace(KEY, first, "b");
    assertThat(((ReadResult.Present) store.readAgain(KEY, before)).body()).isEqualTo("b");
    bucket.delete(prefix + KEY);
    assertThat(store.readAgain(KEY, before)).isInstanceOf(ReadResult.Absent.class);
  }

  @Test
  void aListingHasTheVersionsOfReads() {
    for (String name : List.of("c", "a", "b/x", "with space+%", "\u00e4\u00f6", "@scope")) {
      assertThat(store.create(new RegisterKey("locks/named/" + name + ".lock"), name))
          .isInstanceOf(WriteResult.Applied.class);
    }
    bucket.put(prefix + "locks/other", new byte[1]);

    ListResult.Listed listed = (ListResult.Listed) store.list("locks/named/");

    assertThat(listed.entries())
        .extracting(entry -> entry.key().path().substring("locks/named/".length()))
        .containsExactlyInAnyOrder(
            "@scope.lock",
            "a.lock",
            "b/x.lock",
            "c.lock",
            "with space+%.lock",
            "\u00e4\u00f6.lock");
    for (ListResult.Entry entry : listed.entries()) {
      assertThat(((ReadResult.Present) store.read(entry.key())).version())
          .isEqualTo(entry.version());
    }
  }

  /** What is paid for, on a real server as on the fake. */
  @Test
  void eachStepOfALockIsOneRequestAndTheFirstOneTwo() throws InterruptedException {
    BlockingQueue<String> sent = new LinkedBlockingQueue<>();
    try (LockService locks = newProcess(sent)) {
      Lease lease = locks.acquire("demo");
      assertThat(taken(sent)).as("a cold acquisition").containsExactly("GET", "PUT");
      lease.addCompanion(ProcessHandle.current().pid());
      assertThat(sent.poll(30, TimeUnit.SECONDS)).as("a renewal").isEqualTo("PUT");
      lease.close();
      assertThat(taken(sent)).as("a release").containsExactly("PUT");
      Lease warm = locks.acquire("demo");
      assertThat(taken(sent)).as("a warm acquisition").containsExactly("PUT");
      warm.close();
      assertThat(taken(sent)).as("a release").containsExactly("PUT");
    }
    try (LockService another = newProcess(sent)) {
      another.acquire("demo").close();
      assertThat(taken(sent)).as("by another process").containsExactly("GET", "PUT", "PUT");
    }
  }

  private LockService newProcess(BlockingQueue<String> sent) {
    return new LockService(
        bucket.openNoting(prefix, sent::add), LockOptions.of("requests"), SystemPlatform.get());
  }

  private static List<String> taken(BlockingQueue<String> sent) {
    List<String> taken = new ArrayList<>();
    sent.drainTo(taken);
    return taken;
  }

  @Test
  void whatIsTooLongIsCut() {
    bucket.put(prefix + KEY, new byte[3_000_000]);
    assertThat(present().body()).hasSize(RegisterStore.MAX_BODY_BYTES + 1);
  }

  @Test
  void aBucketThatIsNotThereIsNamed() {
    try (RegisterStore lost = openWith("tester", "secret-of-tests", "no-such-bucket")) {
      WriteResult.NotApplied refused = (WriteResult.NotApplied) lost.create(KEY, "a");
      assertThat(refused.failure().permanent()).isTrue();
      assertThat(refused.failure().message()).contains("there is no bucket \"no-such-bucket\"");
      assertThat(((ReadResult.Unknown) lost.read(KEY)).failure().permanent()).isTrue();
      assertThat(((ListResult.Unknown) lost.list("")).failure().permanent()).isTrue();
    }
  }

  @Test
  void credentialsThatAreNotTakenAreNamed() {
    for (String user : List.of("tester", "nobody")) {
      try (RegisterStore refused = openWith(user, "another-secret", bucket.name())) {
        WriteResult.NotApplied write = (WriteResult.NotApplied) refused.create(KEY, "a");
        assertThat(write.failure().permanent()).isTrue();
        assertThat(write.failure().message())
            .contains("the credentials are not accepted")
            .doesNotContain("another-secret");
        assertThat(((ReadResult.Unknown) refused.read(KEY)).failure().permanent()).isTrue();
      }
    }
  }

  private S3RegisterStore openWith(String user, String secret, String bucketName) {
    return new S3RegisterStore(
        S3Clients.builder(true)
            .endpointOverride(bucket.endpoint())
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(user, secret)))
            .build(),
        new S3Place(bucketName, prefix),
        TagForm.QUOTED,
        Encryption.OF_THE_BUCKET);
  }
}
