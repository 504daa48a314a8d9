package dev.fen.servers;

import dev.fen.testkit.ModelLocksContract;

@OnCeph
class CephModelLocksContractTest implements ModelLocksContract, ServerContract {

  private static final TestBucket BUCKET = CephServer.newBucket(false);

  @Override
  public TestBucket bucket() {
    return BUCKET;
  }
}
