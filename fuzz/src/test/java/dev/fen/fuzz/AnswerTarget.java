package dev.fen.fuzz;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.s3.Encryption;
import dev.fen.s3.S3Clients;
import dev.fen.s3.S3Place;
import dev.fen.s3.S3RegisterStore;
import dev.fen.s3.TagForm;
import java.net.URI;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/** Any bytes as what a store of S3 answers, head and body. */
public final class AnswerTarget {

  static final int RUNS = 300;

  private static final RegisterKey KEY = new RegisterKey("locks/named/a.lock");
  private static final String SECRET = "wJalrXUtnFEMI";
  private static final RawServer SERVER = RawServer.start();
  private static final S3RegisterStore STORE = store();

  private AnswerTarget() {}

  private static S3RegisterStore store() {
    return new S3RegisterStore(
        S3Clients.builder(true)
            .endpointOverride(URI.create("http://127.0.0.1:" + SERVER.port()))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("tester", SECRET)))
            .build(),
        new S3Place("bucket", "prefix/"),
        TagForm.QUOTED,
        Encryption.OF_THE_BUCKET);
  }

  /** The first calls load the SDK, which takes seconds on a busy machine. */
  public static void fuzzerInitialize() {
    ReadResult read = STORE.read(KEY);
    ListResult listed = STORE.list("");
    check(read instanceof ReadResult.Unknown unknown ? unknown.failure() : null);
    check(listed instanceof ListResult.Unknown unknown ? unknown.failure() : null);
  }

  public static void fuzzerTestOneInput(byte[] data) {
    SERVER.answer(data);
    ReadResult read = inTime(() -> STORE.read(KEY));
    check(read instanceof ReadResult.Unknown unknown ? unknown.failure() : null);
    if (read instanceof ReadResult.Present present) {
      ReadResult again = inTime(() -> STORE.readAgain(KEY, present));
      check(again instanceof ReadResult.Unknown unknown ? unknown.failure() : null);
    }
    check(failureOf(inTime(() -> STORE.create(KEY, "body"))));
    check(failureOf(inTime(() -> STORE.replace(KEY, new Version("\"tag\""), "body"))));
    ListResult listed = inTime(() -> STORE.list("locks/"));
    check(listed instanceof ListResult.Unknown unknown ? unknown.failure() : null);
  }

  private static <T> T inTime(Supplier<T> call) {
    long start = System.nanoTime();
    T result = call.get();
    long millis = (System.nanoTime() - start) / 1_000_000;
    // The limit of a request, and a machine that does other things as well.
    Checks.require(millis < 20_000, "answered late", millis);
    return result;
  }

  private static @Nullable StoreFailure failureOf(WriteResult result) {
    if (result instanceof WriteResult.NotApplied notApplied) {
      return notApplied.failure();
    }
    return result instanceof WriteResult.Unknown unknown ? unknown.failure() : null;
  }

  private static void check(@Nullable StoreFailure failure) {
    if (failure != null) {
      Checks.printable(failure.message());
      Checks.require(!failure.message().contains(SECRET), "a secret is told", failure.message());
    }
  }
}
