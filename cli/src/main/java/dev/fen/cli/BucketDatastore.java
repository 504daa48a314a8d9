package dev.fen.cli;

import dev.fen.datastore.CertifiedBuckets;
import dev.fen.datastore.Verification;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Progress;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.RegisterStore;
import dev.fen.s3.ProxiedHttp;
import dev.fen.s3.S3Settings;
import dev.fen.s3.S3Settings.Sourced;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A datastore in a bucket. The one class that reaches S3: it is loaded, and the AWS SDK with it,
 * only where a bucket is named.
 *
 * @param settings which bucket, and how it is reached
 * @param unverified whether it is used although nobody knows whether it keeps its word
 */
record BucketDatastore(S3Settings settings, boolean unverified) implements Datastore {

  /** How the address of a bucket begins. */
  static final String SCHEME = "s3:";

  private static final String KEPT_CONNECTIONS = "http.maxConnections";
  private static final String SDK = "software/amazon/awssdk/services/s3/S3Client.class";

  /** The bucket of an address, with what is set beside it. */
  static BucketDatastore of(Settings.Value address, Settings all) {
    Settings.requireReadable(address.origin(), address.text());
    if (BucketDatastore.class.getClassLoader().getResource(SDK) == null) {
      throw CliException.configuration(
          address.origin()
              + ": a bucket needs fen-aws.jar, which is not beside fen.jar; copy it there, or name a directory",
          null);
    }
    // By default five idle connections are kept for a host: a verification would shake hands anew
    // for nearly every request, which takes longer than the request.
    if (System.getProperty(KEPT_CONNECTIONS) == null) {
      System.setProperty(KEPT_CONNECTIONS, "200");
    }
    ProxiedHttp.useInThisProcess(all.environment());
    try {
      return new BucketDatastore(
          S3Settings.of(
              new Sourced(address.text(), address.origin()),
              name -> sourced(all.find("s3-" + name)),
              all.environment()),
          all.isOn("unverified"));
    } catch (IllegalArgumentException wrong) {
      throw CliException.configuration(String.valueOf(wrong.getMessage()), wrong);
    }
  }

  private static @Nullable Sourced sourced(Settings.@Nullable Value found) {
    return found == null ? null : new Sourced(found.text(), found.origin());
  }

  @Override
  public String location() {
    return settings.place().toString();
  }

  @Override
  public RegisterStore open(Platform platform, Duration patience, Consumer<String> notices)
      throws InterruptedException {
    CertifiedBuckets buckets = new CertifiedBuckets(platform, Main.version(), notices);
    return configured(
        () ->
            Interruptible.run(
                "opening " + location(),
                () ->
                    unverified
                        ? buckets.openUnverified(settings, patience)
                        : buckets.open(settings, patience)));
  }

  @Override
  public RegisterStore openToLook(Platform platform) throws InterruptedException {
    return configured(settings::open);
  }

  @Override
  public Verification.Outcome verify(Verification verification, Extent extent, Progress progress)
      throws InterruptedException {
    return configured(
        () ->
            Interruptible.run(
                "verifying " + location(),
                () -> verification.ofBucket(settings, extent, progress)));
  }

  private static <T> T configured(Interruptible.Work<T> use) throws InterruptedException {
    try {
      return use.make();
    } catch (IllegalArgumentException unusable) {
      throw CliException.configuration(String.valueOf(unusable.getMessage()), unusable);
    }
  }
}
