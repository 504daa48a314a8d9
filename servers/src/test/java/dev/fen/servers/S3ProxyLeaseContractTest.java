package dev.fen.servers;

import dev.fen.s3.TagForm;
import dev.fen.testkit.LeaseContract;

class S3ProxyLeaseContractTest implements LeaseContract, ServerContract {

  private static final TestBucket BUCKET =
      new TestBucket(S3ProxyServer.SERIALIZED.get(), TagForm.QUOTED, false);

  @Override
  public TestBucket bucket() {
    return BUCKET;
  }
}
