package dev.fen.testkit.s3;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: HTTP/1.1 as far as S3 clients speak it. The JDK's own server can neither
 * reset a connection nor leave the {@code Date} to us.
 */
final class Connection {

  private static final int PIECE = 8192;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final AtomicLong bytesSent;

  Connection(Socket socket, AtomicLong bytesSent) throws IOException {
    this.socket = socket;
    this.bytesSent = bytesSent;
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
    socket.setTcpNoDelay(true);
  }

  /**
   * The next request; null at the connection's end.
   *
   * @param onHead is told of it as soon as its head is there, yet without a body
   */
  @Nullable S3Request read(Consumer<S3Request> onHead) throws IOException {
    String first = line();
    if (first == null || first.isEmpty()) {
      return null;
    }
    String[] words = first.split(" ", 3);
    if (words.length < 3 || !words[2].startsWith("HTTP/")) {
      // TLS, as a rule.
      out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      close();
      throw new IOException("it is not HTTP");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = wholeLine(); !line.isEmpty(); line = wholeLine()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
    onHead.accept(request(words[0], words[1], headers, new byte[0]));
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      close();
      throw new EOFException("its sender ended within the body");
    }
    return request(words[0], words[1], headers, body);
  }

  private String wholeLine() throws IOException {
    String line = line();
    if (line == null) {
      close();
      throw new EOFException("its sender ended within the head");
    }
    return line;
  }

  private @Nullable String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return null;
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private static S3Request request(
      String method, String target, Map<String, String> headers, byte[] body) {
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    Map<String, String> query = new LinkedHashMap<>();
    if (question >= 0) {
      for (String pair : target.substring(question + 1).split("&")) {
        int equals = pair.indexOf('=');
        query.put(
            decoded(equals < 0 ? pair : pair.substring(0, equals)),
            equals < 0 ? "" : decoded(pair.substring(equals + 1)));
      }
    }
    int slash = path.indexOf('/', 1);
    return new S3Request(
        method,
        decoded(slash < 0 ? path.substring(1) : path.substring(1, slash)),
        slash < 0 ? "" : decoded(path.substring(slash + 1).replace("+", "%2B")),
        query,
        headers,
        body);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  void answer(S3Response response, boolean withBody) throws IOException {
    if (response.body().length <= PIECE) {
      write(bytes(response, withBody));
    } else {
      // Not copied: it may be a gigabyte.
      write(bytes(response, false));
      if (withBody) {
        write(response.body());
      }
    }
    out.flush();
  }

  private void write(byte[] bytes) throws IOException {
    for (int from = 0; from < bytes.length; from += PIECE) {
      int length = Math.min(PIECE, bytes.length - from);
      out.write(bytes, from, length);
      bytesSent.addAndGet(length);
    }
  }

  /** The first bytes of an answer, then the connection's end. */
  void answerHalf(S3Response response) throws IOException {
    answerPart(response, 12);
  }

  /** As far as the middle of the tag; of the head where there is none. */
  void answerWithCutHead(S3Response response) throws IOException {
    String head = new String(bytes(response, false), StandardCharsets.ISO_8859_1);
    int tag = head.indexOf("ETag: ");
    answerPart(response, tag < 0 ? head.length() / 2 : tag + 10);
  }

  /** The head and half of the body. */
  void answerWithCutBody(S3Response response) throws IOException {
    answerPart(response, bytes(response, false).length + response.body().length / 2);
  }

  private void answerPart(S3Response response, int length) throws IOException {
    out.write(bytes(response, true), 0, length);
    out.flush();
    close();
  }

  void answerSlowly(S3Response response) throws IOException, InterruptedException {
    writeSlowly(bytes(response, true), 0);
  }

  void answerWithSlowBody(S3Response response) throws IOException, InterruptedException {
    byte[] all = bytes(response, true);
    int head = all.length - response.body().length;
    out.write(all, 0, head);
    writeSlowly(all, head);
  }

  private void writeSlowly(byte[] bytes, int from) throws IOException, InterruptedException {
    for (byte b : Arrays.copyOfRange(bytes, from, bytes.length)) {
      out.write(b);
      out.flush();
      Thread.sleep(500);
    }
  }

  private static byte[] bytes(S3Response response, boolean withBody) {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + response.status() + " Status\r\n");
    response.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    if (response.status() != 304 && response.status() != 204) {
      head.append("Content-Length: " + response.body().length + "\r\n");
    }
    head.append("\r\n");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
    if (withBody) {
      all.writeBytes(response.body());
    }
    return all.toByteArray();
  }

  /** Ends the connection so that the other side notices at once. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    close();
  }

  void close() throws IOException {
    socket.close();
  }
}
