package dev.fen.verify.stress;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The referee's side of one worker's line. */
final class Party implements Witness {

  private final Socket socket;
  private final OutputStream out;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, CompletableFuture<Boolean>> asked = new ConcurrentHashMap<>();
  private volatile boolean gone;

  Party(Socket socket) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
  }

  @Override
  public CompletableFuture<Boolean> stillHolds(Work work) {
    long number = numbers.incrementAndGet();
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    asked.put(number, answer);
    say("held? " + work.id() + " " + number);
    if (gone) {
      answer.complete(false);
    }
    return answer;
  }

  void answered(long number, boolean holds) {
    CompletableFuture<Boolean> answer = asked.remove(number);
    if (answer != null) {
      answer.complete(holds);
    }
  }

  void reply(String work, String text) {
    say("reply " + work + " " + text);
  }

  void say(String line) {
    try {
      synchronized (out) {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (IOException ended) {
      // Its reader notices.
    }
  }

  /** Its process has ended. */
  void end() {
    gone = true;
    asked.values().forEach(answer -> answer.complete(false));
    try {
      socket.close();
    } catch (IOException unheard) {
      // It is gone either way.
    }
  }
}
