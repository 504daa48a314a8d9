package dev.fen.s3;

/** The same on a versioned bucket, where what is removed leaves a delete marker. */
interface VersionedS3Contract extends FakeS3Contract {

  @Override
  default boolean versioned() {
    return true;
  }
}
