package dev.fen.verify.stress;

import dev.fen.lock.LockLostException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A worker's line to the referee. Each line is a verb, the work's name, and more words; the referee
 * answers {@code reply <work> <text>}, asks {@code held? <work> <number>}, and ends with {@code
 * stop}.
 */
final class RefereeLine {

  private final Socket socket;
  private final OutputStream out;
  private final Map<String, CompletableFuture<String>> awaited = new ConcurrentHashMap<>();
  private final Map<String, Holding> held = new ConcurrentHashMap<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final ExecutorService answering =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "answering");
            thread.setDaemon(true);
            return thread;
          });

  RefereeLine(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    out = socket.getOutputStream();
  }

  /** Begins to listen; the end of the line is the end of this process. */
  void open() {
    answering.execute(this::read);
  }

  /** Waits until the referee says stop. */
  void awaitStop() throws InterruptedException {
    stop.await();
  }

  private void read() {
    try {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ", 3);
        switch (words[0]) {
          case "reply" -> {
            CompletableFuture<String> reply = awaited.remove(words[1]);
            if (reply != null) {
              reply.complete(words[2]);
            }
          }
          case "held?" -> answering.execute(() -> answer(words[1], words[2]));
          default -> stop.countDown();
        }
      }
    } catch (IOException gone) {
      // As at the end of the line.
    }
    Runtime.getRuntime().halt(3);
  }

  private void answer(String work, String number) {
    Holding holding = held.get(work);
    boolean holds = false;
    if (holding != null) {
      try {
        holding.ensureHeld();
        holds = true;
      } catch (LockLostException | IllegalStateException ended) {
        // It holds no longer.
      }
    }
    say("held " + work + " " + number + " " + (holds ? "yes" : "no"));
  }

  /** Answers for the work from now on. */
  void begin(String work, Holding holding) {
    held.put(work, holding);
  }

  void finish(String work) {
    held.remove(work);
  }

  void say(String line) {
    synchronized (out) {
      try {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
      } catch (IOException gone) {
        Runtime.getRuntime().halt(3);
      }
    }
  }

  /** Says something about a work and waits for the reply, also when interrupted. */
  String ask(String verb, String work, String rest) {
    CompletableFuture<String> reply = new CompletableFuture<>();
    awaited.put(work, reply);
    say(verb + " " + work + " " + rest);
    return reply.join();
  }
}
