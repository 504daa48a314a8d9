package dev.fen.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real process with a JVM of its own on the class path of the tests. */
final class ChildProcess implements AutoCloseable {

  private final Process process;
  private final BufferedReader output;
  private final Writer input;
  private final List<String> lines = new ArrayList<>();

  private ChildProcess(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
  }

  /**
   * Starts the main method of a class.
   *
   * @param options of the JVM
   * @param program the class and its arguments
   */
  static ChildProcess start(List<String> options, List<String> program) throws IOException {
    return start(List.of(), classPath(), options, program);
  }

  /**
   * As {@link #start(List, List)}, by way of another program.
   *
   * @param before a command that runs the one that follows it, such as setpriv
   * @param classPath for the new process
   */
  static ChildProcess start(
      List<String> before, String classPath, List<String> options, List<String> program)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath));
    command.addAll(program);
    return new ChildProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** The next line it prints, or null at its end. */
  @Nullable String line() throws IOException {
    String line = output.readLine();
    if (line != null) {
      lines.add(line);
    }
    return line;
  }

  /** Reads on until it prints a line that begins so. */
  void awaitLine(String start) throws IOException {
    String line = line();
    while (line != null && !line.startsWith(start)) {
      line = line();
    }
    if (line == null) {
      throw new IOException("the child ended: " + lines);
    }
  }

  /** Tells it something. */
  void tell(String line) throws IOException {
    input.write(line + "\n");
    input.flush();
  }

  /** Tells it that nothing more comes. */
  void endInput() throws IOException {
    input.close();
  }

  /** All it has printed, when it has ended. */
  List<String> linesAtEnd() throws IOException {
    while (line() != null) {
      // The lines are kept.
    }
    return lines;
  }

  /** Sends it a signal by its name, as in kill(1). */
  void signal(String name) throws IOException, InterruptedException {
    String pid = Long.toString(process.pid());
    int code = new ProcessBuilder("kill", "-" + name, pid).start().waitFor();
    if (code != 0) {
      throw new IOException("kill -" + name + " " + pid + " ended with " + code);
    }
  }

  /** Kills it and waits until it is gone. */
  void kill() throws InterruptedException {
    boolean unused = process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
