package dev.fen.testkit.s3;

/** Which store's ways a {@link FakeS3} has. */
public enum Profile {
  /** As AWS documents S3 for general-purpose buckets. */
  AWS,
  /**
   * As Ceph's gateway 16.2 was measured: a tag in {@code If-Match} counts only without its quotes,
   * a replace of an absent key answers 412, some losers of a race get a 500, and on a versioned
   * bucket conditions do not work.
   */
  CEPH16,
  /** As AWS, but a write of a key less than a second after the last one is answered 429. */
  ONE_WRITE_PER_SECOND,
  /** Takes every write, whatever its condition. */
  IGNORES_CONDITIONS,
  /** Checks the condition of a write and writes, in two steps that another request may part. */
  RACES,
  /** Checks the condition of a write when its head has come, and writes when its body has. */
  CHECKS_HEADS
}
