package dev.fen.s3;

/**
 * Where in S3 a datastore is.
 *
 * @param bucket the bucket
 * @param prefix what all keys begin with: empty, or ending with a slash
 * @param query what else its address says behind the question mark, without secrets; may be empty
 */
public record S3Place(String bucket, String prefix, String query) {

  /**
   * A place that is reached as the environment says.
   *
   * @param bucket the bucket
   * @param prefix what all keys begin with: empty, or ending with a slash
   */
  public S3Place(String bucket, String prefix) {
    this(bucket, prefix, "");
  }

  /**
   * Its address in full.
   *
   * @return what an operator writes to name it
   */
  @Override
  public String toString() {
    return "s3://"
        + bucket
        + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1))
        + (query.isEmpty() ? "" : "?" + query);
  }
}
