package dev.fen.testkit;

import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.HolderFiles;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.lock.platform.ProcessTable;
import dev.fen.lock.platform.Signal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One process of a {@link Simulation}, as its code sees the machine. It can be stopped and
 * continued, crash, be suspended with its machine, and have a wall clock and a drift of its own.
 * Only threads of the simulation may wait in it.
 */
public final class SimulatedProcess implements Platform {

  private static final String SAME_MACHINE = "boot-1/4026531836,4026531834/";

  /** A body that was started, to be waited for. */
  public final class Task {
    private final SimulatedThread thread;
    private final List<Signal> joiners = new ArrayList<>();
    private boolean done;

    private Task(String taskName, Simulation.Body body) {
      thread =
          simulation.start(
              SimulatedProcess.this,
              taskName,
              () -> {
                try {
                  body.run();
                } finally {
                  done = true;
                  joiners.forEach(Signal::give);
                }
              });
    }

    /**
     * Waits until it has ended.
     *
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public void join() throws InterruptedException {
      Signal ended = newSignal();
      joiners.add(ended);
      while (!done) {
        ended.await(Long.MAX_VALUE / 4);
      }
    }

    /** Interrupts its thread. */
    public void interrupt() {
      thread.interrupt();
    }

    /**
     * Whether it has ended.
     *
     * @return whether it has
     */
    public boolean isDone() {
      return done;
    }
  }

  private final Simulation simulation;
  private final String name;
  private final long pid;
  private final List<Runnable> shutdownHooks = new ArrayList<>();
  private ProcessMark mark;
  private String machine = "machine-1";
  private double rate = 1;
  private long rateSinceNanos;
  private long monotonicAtRate;
  private long wallOffsetMillis;
  private long stoppedUntilNanos;
  private boolean clockStands;
  private boolean dead;

  SimulatedProcess(Simulation simulation, String name, long pid) {
    this.simulation = simulation;
    this.name = name;
    this.pid = pid;
    this.mark = new ProcessMark("host", pid, SAME_MACHINE + pid * 10);
  }

  /**
   * Its name.
   *
   * @return for reports
   */
  public String name() {
    return name;
  }

  // What a test does to it.

  /**
   * Starts a thread in it.
   *
   * @param taskName for reports
   * @param body what to run
   * @return to wait for
   */
  public Task start(String taskName, Simulation.Body body) {
    return new Task(taskName, body);
  }

  /**
   * Lets the calling thread wait.
   *
   * @param duration how long, by this process's monotonic clock
   * @throws InterruptedException if it is interrupted
   */
  public void sleep(Duration duration) throws InterruptedException {
    long deadline = nanoTime() + duration.toNanos();
    Signal never = newSignal();
    while (nanoTime() < deadline) {
      never.await(deadline - nanoTime());
    }
  }

  /** Lets other threads have a turn. */
  public void letOthersRun() {
    try {
      SimulatedThread.current().await(nanoTime());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Stops all its threads and timers, as SIGSTOP does; its clocks go on. If the calling thread is
   * one of its own it stops at its next wait.
   *
   * @param duration for how long from now, in true time, whatever was said before
   */
  public void stop(Duration duration) {
    stoppedUntilNanos = simulation.nowNanos() + duration.toNanos();
  }

  /**
   * Suspends its machine: as {@link #stop}, and its monotonic clock stands still meanwhile, while
   * its wall clock goes on.
   *
   * @param duration for how long, in true time
   */
  public void suspend(Duration duration) {
    stop(duration);
    monotonicAtRate = nanoTime();
    rateSinceNanos = stoppedUntilNanos;
    clockStands = true;
  }

  /** Kills it: none of its threads or timers ever runs again. */
  public void crash() {
    dead = true;
    simulation.forget(this);
  }

  /**
   * Steps its wall clock.
   *
   * @param step by how much, forwards or backwards
   */
  public void stepWallClock(Duration step) {
    wallOffsetMillis += step.toMillis();
  }

  /**
   * Lets its monotonic clock run fast or slow from now on.
   *
   * @param newRate 1.05 is five percent fast
   */
  public void drift(double newRate) {
    monotonicAtRate = nanoTime();
    rateSinceNanos = simulation.nowNanos();
    rate = newRate;
  }

  /**
   * Gives it another mark, such as that of another machine or container.
   *
   * @param newMark what its records name from now on
   */
  public void markAs(ProcessMark newMark) {
    mark = newMark;
  }

  /**
   * Puts it on another machine. What it is marked as stays: machines that were cloned from one
   * snapshot cannot be told apart by that.
   *
   * @param otherMachine any name
   */
  public void moveTo(String otherMachine) {
    machine = otherMachine;
  }

  /**
   * Whether it keeps a file for any acquisition, see {@link HolderFiles}.
   *
   * @return whether it does
   */
  public boolean keepsHolderFiles() {
    return simulation.holderFiles.containsValue(this);
  }

  /**
   * Ends it in an orderly way: its shutdown hooks run, one after the other, in the calling thread.
   */
  public void shutDown() {
    List.copyOf(shutdownHooks).forEach(Runnable::run);
  }

  // What the scheduler asks.

  boolean canRun(long nowNanos) {
    return !dead && nowNanos >= stoppedUntilNanos;
  }

  long goesOnAtNanos(long nowNanos) {
    return !dead && stoppedUntilNanos > nowNanos ? stoppedUntilNanos : Long.MAX_VALUE;
  }

  long whenItsClockIs(long processNanos, long nowNanos) {
    long left = processNanos - nanoTime();
    if (left <= 0) {
      return nowNanos;
    }
    long runsFrom = clockStands ? Math.max(nowNanos, rateSinceNanos) : nowNanos;
    return left > Long.MAX_VALUE / 8
        ? Long.MAX_VALUE
        : runsFrom + Math.max(1, (long) Math.ceil(left / rate));
  }

  // What its code sees.

  @Override
  public long nanoTime() {
    long since = simulation.nowNanos() - rateSinceNanos;
    if (clockStands && since < 0) {
      return monotonicAtRate;
    }
    return monotonicAtRate + (rate == 1 ? since : (long) (since * rate));
  }

  @Override
  public long currentTimeMillis() {
    return simulation.trueWallMillis() + wallOffsetMillis;
  }

  @Override
  public Signal newSignal() {
    return new SimulatedSignal();
  }

  @Override
  public Cancellable schedule(Runnable task, long delayNanos) {
    Simulation.Timer timer = new Simulation.Timer(this, nanoTime() + Math.max(0, delayNanos), task);
    if (!dead) {
      simulation.add(timer);
    }
    return () -> simulation.remove(timer);
  }

  @Override
  public Executor newWorkers(String poolName, int maxThreads) {
    return new Workers(poolName, maxThreads);
  }

  @Override
  public long randomLong() {
    return simulation.random.nextLong();
  }

  @Override
  public ProcessTable processes() {
    return new Table();
  }

  @Override
  public HolderFiles holderFiles() {
    return new Files();
  }

  @Override
  public Cancellable onShutdown(Runnable task) {
    shutdownHooks.add(task);
    return () -> shutdownHooks.remove(task);
  }

  private final class SimulatedSignal implements Signal {
    private boolean given;
    private @Nullable SimulatedThread waiter;

    @Override
    public void give() {
      given = true;
      if (waiter != null) {
        waiter.wake();
      }
    }

    @Override
    public boolean await(long nanos) throws InterruptedException {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      long start = nanoTime();
      long deadline = nanos > Long.MAX_VALUE / 4 ? Long.MAX_VALUE / 4 : start + nanos;
      waiter = SimulatedThread.current();
      try {
        while (!given && nanoTime() < deadline) {
          waiter.await(deadline);
        }
      } finally {
        waiter = null;
      }
      boolean taken = given;
      given = false;
      return taken;
    }
  }

  private final class Workers implements Executor {
    private final String poolName;
    private final int maxThreads;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final ArrayDeque<Signal> idle = new ArrayDeque<>();
    private int threads;

    Workers(String poolName, int maxThreads) {
      this.poolName = poolName;
      this.maxThreads = maxThreads;
    }

    @Override
    public void execute(Runnable task) {
      queue.add(task);
      Signal sleeper = idle.poll();
      if (sleeper != null) {
        sleeper.give();
      } else if (threads < maxThreads) {
        simulation.start(SimulatedProcess.this, poolName + "-" + ++threads, this::work);
      }
    }

    private void work() throws InterruptedException {
      Signal more = newSignal();
      while (true) {
        Runnable task = queue.poll();
        if (task == null) {
          idle.add(more);
          more.await(Long.MAX_VALUE / 4);
        } else {
          task.run();
        }
      }
    }
  }

  private final class Files implements HolderFiles {

    @Override
    public void keep(String nonce) {
      simulation.holderFiles.put(machine + "/" + nonce, SimulatedProcess.this);
    }

    @Override
    public void remove(String nonce) {
      simulation.holderFiles.remove(machine + "/" + nonce, SimulatedProcess.this);
    }

    @Override
    public boolean isLeft(String nonce) {
      SimulatedProcess keeper = simulation.holderFiles.get(machine + "/" + nonce);
      return keeper != null && keeper.dead;
    }
  }

  private final class Table implements ProcessTable {

    @Override
    public ProcessMark self() {
      return mark;
    }

    @Override
    public String user() {
      return name;
    }

    @Override
    public String program() {
      return name;
    }

    @Override
    public Optional<ProcessMark> find(long wanted) {
      return simulation.processes().stream()
          .filter(other -> other.pid == wanted && !other.dead && other.machine.equals(machine))
          .map(other -> other.mark)
          .findFirst();
    }

    @Override
    public Liveness liveness(ProcessMark asked) {
      String here = mark.instance().substring(0, mark.instance().lastIndexOf('/') + 1);
      if (here.isEmpty()
          || !asked.instance().startsWith(here)
          || !asked.host().equals(mark.host())) {
        return Liveness.UNKNOWN;
      }
      boolean lives =
          simulation.processes().stream()
              .anyMatch(
                  other ->
                      !other.dead && other.machine.equals(machine) && other.mark.equals(asked));
      return lives ? Liveness.ALIVE : Liveness.DEAD;
    }
  }

  /**
   * The number it has on its machine.
   *
   * @return its pid
   */
  public long pid() {
    return pid;
  }
}
