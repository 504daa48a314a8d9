package dev.fen.s3;

import dev.fen.testkit.Medium;
import dev.fen.testkit.Simulation;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Profile;

/** The same on a versioned bucket, where what is removed leaves a delete marker. */
class VersionedS3LockContractTest extends FakeS3LockContractTest {

  @Override
  public Medium newMedium(Simulation simulation) {
    return new S3Medium(FakeS3.start(Profile.AWS, simulation::storeMillis), true);
  }
}
