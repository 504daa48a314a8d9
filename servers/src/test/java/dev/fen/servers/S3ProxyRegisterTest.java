package dev.fen.servers;

import dev.fen.s3.TagForm;

class S3ProxyRegisterTest extends RegisterCases {

  private static final TestBucket BUCKET =
      new TestBucket(S3ProxyServer.SERIALIZED.get(), TagForm.QUOTED, false);

  S3ProxyRegisterTest() {
    super(BUCKET);
  }
}
