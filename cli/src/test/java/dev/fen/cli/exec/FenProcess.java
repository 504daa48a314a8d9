package dev.fen.cli.exec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fen.cli.e2e.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A real Fen process, the leader of a session and process group of its own. */
final class FenProcess implements AutoCloseable {
  /** How long a test waits for what must happen; nothing waits that long unless it fails. */
  static final Duration BOUND = Duration.ofSeconds(60);

  private final Path folder;
  private final Process process;
  private final boolean foreignPids;

  private FenProcess(Path folder, Process process, boolean foreignPids) {
    this.folder = folder;
    this.process = process;
    this.foreignPids = foreignPids;
  }

  static FenProcess start(Path folder, String... command) {
    return new Builder(folder).start(command);
  }

  /** How Fen is to be started. */
  static final class Builder {
    private final Path folder;
    private final List<String> wrapper = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private Redirect stdin = Redirect.PIPE;
    private boolean foreignPids;

    Builder(Path folder) {
      this.folder = folder;
    }

    Builder grace(Duration grace) {
      options.add("-Dgrace=" + grace.toMillis());
      return this;
    }

    Builder option(String option) {
      options.add(option);
      return this;
    }

    /** Commands to start Fen through, like nohup. */
    Builder through(String... words) {
      wrapper.addAll(List.of(words));
      return this;
    }

    Builder stdin(Path file) {
      stdin = Redirect.from(file.toFile());
      return this;
    }

    /** Fen gets a pid namespace of its own: the pids it tells mean nothing here. */
    Builder foreignPids() {
      foreignPids = true;
      return this;
    }

    private List<String> line(String... command) {
      // Whoever runs the tests may ignore signals; Fen must not inherit that.
      List<String> line =
          new ArrayList<>(List.of("env", "--default-signal=INT,HUP,TERM,QUIT,PIPE", "setsid"));
      line.addAll(wrapper);
      line.addAll(java(command));
      return line;
    }

    /** The JVM alone. */
    List<String> java(String... command) {
      List<String> line = ChildJvm.words();
      line.addAll(options);
      line.add(ExecMain.class.getName());
      line.add(folder.toString());
      line.addAll(List.of(command));
      return line;
    }

    FenProcess start(String... command) {
      try {
        Files.writeString(folder.resolve("log"), "");
        ProcessBuilder builder = new ProcessBuilder(line(command)).redirectInput(stdin);
        builder.environment().put("LOG", folder.resolve("log").toString());
        builder.environment().put("STOP", folder.resolve("stop").toString());
        builder.redirectError(folder.resolve("stderr").toFile());
        return new FenProcess(folder, builder.start(), foreignPids);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  long pid() {
    return process.pid();
  }

  /** The pid of the command, once it runs. */
  long commandPid() {
    return Long.parseLong(await("started"));
  }

  long watchdogPid() {
    return Long.parseLong(await("prepared"));
  }

  /** The content of a file that Fen or the command writes at some time. */
  String await(String name) {
    Path file = folder.resolve(name);
    until("the file " + name, () -> Files.exists(file));
    return read(name);
  }

  /** Waits until the command has written a line to $LOG. */
  void awaitLog(String line) {
    until("the line " + line + " in " + log(), () -> log().contains(line));
  }

  List<String> log() {
    return read("log").lines().toList();
  }

  String stderr() {
    return read("stderr");
  }

  void awaitStderr(String text) {
    until(text + " on stderr: " + stderr(), () -> stderr().contains(text));
  }

  private String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a signal to Fen alone. */
  void signal(String signal) {
    kill(signal, pid());
  }

  /** Sends a signal to Fen's process group, as the terminal does on Ctrl-C. */
  void signalGroup(String signal) {
    kill(signal, -pid());
  }

  /** Tells a command that looks for $STOP to end. */
  void stop() {
    try {
      Files.createFile(folder.resolve("stop"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Process process() {
    return process;
  }

  /** All that came on stdout, until its last writer is gone. */
  String stdout() {
    try {
      return new String(process.getInputStream().readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int exitCode() {
    try {
      if (!process.waitFor(BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("fen did not end; it said: " + stderr());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  String outcome() {
    return await("outcome");
  }

  boolean exists(String name) {
    return Files.exists(folder.resolve(name));
  }

  static void kill(String signal, long pid) {
    try {
      int code =
          new ProcessBuilder("kill", "-s", signal, "--", Long.toString(pid)).start().waitFor();
      if (code != 0) {
        throw new AssertionError("kill -s " + signal + " " + pid + ": " + code);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Neither running nor a zombie that its new parent has not got round to. */
  static boolean alive(long pid) {
    return state(pid) != null && !"Z".equals(state(pid));
  }

  private static @Nullable String state(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    } catch (IOException e) {
      return null;
    }
  }

  static void untilEnded(long pid) {
    until("the end of " + pid, () -> !alive(pid));
  }

  static void until(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > BOUND.toNanos()) {
        throw new AssertionError("waited in vain for " + what);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /** Leaves nothing behind, whatever the test came to. */
  @Override
  public void close() {
    if (!exists("stop")) {
      stop();
    }
    process.destroyForcibly();
    if (foreignPids) {
      return;
    }
    if (exists("prepared")) {
      untilEnded(watchdogPid());
    }
    if (exists("replaced")) {
      untilEnded(Long.parseLong(await("replaced")));
    }
  }
}
