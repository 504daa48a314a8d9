package dev.fen.s3;

import dev.fen.testkit.Medium;
import dev.fen.testkit.RemoteContract;
import dev.fen.testkit.Simulation;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Profile;

/** The contract of the locks on a bucket of a fake S3 that is as AWS documents it. */
interface FakeS3Contract extends RemoteContract {

  /** Whether the bucket keeps old versions. */
  default boolean versioned() {
    return false;
  }

  @Override
  default Medium newMedium(Simulation simulation) {
    return new S3Medium(FakeS3.start(Profile.AWS, simulation::storeMillis), versioned());
  }
}
