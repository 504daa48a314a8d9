package dev.fen.s3;

/**
 * Where in S3 a datastore is.
 *
 * @param bucket the bucket
 * @param prefix what all keys begin with: empty, or ending with a slash
 */
public record S3Place(String bucket, String prefix) {

  @Override
  public String toString() {
    return "s3://"
        + bucket
        + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1));
  }
}
