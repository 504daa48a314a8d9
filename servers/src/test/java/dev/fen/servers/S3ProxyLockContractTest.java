package dev.fen.servers;

import dev.fen.s3.TagForm;

class S3ProxyLockContractTest extends ServerLockContract {

  private static final TestBucket BUCKET =
      new TestBucket(S3ProxyServer.SERIALIZED.get(), TagForm.QUOTED, false);

  S3ProxyLockContractTest() {
    super(BUCKET);
  }
}
