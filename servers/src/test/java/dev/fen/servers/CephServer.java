package dev.fen.servers;

import dev.fen.s3.TagForm;
import java.net.URI;

/** Ceph's gateway 16.2, started by somebody else. */
final class CephServer {

  static final String VARIABLE = "FEN_TEST_CEPH";

  private CephServer() {}

  /** It compares {@code If-Match} with the tag without its quotes. */
  static TestBucket newBucket(boolean versioned) {
    return new TestBucket(URI.create(System.getenv(VARIABLE)), TagForm.UNQUOTED, versioned);
  }
}
