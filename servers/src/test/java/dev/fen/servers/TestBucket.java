package dev.fen.servers;

import dev.fen.datastore.Verification;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Verdict;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.RegisterStore;
import dev.fen.s3.Encryption;
import dev.fen.s3.S3Clients;
import dev.fen.s3.S3Place;
import dev.fen.s3.S3RegisterStore;
import dev.fen.s3.S3Settings;
import dev.fen.s3.TagForm;
import dev.fen.testkit.ForwardingRegisterStore;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/**
 * A bucket made for one class of tests. It is not taken away: the server ends with the tests. The
 * credentials are in the environment.
 */
final class TestBucket {

  private final AtomicInteger prefixes = new AtomicInteger();
  private final String name = "fen-" + UUID.randomUUID();
  private final URI endpoint;
  private final TagForm tagForm;
  private final S3Client client;

  TestBucket(URI endpoint, TagForm tagForm, boolean versioned) {
    this.endpoint = endpoint;
    this.tagForm = tagForm;
    client = S3Clients.builder(true).endpointOverride(endpoint).region(Region.US_EAST_1).build();
    client.createBucket(bucket -> bucket.bucket(name));
    if (versioned) {
      client.putBucketVersioning(
          change ->
              change
                  .bucket(name)
                  .versioningConfiguration(to -> to.status(BucketVersioningStatus.ENABLED)));
    }
  }

  String name() {
    return name;
  }

  URI endpoint() {
    return endpoint;
  }

  /** A prefix that nobody else uses. */
  String newPrefix() {
    return "tests/" + prefixes.incrementAndGet() + "/";
  }

  /** How a user would name it. */
  String address(String prefix) {
    return addressWithoutTagForm(prefix) + "&tag-form=" + tagForm.name().toLowerCase(Locale.ROOT);
  }

  private String addressWithoutTagForm(String prefix) {
    return "s3://" + name + "/" + prefix + "?endpoint=" + endpoint;
  }

  S3RegisterStore open(String prefix) {
    return openAddress(address(prefix));
  }

  /** The same with the one client of this object, which closing the store leaves open. */
  RegisterStore openShared(String prefix) {
    return new ForwardingRegisterStore(
        new S3RegisterStore(client, new S3Place(name, prefix), tagForm, Encryption.OF_THE_BUCKET)) {
      @Override
      public void close() {}
    };
  }

  /** The same with a client of its own, which notes the method of each request as it goes out. */
  S3RegisterStore openNoting(String prefix, Consumer<String> sent) {
    S3ClientBuilder noting =
        S3Clients.builder(true).endpointOverride(endpoint).region(Region.US_EAST_1);
    ExecutionInterceptor note =
        new ExecutionInterceptor() {
          @Override
          public void beforeTransmission(
              Context.BeforeTransmission context, ExecutionAttributes attributes) {
            sent.accept(context.httpRequest().method().name());
          }
        };
    noting.overrideConfiguration(
        noting.overrideConfiguration().toBuilder().addExecutionInterceptor(note).build());
    return new S3RegisterStore(
        noting.build(), new S3Place(name, prefix), tagForm, Encryption.OF_THE_BUCKET);
  }

  /** Opens what {@link #address} named, in whatever process. */
  static S3RegisterStore openAddress(String address) {
    return settings(address).open();
  }

  private static S3Settings settings(String address) {
    return S3Settings.of(new S3Settings.Sourced(address, "a test"), setting -> null, Map.of());
  }

  /** Certifies it as the command does: how it wants its tags is for the certification to find. */
  Verdict verify(Extent extent) throws InterruptedException {
    return new Verification(SystemPlatform.get(), "test")
        .ofBucket(settings(addressWithoutTagForm(newPrefix())), extent, (check, done, of) -> {})
        .verdict();
  }

  /** Writes an object as another program does. */
  void put(String key, byte[] body) {
    client.putObject(put -> put.bucket(name).key(key), RequestBody.fromBytes(body));
  }

  /** Deletes an object as another program does. */
  void delete(String key) {
    client.deleteObject(delete -> delete.bucket(name).key(key));
  }
}
