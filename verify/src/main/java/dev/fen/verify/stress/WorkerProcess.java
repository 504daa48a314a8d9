package dev.fen.verify.stress;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A worker as the driver sees it. */
final class WorkerProcess {

  private final String name;
  private final Process process;
  private final @Nullable Path clock;
  private boolean stopped;
  private long stoppedUntilNanos;
  private boolean doomed;

  /**
   * One that was started.
   *
   * @param clock says how wrong its wall clock is, see {@link Skew}; null if it is right
   */
  WorkerProcess(String name, Process process, @Nullable Path clock) {
    this.name = name;
    this.process = process;
    this.clock = clock;
  }

  String name() {
    return name;
  }

  @Nullable Path clock() {
    return clock;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  boolean isStopped() {
    return stopped;
  }

  boolean isStopOver() {
    return stopped && System.nanoTime() - stoppedUntilNanos >= 0;
  }

  /** Whether its end was ordered. */
  boolean isDoomed() {
    return doomed;
  }

  void doom() {
    doomed = true;
  }

  int exitCode() {
    return process.exitValue();
  }

  void stop(long millis) throws IOException, InterruptedException {
    stopped = true;
    stoppedUntilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    signal("STOP");
  }

  void goOn() throws IOException, InterruptedException {
    stopped = false;
    signal("CONT");
  }

  void terminate() throws IOException, InterruptedException {
    doomed = true;
    signal("TERM");
  }

  void kill() {
    doomed = true;
    Process ignored = process.destroyForcibly();
  }

  boolean awaitEnd(long millis) throws InterruptedException {
    return process.waitFor(Math.max(0, millis), TimeUnit.MILLISECONDS);
  }

  /** One that has ended is passed over. */
  private void signal(String signal) throws IOException, InterruptedException {
    int ignored =
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
  }
}
