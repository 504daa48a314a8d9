package dev.fen.s3;

import dev.fen.testkit.LockChild;
import java.net.URI;
import java.util.Arrays;
import java.util.List;

/** A process of its own that locks in a bucket. */
final class S3Child {

  private S3Child() {}

  public static void main(String[] args) throws Exception {
    List<String> orders = Arrays.asList(args).subList(4, args.length);
    LockChild.run(
        new S3RegisterStore(
            TestClients.of(URI.create(args[0])),
            new S3Place(args[1], args[2]),
            TagForm.valueOf(args[3]),
            Encryption.OF_THE_BUCKET),
        orders);
  }
}
