package dev.fen.servers;

import dev.fen.s3.TagForm;
import dev.fen.testkit.ModelLocksContract;

class S3ProxyModelLocksContractTest implements ModelLocksContract, ServerContract {

  private static final TestBucket BUCKET =
      new TestBucket(S3ProxyServer.SERIALIZED.get(), TagForm.QUOTED, false);

  @Override
  public TestBucket bucket() {
    return BUCKET;
  }
}
