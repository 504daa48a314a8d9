package dev.fen.s3;

import dev.fen.testkit.Medium;
import dev.fen.testkit.RemoteLockContract;
import dev.fen.testkit.Simulation;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Profile;
import org.junit.jupiter.api.Tag;

/** The contract of the locks on a bucket of a fake S3 that is as AWS documents it. */
@Tag("jdk-independent")
class FakeS3LockContractTest extends RemoteLockContract {

  @Override
  public Medium newMedium(Simulation simulation) {
    return new S3Medium(FakeS3.start(Profile.AWS, simulation::storeMillis), false);
  }
}
