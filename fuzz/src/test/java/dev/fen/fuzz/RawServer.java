package dev.fen.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers each request with the same bytes, and closes the connection. */
final class RawServer {

  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *([0-9]+)");

  private final ServerSocket socket;
  private volatile byte[] answer = {};

  private RawServer(ServerSocket socket) {
    this.socket = socket;
  }

  static RawServer start() {
    try {
      RawServer server = new RawServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
      Thread thread = new Thread(server::serve, "raw-server");
      thread.setDaemon(true);
      thread.start();
      return server;
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  /** What is answered from now on. */
  void answer(byte[] bytes) {
    answer = bytes;
  }

  private void serve() {
    while (true) {
      try (Socket connection = socket.accept()) {
        InputStream in = new BufferedInputStream(connection.getInputStream());
        Matcher length = LENGTH.matcher(head(in));
        in.skipNBytes(length.find() ? Long.parseLong(length.group(1)) : 0);
        OutputStream out = connection.getOutputStream();
        out.write(answer);
        out.flush();
      } catch (IOException goneAway) {
        // The next one may stay.
      }
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int ends = 0;
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      ends = b == '\n' ? ends + 1 : b == '\r' ? ends : 0;
      if (ends == 2) {
        break;
      }
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }
}
