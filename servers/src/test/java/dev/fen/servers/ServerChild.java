package dev.fen.servers;

import dev.fen.testkit.LockChild;
import java.util.Arrays;

/** A process of its own that locks in the bucket that its first argument names. */
final class ServerChild {

  private ServerChild() {}

  public static void main(String[] args) throws Exception {
    LockChild.run(TestBucket.openAddress(args[0]), Arrays.asList(args).subList(1, args.length));
  }
}
