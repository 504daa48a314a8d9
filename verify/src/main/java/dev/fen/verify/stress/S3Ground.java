package dev.fen.verify.stress;

import dev.fen.s3.S3Settings;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Fault;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/** A bucket behind a {@link FaultProxy}. */
final class S3Ground implements Ground {

  private final String name;
  private final String address;
  private final Duration mostSkew;
  private final FaultProxy proxy;
  private final @Nullable FakeS3 fake;

  private S3Ground(
      String name, String address, Duration mostSkew, FaultProxy proxy, @Nullable FakeS3 fake) {
    this.name = name;
    this.address = address;
    this.mostSkew = mostSkew;
    this.proxy = proxy;
    this.fake = fake;
  }

  /** The fake, which also answers a request now and then that it was not carried out. */
  static S3Ground fake(Random random, Findings findings) throws IOException {
    FakeS3 fake = FakeS3.start();
    fake.createBucket("stress", false);
    Random draws = new Random(random.nextLong());
    for (Fault fault : List.of(Fault.SLOW_DOWN, Fault.INTERNAL_ERROR, Fault.CONDITIONAL_CONFLICT)) {
      fake.plantForever(
          request -> {
            boolean fails =
                (fault != Fault.CONDITIONAL_CONFLICT || request.isConditionalWrite())
                    && draws.nextInt(100) == 0;
            if (fails) {
              findings.count("fault: answered " + fault.name().toLowerCase(Locale.ROOT));
            }
            return fails;
          },
          fault);
    }
    FaultProxy proxy = FaultProxy.start(fake.endpoint(), random, findings);
    return new S3Ground(
        "the fake S3",
        "s3://stress/locks?endpoint=" + proxy.endpoint(),
        Duration.ofHours(3),
        proxy,
        fake);
  }

  /** Ceph's gateway, which refuses whoever's clock is a quarter of an hour off. */
  static S3Ground ceph(URI endpoint, Random random, Findings findings) throws IOException {
    String bucket = "fen-" + UUID.randomUUID();
    S3Settings settings =
        S3Settings.of(
            new S3Settings.Sourced("s3://" + bucket + "?endpoint=" + endpoint, "the address"),
            name -> null,
            System.getenv());
    try (S3Client client = settings.client()) {
      client.createBucket(request -> request.bucket(bucket));
    }
    FaultProxy proxy = FaultProxy.start(endpoint, random, findings);
    return new S3Ground(
        "Ceph's gateway",
        "s3://" + bucket + "/locks?endpoint=" + proxy.endpoint() + "&tag-form=unquoted",
        Duration.ofMinutes(10),
        proxy,
        null);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public Duration mostSkew() {
    return mostSkew;
  }

  @Override
  public void heal() {
    proxy.heal();
    if (fake != null) {
      fake.heal();
    }
  }

  /** What came in is kept by the fake until it is told. */
  @Override
  public void tidy() {
    if (fake != null) {
      fake.forgetRequests();
    }
  }

  @Override
  public void close() {
    proxy.close();
    if (fake != null) {
      fake.close();
    }
  }
}
