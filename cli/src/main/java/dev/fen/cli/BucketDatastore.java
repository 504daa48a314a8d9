package dev.fen.cli;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.RegisterStore;
import dev.fen.s3.S3Settings;
import dev.fen.s3.S3Settings.Sourced;
import org.jspecify.annotations.Nullable;

/**
 * A datastore in a bucket. The one class that reaches S3: it is loaded, and the AWS SDK with it,
 * only where a bucket is named.
 *
 * @param settings which bucket, and how it is reached
 */
record BucketDatastore(S3Settings settings) implements Datastore {

  /** How the address of a bucket begins. */
  static final String SCHEME = "s3:";

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
    try {
      return new BucketDatastore(
          S3Settings.of(
              new Sourced(address.text(), address.origin()),
              name -> sourced(all.find("s3-" + name)),
              all.environment()));
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
  public RegisterStore open(Platform platform) {
    try {
      return settings.open();
    } catch (IllegalArgumentException unusable) {
      throw CliException.configuration(String.valueOf(unusable.getMessage()), unusable);
    }
  }
}
