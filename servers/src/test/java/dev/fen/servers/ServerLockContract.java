package dev.fen.servers;

import dev.fen.testkit.LockContract;
import dev.fen.testkit.Medium;
import dev.fen.testkit.Simulation;
import java.time.Duration;

/** The contract of the locks in a bucket of a real server. */
abstract class ServerLockContract extends LockContract {

  private final TestBucket bucket;

  ServerLockContract(TestBucket bucket) {
    this.bucket = bucket;
  }

  /** Each request is a real one here; the orders of events are tried out in memory. */
  @Override
  public int seeds() {
    return 1;
  }

  @Override
  public Duration forEver() {
    return Duration.ofMinutes(100);
  }

  @Override
  public Medium newMedium(Simulation simulation) {
    return new ServerMedium(bucket, simulation);
  }
}
