package dev.fen.verify.stress;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Where the workers announce what they do, on loopback; see {@link RefereeLine} for the lines. */
final class Referee implements AutoCloseable {

  private final Findings findings;
  private final Judge judge;
  private final Asking asking;
  private final ServerSocket server;
  private final Map<String, Party> parties = new ConcurrentHashMap<>();

  Referee(Findings findings, Judge judge, Asking asking) throws IOException {
    this.findings = findings;
    this.judge = judge;
    this.asking = asking;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "referee");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return server.getLocalPort();
  }

  /** Whether a worker has come. */
  boolean knows(String worker) {
    return parties.containsKey(worker);
  }

  /** Tells a worker that it has worked enough. */
  void stop(String worker) {
    Party party = parties.get(worker);
    if (party != null) {
      party.say("stop");
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        start(() -> listen(socket));
      }
    } catch (IOException closed) {
      // The run is over.
    }
  }

  private void listen(Socket socket) {
    String worker = null;
    Party party = null;
    try {
      party = new Party(socket);
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ");
        if (worker == null) {
          worker = words[1];
          parties.put(worker, party);
        } else {
          take(worker, party, words, line);
        }
      }
    } catch (IOException gone) {
      // As at the end of the line.
    } finally {
      end(worker, party);
    }
  }

  private void end(@Nullable String worker, @Nullable Party party) {
    if (worker != null && party != null) {
      asking.gone(worker);
      judge.gone(party);
      party.end();
    }
  }

  private void take(String worker, Party party, String[] words, String line) {
    String work = words[1];
    if (!words[0].equals("held")) {
      judge.heard(work);
    }
    switch (words[0]) {
      case "asks" -> asking.asks(worker, work, Long.parseLong(words[2]), Long.parseLong(words[3]));
      case "asked" -> asking.asked(work, words[2]);
      case "work" -> {
        var unused =
            judge
                .announce(new Work(work, party, tokens(words[2])))
                .thenRun(() -> party.reply(work, "go"));
      }
      case "held" -> party.answered(Long.parseLong(words[2]), words[3].equals("yes"));
      case "superseded" -> judge.superseded(work, words[2], Long.parseLong(words[3]));
      case "end" -> {
        judge.ended(work);
        party.reply(work, "ok");
      }
      case "lost" -> judge.lost(work, words[2]);
      case "broken" -> findings.violation("a worker failed: " + line);
      default -> takeChange(party, words);
    }
  }

  private void takeChange(Party party, String[] words) {
    String work = words[1];
    switch (words[0]) {
      case "touch" ->
          party.reply(work, judge.touch(words[2], Long.parseLong(words[3])) ? "ok" : "refused");
      case "read" -> party.reply(work, Long.toString(judge.read(words[2])));
      case "write" ->
          party.reply(
              work,
              judge.write(work, words[2], Long.parseLong(words[3]), Long.parseLong(words[4]))
                  ? "ok"
                  : "refused");
      case "wrote" ->
          judge.wrote(
              words[2],
              new UnfencedCounter.Update(words[3], words[4], words[5]),
              Long.parseLong(words[6]));
      default -> findings.violation("the referee does not understand: " + String.join(" ", words));
    }
  }

  private static NavigableMap<String, Long> tokens(String text) {
    NavigableMap<String, Long> tokens = new TreeMap<>();
    for (String one : text.split(",")) {
      int equals = one.indexOf('=');
      tokens.put(one.substring(0, equals), Long.parseLong(one.substring(equals + 1)));
    }
    return tokens;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
