package dev.fen.testkit.s3;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request that came in.
 *
 * @param method such as {@code PUT}
 * @param bucket the bucket
 * @param key the object's key; empty for requests on the bucket
 * @param query the decoded parameters after the question mark
 * @param headers the headers, their names in lower case
 * @param body what was sent
 */
@SuppressWarnings("ArrayRecordComponent") // Bytes that are handed through, never compared.
public record S3Request(
    String method,
    String bucket,
    String key,
    Map<String, String> query,
    Map<String, String> headers,
    byte[] body) {

  /**
   * One header.
   *
   * @param name its name in lower case
   * @return its value, or null if it was not sent
   */
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /**
   * Whether this is a write under a condition.
   *
   * @return whether it is
   */
  public boolean isConditionalWrite() {
    return method.equals("PUT")
        && (headers.containsKey("if-match") || headers.containsKey("if-none-match"));
  }

  /** The same write, whatever is there. */
  S3Request withoutCondition() {
    Map<String, String> others = new LinkedHashMap<>(headers);
    others.keySet().removeAll(List.of("if-match", "if-none-match"));
    return new S3Request(method, bucket, key, query, others, body);
  }

  @Override
  public String toString() {
    String condition =
        headers.containsKey("if-match")
            ? " If-Match: " + headers.get("if-match")
            : headers.containsKey("if-none-match")
                ? " If-None-Match: " + headers.get("if-none-match")
                : "";
    return method + " /" + bucket + "/" + key + (query.isEmpty() ? "" : " " + query) + condition;
  }
}
