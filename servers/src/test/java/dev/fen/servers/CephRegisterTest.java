package dev.fen.servers;

@OnCeph
class CephRegisterTest extends RegisterCases {

  private static final TestBucket BUCKET = CephServer.newBucket(false);

  CephRegisterTest() {
    super(BUCKET);
  }
}
