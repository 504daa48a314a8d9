package dev.fen.s3;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Which server-side encryption to ask for.
 *
 * @param algorithm such as {@code AES256} or {@code aws:kms}; null leaves it to the bucket, or is
 *     {@code aws:kms} where a key is named: S3 takes no key without it
 * @param kmsKeyId which key, with {@code aws:kms}; null leaves it to the bucket
 */
public record Encryption(@Nullable String algorithm, @Nullable String kmsKeyId) {

  /** Whatever the bucket's default is. */
  public static final Encryption OF_THE_BUCKET = new Encryption(null, null);

  /**
   * What to ask for.
   *
   * @param algorithm the algorithm, or null
   * @param kmsKeyId the key, or null
   */
  public Encryption {
    if (algorithm == null && kmsKeyId != null) {
      algorithm = "aws:kms";
    }
  }

  void applyTo(PutObjectRequest.Builder request) {
    if (algorithm != null) {
      request.serverSideEncryption(algorithm);
    }
    if (kmsKeyId != null) {
      request.ssekmsKeyId(kmsKeyId);
    }
  }
}
