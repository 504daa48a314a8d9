package dev.fen.servers;

@OnCeph
class CephLockContractTest extends ServerLockContract {

  private static final TestBucket BUCKET = CephServer.newBucket(false);

  CephLockContractTest() {
    super(BUCKET);
  }
}
