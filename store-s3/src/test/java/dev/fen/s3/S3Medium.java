package dev.fen.s3;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.testkit.ForwardingRegisterStore;
import dev.fen.testkit.Medium;
import dev.fen.testkit.s3.FakeS3;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import software.amazon.awssdk.services.s3.S3Client;

/** A bucket on a fake S3. */
final class S3Medium implements Medium {

  static final S3Place PLACE = new S3Place("locks-of-tests", "some/prefix/");

  private final FakeS3 s3;

  /** One for all: to make it costs more than most tests ask of it. */
  private final S3Client client;

  S3Medium(FakeS3 s3, boolean versioned) {
    this.s3 = s3;
    this.client = TestClients.of(s3.endpoint());
    s3.createBucket(PLACE.bucket(), versioned);
  }

  @Override
  public RegisterStore open(Platform platform) {
    return new ForwardingRegisterStore(
        new S3RegisterStore(client, PLACE, TagForm.QUOTED, Encryption.OF_THE_BUCKET)) {
      @Override
      public void close() {}
    };
  }

  private static String keyOf(RegisterKey key) {
    return PLACE.prefix() + key;
  }

  @Override
  public void overwrite(RegisterKey key, String body) {
    s3.put(PLACE.bucket(), keyOf(key), body.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void remove(RegisterKey key) {
    s3.delete(PLACE.bucket(), keyOf(key));
  }

  @Override
  public void age(RegisterKey key, Duration by) {
    s3.age(PLACE.bucket(), keyOf(key), by);
  }

  @Override
  public List<String> childCommand() {
    return List.of(
        S3Child.class.getName(),
        s3.endpoint().toString(),
        PLACE.bucket(),
        PLACE.prefix(),
        TagForm.QUOTED.name());
  }

  @Override
  public void close() {
    client.close();
    s3.close();
  }
}
