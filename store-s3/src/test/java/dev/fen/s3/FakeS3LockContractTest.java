package dev.fen.s3;

import dev.fen.testkit.LockContract;
import dev.fen.testkit.Medium;
import dev.fen.testkit.Simulation;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Profile;
import java.time.Duration;

/** The contract of the locks on a bucket of a fake S3 that is as AWS documents it. */
class FakeS3LockContractTest extends LockContract {

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
    return new S3Medium(FakeS3.start(Profile.AWS, simulation::storeMillis), false);
  }
}
