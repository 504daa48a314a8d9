package dev.fen.servers;

import dev.fen.testkit.Medium;
import dev.fen.testkit.RemoteLockContract;
import dev.fen.testkit.Simulation;

/** The contract of the locks in a bucket of a real server. */
abstract class ServerLockContract extends RemoteLockContract {

  private final TestBucket bucket;

  ServerLockContract(TestBucket bucket) {
    this.bucket = bucket;
  }

  @Override
  public Medium newMedium(Simulation simulation) {
    return new ServerMedium(bucket, simulation);
  }
}
