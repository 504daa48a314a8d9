package dev.fen.testkit.s3;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** One answer: a status, headers and a body. */
@SuppressWarnings("ArrayRecordComponent") // Bytes that are handed through, never compared.
record S3Response(int status, Map<String, String> headers, byte[] body) {

  static S3Response of(int status) {
    return new S3Response(status, new LinkedHashMap<>(), new byte[0]);
  }

  static S3Response xml(int status, String body) {
    return new S3Response(
            status,
            new LinkedHashMap<>(),
            ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + body)
                .getBytes(StandardCharsets.UTF_8))
        .with("Content-Type", "application/xml");
  }

  static S3Response error(int status, String code, String message) {
    return xml(
        status,
        "<Error><Code>"
            + code
            + "</Code><Message>"
            + escape(message)
            + "</Message><RequestId>0</RequestId></Error>");
  }

  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  S3Response with(String name, String value) {
    headers.put(name, value);
    return this;
  }

  S3Response copy() {
    return new S3Response(status, new LinkedHashMap<>(headers), body);
  }

  S3Response withBody(byte[] bytes) {
    return new S3Response(status, headers, bytes);
  }
}
