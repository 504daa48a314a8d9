package dev.fen.verify.stress;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;

/**
 * Stands between clients and an HTTP server and spoils some of their requests. It reads no more of
 * HTTP than where a request and where an answer begins: clients send the next request when they
 * have the last answer.
 */
final class FaultProxy implements AutoCloseable {

  /** What becomes of a request. */
  private enum Fate {
    GOOD,
    /** Passed on later; by then the client may have given up. */
    LATE,
    /** The connection is reset, and nothing was passed on. */
    RESET,
    /** Passed on, and the connection is reset when the answer comes. */
    ANSWER_LOST,
    /** Passed on; the connection ends within the answer, in its head or its body. */
    HALF_ANSWER,
    /** Passed on; the answer comes later. */
    LATE_ANSWER,
    /** Neither passed on nor answered. */
    SILENCE
  }

  private final ServerSocket listener;
  private final URI upstream;
  private final Random random;
  private final Findings findings;
  private volatile boolean healed;

  private FaultProxy(URI upstream, Random random, Findings findings) throws IOException {
    this.listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    this.upstream = upstream;
    this.random = random;
    this.findings = findings;
  }

  /** Starts one on a free port of loopback. */
  static FaultProxy start(URI upstream, Random random, Findings findings) throws IOException {
    FaultProxy proxy = new FaultProxy(upstream, new Random(random.nextLong()), findings);
    run(proxy::accept);
    return proxy;
  }

  private static void run(Runnable work) {
    Thread thread = new Thread(work, "fault-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** From now on everything is passed on. */
  void heal() {
    healed = true;
  }

  private Fate draw() {
    findings.count("requests");
    int drawn = random.nextInt(100);
    Fate fate =
        healed || drawn >= 10
            ? Fate.GOOD
            : drawn < 3
                ? Fate.LATE
                : drawn < 5
                    ? Fate.RESET
                    : drawn < 7
                        ? Fate.ANSWER_LOST
                        : drawn < 8
                            ? Fate.HALF_ANSWER
                            : drawn < 9 ? Fate.LATE_ANSWER : Fate.SILENCE;
    if (fate != Fate.GOOD) {
      findings.count("fault: " + fate.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }
    return fate;
  }

  /** Mostly a moment, sometimes longer than a lease. */
  private long delayMillis() {
    return random.nextInt(3) > 0 ? 50 + random.nextInt(450) : 1_000 + random.nextInt(5_000);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        run(() -> connect(client));
      }
    } catch (IOException closed) {
      // The run is over.
    }
  }

  private void connect(Socket client) {
    try {
      Socket server = new Socket(upstream.getHost(), upstream.getPort());
      server.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
      Relay relay = new Relay(client, server);
      run(relay::passAnswers);
      relay.passRequests();
    } catch (IOException failed) {
      close(client);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException gone) {
      // Nothing is left to be done.
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException gone) {
      // As above.
    }
  }

  /** One connection and the one behind it. */
  private final class Relay {

    private final Socket client;
    private final Socket server;
    private volatile Fate fate = Fate.GOOD;
    private volatile boolean answered = true;

    Relay(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void passRequests() {
      byte[] piece = new byte[65_536];
      try {
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        for (int length = in.read(piece); length > 0; length = in.read(piece)) {
          if (answered && begins(piece, length, "GET ", "PUT ", "HEAD ", "DELETE ", "POST ")) {
            answered = false;
            fate = draw();
            if (fate == Fate.LATE) {
              Thread.sleep(delayMillis());
            } else if (fate == Fate.RESET) {
              reset();
              return;
            }
          }
          if (fate != Fate.SILENCE) {
            out.write(piece, 0, length);
            out.flush();
          }
        }
        server.shutdownOutput();
      } catch (IOException ended) {
        close(server);
        close(client);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }

    void passAnswers() {
      byte[] piece = new byte[65_536];
      try {
        InputStream in = server.getInputStream();
        for (int length = in.read(piece); length > 0; length = in.read(piece)) {
          boolean first = !answered && !begins(piece, length, "HTTP/1.1 100");
          // Before it is passed on: the next request may follow at once.
          answered = answered || first;
          if (first && fate == Fate.ANSWER_LOST) {
            reset();
            return;
          }
          if (first && fate == Fate.LATE_ANSWER) {
            Thread.sleep(delayMillis());
          }
          boolean half = first && fate == Fate.HALF_ANSWER;
          client.getOutputStream().write(piece, 0, half ? 1 + random.nextInt(length) : length);
          if (half) {
            break;
          }
        }
      } catch (IOException ended) {
        // As at its end.
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      } finally {
        close(client);
        close(server);
      }
    }

    private void reset() throws IOException {
      client.setSoLinger(true, 0);
      close(client);
      close(server);
    }
  }

  private static boolean begins(byte[] piece, int length, String... words) {
    String start = new String(piece, 0, Math.min(length, 16), StandardCharsets.ISO_8859_1);
    for (String word : words) {
      if (start.startsWith(word)) {
        return true;
      }
    }
    return false;
  }
}
