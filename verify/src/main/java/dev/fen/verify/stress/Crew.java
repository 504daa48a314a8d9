package dev.fen.verify.stress;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The processes of a run: as many as asked for, whatever becomes of one. */
final class Crew {

  private static final String KEY = "AWS_ACCESS_KEY_ID";
  private static final String SECRET = "AWS_SECRET_ACCESS_KEY";

  private final Ground ground;
  private final Path folder;
  private final Referee referee;
  private final Asking asking;
  private final Findings findings;
  private final Random random;
  private final List<String> program;
  private final Skew skew = Skew.find();
  private final List<WorkerProcess> workers = new ArrayList<>();
  private int started;

  /**
   * A crew without members.
   *
   * @param program how to start a worker, up to its main class
   * @param folder for the unfenced counters and for what workers print
   */
  Crew(
      List<String> program,
      Ground ground,
      Path folder,
      Referee referee,
      Asking asking,
      Findings findings,
      Random random) {
    this.program = program;
    this.ground = ground;
    this.folder = folder;
    this.referee = referee;
    this.asking = asking;
    this.findings = findings;
    this.random = random;
  }

  List<WorkerProcess> workers() {
    return List.copyOf(workers);
  }

  /** Starts new ones until there are so many, in place of those that have ended. */
  void fill(int size) throws IOException {
    for (WorkerProcess worker : workers()) {
      if (!worker.isAlive()) {
        dismiss(worker);
      }
    }
    while (workers.size() < size) {
      start();
    }
  }

  /** Forgets one that has ended, which it may do only when it was told to. */
  private void dismiss(WorkerProcess worker) {
    workers.remove(worker);
    asking.gone(worker.name());
    if (!worker.isDoomed()) {
      findings.violation(
          worker.name()
              + " ended by itself with "
              + worker.exitCode()
              + "; see "
              + log(worker.name()));
    }
  }

  private Path log(String name) {
    return folder.resolve(name + ".log");
  }

  private void start() throws IOException {
    String name = "w" + ++started;
    List<String> command = new ArrayList<>(program);
    command.addAll(
        List.of(
            Integer.toString(referee.port()),
            name,
            Long.toString(random.nextLong()),
            folder.toString(),
            ground.address()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log(name).toFile());
    Map<String, String> environment = builder.environment();
    // Those of the user that .ci/ceph makes; the fake takes any.
    environment.putIfAbsent(KEY, "tester");
    environment.putIfAbsent(SECRET, "secret-of-tests");
    Path clock = null;
    if (random.nextInt(3) == 0 && skew.isPossible()) {
      clock = folder.resolve(name + ".clock");
      Skew.set(clock, drawSkew());
      skew.addTo(environment, clock);
      findings.count("processes with a wrong wall clock");
    }
    workers.add(new WorkerProcess(name, builder.start(), clock));
    findings.count("processes");
  }

  private long drawSkew() {
    int most = (int) ground.mostSkew().toSeconds();
    return random.nextInt(-most, most + 1);
  }

  /** Steps its wall clock, if it has one of its own. */
  void stepClock(WorkerProcess worker) throws IOException {
    Path clock = worker.clock();
    if (clock != null) {
      Skew.set(clock, drawSkew());
      findings.count("steps of a wall clock");
    }
  }

  /** One that has come to the referee, goes on and is to end by nobody's order; null for none. */
  @Nullable WorkerProcess any() {
    List<WorkerProcess> fit =
        workers.stream()
            .filter(one -> one.isAlive() && !one.isStopped() && !one.isDoomed())
            .filter(one -> referee.knows(one.name()))
            .toList();
    return fit.isEmpty() ? null : fit.get(random.nextInt(fit.size()));
  }

  void stop(WorkerProcess worker, long millis) throws IOException, InterruptedException {
    asking.stopped(worker.name());
    worker.stop(millis);
    findings.count("stops");
  }

  void goOn(WorkerProcess worker) throws IOException, InterruptedException {
    worker.goOn();
    asking.continued(worker.name());
  }

  /** Lets those go on whose stop is over. */
  void goOnWhenDue() throws IOException, InterruptedException {
    for (WorkerProcess worker : workers) {
      if (worker.isStopOver()) {
        goOn(worker);
      }
    }
  }

  void kill(WorkerProcess worker) {
    worker.kill();
    findings.count("kills");
  }

  /** Has all end in good order, and says whom it had to kill for it. */
  void end(long withinMillis) throws IOException, InterruptedException {
    for (WorkerProcess worker : workers) {
      if (worker.isStopped()) {
        goOn(worker);
      }
      worker.doom();
      referee.stop(worker.name());
    }
    long end = System.nanoTime() + withinMillis * 1_000_000;
    for (WorkerProcess worker : workers) {
      // One that had not yet come when it was told to stop has heard nothing of it.
      while (!worker.awaitEnd(500) && System.nanoTime() - end < 0) {
        referee.stop(worker.name());
      }
      if (worker.isAlive()) {
        findings.violation(
            worker.name() + " does not end within " + withinMillis + " ms of being told to");
      }
    }
    killAll();
  }

  /** However this ends, nothing of it goes on. */
  void killAll() {
    workers.forEach(WorkerProcess::kill);
  }
}
