package dev.fen.servers;

import dev.fen.testkit.LeaseContract;

@OnCeph
class CephLeaseContractTest implements LeaseContract, ServerContract {

  private static final TestBucket BUCKET = CephServer.newBucket(false);

  @Override
  public TestBucket bucket() {
    return BUCKET;
  }
}
