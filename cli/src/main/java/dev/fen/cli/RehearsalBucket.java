package dev.fen.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the rehearsal talks to in place of S3: one object on loopback that is there after the first
 * write, whatever its key. Checks no condition, and serves one connection after the other.
 */
final class RehearsalBucket implements AutoCloseable {

  /** The first byte of who speaks TLS. */
  private static final int HANDSHAKE = 0x16;

  /** The alert handshake_failure: who gets it does not try again. */
  private static final byte[] NO_TLS = {0x15, 3, 3, 0, 2, 2, 40};

  private static final String DATES =
      "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n";

  private final ServerSocket server;
  private byte @Nullable [] object;
  private int writes;

  RehearsalBucket() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::serve, "rehearsal-bucket");
    thread.setDaemon(true);
    thread.start();
  }

  /** Its address as a datastore. */
  String address(String scheme) {
    return "s3://rehearsal?endpoint=" + scheme + "://127.0.0.1:" + server.getLocalPort();
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept();
          InputStream in = new BufferedInputStream(socket.getInputStream());
          OutputStream out = socket.getOutputStream()) {
        out.write(answer(in));
      } catch (IOException next) {
        // The client went away.
      }
    }
  }

  private byte[] answer(InputStream in) throws IOException {
    in.mark(1);
    if (in.read() == HANDSHAKE) {
      return NO_TLS;
    }
    in.reset();
    String request = line(in);
    int length = 0;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring("content-length:".length()).strip());
      }
    }
    byte[] body = in.readNBytes(length);
    if (request.startsWith("PUT ")) {
      object = body;
      writes++;
      return response("200 OK", new byte[0]);
    }
    if (!request.startsWith("GET ")) {
      throw new IOException("it is not HTTP");
    }
    if (request.contains("list-type=2")) {
      return response("200 OK", bytes(listing()));
    }
    return object == null
        ? response("404 Not Found", bytes("<Error><Code>NoSuchKey</Code></Error>"))
        : response("200 OK", object);
  }

  private String listing() {
    return "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>locks/named/one.lock</Key>"
        + "<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;"
        + writes
        + "&quot;</ETag></Contents></ListBucketResult>";
  }

  private byte[] response(String status, byte[] body) {
    byte[] head =
        bytes(
            "HTTP/1.1 "
                + status
                + "\r\nETag: \""
                + writes
                + "\"\r\nConnection: close\r\n"
                + DATES
                + "Content-Length: "
                + body.length
                + "\r\n\r\n");
    byte[] all = new byte[head.length + body.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0 || line.length() > 10_000) {
        throw new IOException("it is not HTTP");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
