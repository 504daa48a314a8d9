package dev.fen.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Good inputs, from which the engine makes bad ones. */
final class Seeds {

  private static final String RECORD =
      """
      {"format":1,"state":"held","token":7,"nonce":"0123456789abcdef0123456789abcdef","revision":3,\
      "holder":"ada@host","host":"host","pid":42,"process":"boot/1,2/99",\
      "companions":[{"pid":43,"process":"boot/1,2/100"}],"operation":"test","link":"https://ci/1",\
      "clean":true,"acquiredAt":"2026-03-26T12:00:00.000Z","renewedAt":"2026-03-26T12:00:10.000Z","ttlMs":30000}""";

  private static final String ERROR =
      "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>text</Message><RequestId>1</RequestId></Error>";

  private static final String LISTED =
      """
      <?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>\
      <Contents><Key>prefix/locks/named/a.lock</Key><ETag>"tag"</ETag><Size>3</Size>\
      <LastModified>2026-03-26T12:00:00.000Z</LastModified></Contents></ListBucketResult>""";

  private static final Map<Class<?>, List<String>> OF =
      Map.of(
          RecordTarget.class,
          List.of(
              RECORD,
              RECORD.replace("\"held\"", "\"released\"").replace("renewedAt", "releasedAt"),
              RECORD.replace("}]", "}],\"releasedBy\":\"eve@host\""),
              RECORD.replace("\"format\":1", "\"format\":2")),
          NameTarget.class,
          List.of("a", "@acme/host/kernel/web-1", "con", "ä/ß", "locks/named/a.lock", "A/../b"),
          ClaimsTarget.class,
          List.of(
              "[{\"in\":\"/a\",\"locks\":[{\"key\":\"locks/named/a.lock\",\"nonce\":\"n\",\"token\":7}]}]"),
          SettingsTarget.class,
          // A text ends with a backslash; what is chosen is taken from the end.
          List.of(
              "//bucket/prefix?region=eu-central-1&endpoint=http://127.0.0.1:9000",
              "//bucket\\.[default]\nregion = eu-central-1\n[profile a]\nendpoint_url = http://localhost\n\n\n",
              "//bucket/prefix\\.[default]\nservices = b\n[services b]\ns3 =\n  endpoint_url = x\n\n\n",
              // What once was found.
              "//b\u0000cket",
              "//bucket?path-style=%00",
              "//bucket\\.[\r]\n\n\n"),
          ConfigurationTarget.class,
          List.of(
              "wait: 5m\nttl: 30s\nnamespace: a\n",
              "s3-region: eu-central-1\ns3-one-write-per-second: true\n",
              "a: &a [*a, {b: !!binary x}]\n---\n? b\n: |\n  c\n",
              // What once was found.
              "% ",
              "\"a\\e[2Jb\": c\n"),
          AnswerTarget.class,
          List.of(
              answer(
                  "200 OK",
                  "ETag: \"tag\"\r\nLast-Modified: Thu, 26 Mar 2026 12:00:00 GMT\r\n",
                  "abc"),
              answer("304 Not Modified", "ETag: \"tag\"\r\n", ""),
              answer("301 Moved Permanently", "x-amz-bucket-region: eu-west-1\r\n", ERROR),
              answer("403 Forbidden", "", ERROR.formatted("RequestTimeTooSkewed")),
              answer("404 Not Found", "", ERROR.formatted("NoSuchKey")),
              answer("409 Conflict", "", ERROR.formatted("ConditionalRequestConflict")),
              answer("412 Precondition Failed", "", ERROR.formatted("PreconditionFailed")),
              answer("503 Slow Down", "Retry-After: 1\r\n", ERROR.formatted("SlowDown")),
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: \"t\"\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
              answer("200 OK", "Content-Type: application/xml\r\n", LISTED),
              // What once was found.
              answer("200 OK", "", LISTED.replaceAll("<ETag>.*</ETag>", "")),
              answer("200 OK", "", LISTED.replaceAll("<Key>.*</Key>", "")),
              answer("200 OK", "", LISTED.replace("prefix/", "p")),
              answer(
                  "200 OK",
                  "",
                  LISTED.replace(
                      "<IsTruncated>false",
                      "<NextContinuationToken>a</NextContinuationToken><IsTruncated>true")),
              answer("403 Forbidden", "", ERROR.formatted("a&#9;b\u009bc")),
              "garbage",
              "HTTP/1.1 ?304 Not Modified\r\n\r\n",
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"));

  private Seeds() {}

  static List<byte[]> of(Class<?> target) {
    return OF.getOrDefault(target, List.of()).stream()
        .map(seed -> seed.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private static String answer(String status, String headers, String body) {
    return "HTTP/1.1 "
        + status
        + "\r\nDate: Thu, 26 Mar 2026 12:00:00 GMT\r\n"
        + headers
        + "Content-Length: "
        + body.getBytes(StandardCharsets.UTF_8).length
        + "\r\n\r\n"
        + body;
  }
}
