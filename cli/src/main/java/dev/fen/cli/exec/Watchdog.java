package dev.fen.cli.exec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The process that ends the command if Fen is killed. It learns that from the end of a pipe; what
 * it does then is in {@code watchdog.sh}.
 */
final class Watchdog {
  private static final String SCRIPT = script();
  private static final String USUAL_PATH = "/usr/bin:/bin";

  private final Process process;
  private final OutputStream pipe;
  private volatile boolean dismissed;

  private Watchdog(Process process) {
    this.process = process;
    this.pipe = process.getOutputStream();
  }

  /**
   * Starts one.
   *
   * @param mark the environment variable that the command's processes bear
   * @param kind how to list processes, see {@link ProcessTable#kind}
   * @param ended told when it has ended without having been dismissed
   */
  static Watchdog start(String mark, Duration grace, String kind, Consumer<Watchdog> ended)
      throws IOException {
    // The script comes through the environment: in the list of processes stands a short line.
    List<String> shell =
        List.of(
            "/bin/sh",
            "-c",
            "eval \"$FEN_WATCHDOG\"",
            "fen-watchdog",
            mark,
            Long.toString(grace.toMillis() / 100),
            kind);
    Watchdog watchdog = new Watchdog(start(shell));
    Thread thread = new Thread(() -> watchdog.awaitEnd(ended), "fen-watchdog");
    thread.setDaemon(true);
    thread.start();
    return watchdog;
  }

  /**
   * In a session of its own, so that SIGKILL to Fen's whole group ({@code timeout -s KILL}) does
   * not reach it. What a JVM starts leads no group, so setsid forks nothing and the pid stays.
   */
  private static Process start(List<String> shell) throws IOException {
    List<String> inSession = new ArrayList<>(List.of("setsid"));
    inSession.addAll(shell);
    try {
      return builder(inSession).start();
    } catch (IOException e) {
      return builder(shell).start(); // there is no setsid: macOS
    }
  }

  private static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    Map<String, String> environment = builder.environment();
    // Its environment must not look like that of something which a run around this one started.
    environment.keySet().retainAll(Set.of("PATH"));
    // The command's PATH may lead to nothing that the script needs.
    environment.merge("PATH", USUAL_PATH, (given, usual) -> given + ":" + usual);
    environment.put("LC_ALL", "C");
    environment.put("FEN_WATCHDOG", SCRIPT);
    return builder;
  }

  private void awaitEnd(Consumer<Watchdog> ended) {
    try {
      process.waitFor();
      if (!dismissed) {
        ended.accept(this);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  long pid() {
    return process.pid();
  }

  /** The JVM learns of a process's end a little late; a pipe that nobody reads any more tells. */
  boolean isAlive() {
    return process.isAlive() && send("");
  }

  /** Which process to end; {@code birth} keeps it from ending another one with the same pid. */
  void watch(long commandPid, String birth) {
    say("command " + commandPid + " " + birth);
  }

  /** The command has had its SIGTERM: there is no more grace. */
  void terminated() {
    say("term");
  }

  /** All has ended; it ends too. */
  void dismiss() {
    dismissed = true;
    say("done");
    try {
      pipe.close();
    } catch (IOException e) {
      // It is gone already.
    }
  }

  private void say(String line) {
    // If it was killed, its end is an event of its own.
    boolean ignored = send(line);
  }

  private boolean send(String line) {
    try {
      // One write: a reader that is interrupted sees a whole line or none.
      pipe.write((line + "\n").getBytes(UTF_8));
      pipe.flush();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static String script() {
    try (InputStream in = Watchdog.class.getResourceAsStream("watchdog.sh")) {
      if (in == null) {
        throw new IllegalStateException("watchdog.sh is missing from the jar");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("watchdog.sh cannot be read from the jar", e);
    }
  }
}
