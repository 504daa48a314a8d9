package dev.fen.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A few processes under one virtual clock and one seeded scheduler.
 *
 * <p>Each thread of the processes is a real thread, but exactly one runs at a time, until it waits
 * or ends; who runs next is drawn from the seed. When nobody can run, time jumps to the next timer
 * or time-out. So a run is repeated exactly by its seed, no time passes in it but by the clock, and
 * it takes no longer than its code does. If nobody can ever run again although the body has not
 * ended, the run fails with the stacks of all that wait.
 *
 * <p>The processes share nothing but what the test gives them, usually a store. Use one object for
 * one run.
 */
public final class Simulation {

  /** What runs in a simulated thread. */
  @FunctionalInterface
  public interface Body {
    /**
     * Runs.
     *
     * @throws Exception whatever fails the run
     */
    void run() throws Exception;
  }

  /** Ends threads that are still waiting when the run is over. Not to be caught. */
  static final class Over extends Error {
    private static final long serialVersionUID = 1L;

    Over() {
      super("the simulation is over", null, false, false);
    }
  }

  /** Somebody computes without ever waiting, so that nobody else gets the turn back. */
  public static final class NeverWaits extends AssertionError {
    private static final long serialVersionUID = 1L;

    NeverWaits(String message) {
      super(message);
    }
  }

  private static final long WALL_START_MILLIS = 1_774_526_400_000L;
  private static final long MAX_STEPS_IN_NO_TIME = 1_000_000;

  /**
   * Who waits again and again, each time for next to nothing, makes time go by and comes nowhere.
   */
  private static final long MAX_STEPS = 5_000_000;

  private static final Duration LONGEST_TURN = Duration.ofSeconds(30);

  /**
   * A turn is watched in so many pieces: a machine that was suspended, or a process that was
   * stopped, loses one of them at most.
   */
  private static final int PIECES_OF_TURN = 30;

  final Random random;

  /** Machine and nonce, and which process keeps or kept it. */
  final Map<String, SimulatedProcess> holderFiles = new HashMap<>();

  /** Whose timers are due whatever becomes of the others. */
  private final SimulatedProcess world = new SimulatedProcess(this, "world", 1);

  private final List<SimulatedProcess> processes = new ArrayList<>();
  private final List<SimulatedThread> threads = new ArrayList<>();
  private final List<Timer> timers = new ArrayList<>();
  private final Set<String> marks = new HashSet<>();
  private long nowNanos;
  private final Duration longestTurn;
  private final AtomicLong steps = new AtomicLong();
  private long stepsInNoTime;
  private long storeOffsetMillis;
  private double storeRate = 1;
  private @Nullable Throwable failure;
  private final List<Object> ready = new ArrayList<>();
  private final Semaphore finished = new Semaphore(0);
  private @Nullable SimulatedThread main;
  private volatile boolean over;

  /** A task of a process that is due at a time of its own monotonic clock. */
  static final class Timer {
    final SimulatedProcess process;
    final long dueNanos;
    final Runnable task;

    Timer(SimulatedProcess process, long dueNanos, Runnable task) {
      this.process = process;
      this.dueNanos = dueNanos;
      this.task = task;
    }
  }

  /**
   * A simulation.
   *
   * @param seed decides every order and every random number
   */
  public Simulation(long seed) {
    this(seed, LONGEST_TURN);
  }

  /**
   * A simulation.
   *
   * @param seed decides every order and every random number
   * @param longestTurn for how long a thread may compute, in real time, before it counts as one
   *     that never waits
   */
  public Simulation(long seed, Duration longestTurn) {
    random = new Random(seed);
    this.longestTurn = longestTurn;
  }

  /**
   * Adds a process.
   *
   * @param name its name, for reports
   * @return a process on the machine {@code host}
   */
  public SimulatedProcess newProcess(String name) {
    SimulatedProcess process = new SimulatedProcess(this, name, 100 + processes.size());
    processes.add(process);
    return process;
  }

  /**
   * Has something happen by itself, whatever becomes of the processes.
   *
   * @param delay how much later, in true time
   * @param event what; it must not wait
   */
  public void later(Duration delay, Runnable event) {
    timers.add(new Timer(world, nowNanos + delay.toNanos(), event));
  }

  /**
   * Runs a body in a process, and with it all that it starts, until it ends. What still runs then
   * is ended.
   *
   * @param process where
   * @param body what
   * @throws AssertionError if the body, or anything it started, failed, or nobody could go on; a
   *     {@link NeverWaits} if somebody does not stop computing, whose thread is left alone
   */
  public void run(SimulatedProcess process, Body body) {
    main = start(process, "main", body);
    passTheTurn(null);
    awaitFinished();
    end();
    if (failure instanceof NeverWaits never) {
      throw never;
    } else if (failure instanceof AssertionError || failure instanceof RuntimeException) {
      throw new AssertionError(failure.getMessage(), failure);
    } else if (failure != null) {
      throw new AssertionError(failure.toString(), failure);
    }
  }

  private void awaitFinished() {
    long seen = -1;
    int pieces = 0;
    while (!isFinishedWithin(longestTurn.toNanos() / PIECES_OF_TURN)) {
      pieces = steps.get() == seen ? pieces + 1 : 0;
      seen = steps.get();
      if (pieces == PIECES_OF_TURN) {
        fail(new NeverWaits("somebody computes and computes, and never waits\n" + report()));
        return;
      }
    }
  }

  private boolean isFinishedWithin(long nanos) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return finished.tryAcquire(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException remembered) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Lets things happen until a thread can go on, and gives it the turn. Called by whoever has the
   * turn and waits or has ended, so that a turn costs at most one switch of threads.
   *
   * @param caller the thread that waits, or null if the caller wants no turn any more
   * @return whether the caller itself goes on; otherwise it has to wait for its turn
   */
  boolean passTheTurn(@Nullable SimulatedThread caller) {
    try {
      SimulatedThread next = null;
      while (next == null && failure == null && !isMainOver()) {
        next = step();
      }
      if (next != null && failure == null && !isMainOver()) {
        next.giveTurn(caller);
        return next == caller;
      }
    } catch (AssertionError stuck) {
      fail(stuck);
    }
    finished.release();
    return false;
  }

  private boolean isMainOver() {
    return main != null && main.hasEnded();
  }

  /** One thing happens: a thread is chosen to go on, or a timer fires, or time goes by. */
  private @Nullable SimulatedThread step() {
    // One thread at a time counts, another one looks at it now and then.
    steps.lazySet(steps.get() + 1);
    if (++stepsInNoTime > MAX_STEPS_IN_NO_TIME) {
      throw new AssertionError("something is busy waiting: no time goes by\n" + report());
    }
    if (steps.get() > MAX_STEPS) {
      throw new AssertionError("something is busy waiting, and never ends\n" + report());
    }
    ready.clear();
    long next = collect();
    if (!ready.isEmpty()) {
      Object chosen = ready.get(ready.size() == 1 ? 0 : random.nextInt(ready.size()));
      if (chosen instanceof SimulatedThread thread) {
        return thread;
      }
      fire((Timer) chosen);
    } else if (next == Long.MAX_VALUE) {
      throw new AssertionError("nobody can go on: all wait for ever\n" + report());
    } else {
      nowNanos = next;
      stepsInNoTime = 0;
    }
    return null;
  }

  /** Collects what can run now; returns when the next thing can otherwise. */
  private long collect() {
    long next = Long.MAX_VALUE;
    for (SimulatedThread thread : threads) {
      if (thread.process().canRun(nowNanos)) {
        long at = thread.readyAtNanos(nowNanos);
        if (at <= nowNanos) {
          ready.add(thread);
        }
        next = Math.min(next, at);
      }
    }
    for (Timer timer : timers) {
      if (timer.process.canRun(nowNanos)) {
        long at = timer.process.whenItsClockIs(timer.dueNanos, nowNanos);
        if (at <= nowNanos) {
          ready.add(timer);
        }
        next = Math.min(next, at);
      }
    }
    for (SimulatedProcess process : processes) {
      next = Math.min(next, process.goesOnAtNanos(nowNanos));
    }
    return next;
  }

  private void fire(Timer timer) {
    timers.remove(timer);
    try {
      timer.task.run();
    } catch (RuntimeException | Error thrown) {
      fail(thrown);
    }
  }

  SimulatedThread start(SimulatedProcess process, String name, Body body) {
    if (over) {
      throw new Over();
    }
    SimulatedThread thread = new SimulatedThread(this, process, name, body);
    threads.add(thread);
    return thread;
  }

  void ended(SimulatedThread thread) {
    if (!over) {
      threads.remove(thread);
      passTheTurn(null);
    }
  }

  void add(Timer timer) {
    timers.add(timer);
  }

  void remove(Timer timer) {
    timers.remove(timer);
  }

  void forget(SimulatedProcess process) {
    timers.removeIf(timer -> timer.process == process);
  }

  void fail(Throwable thrown) {
    if (failure == null && !over) {
      failure = thrown;
    }
  }

  /** Notes what a body is told apart by; false if it was noted before. */
  boolean addMark(String mark) {
    return marks.add(mark);
  }

  boolean isOver() {
    return over;
  }

  private void end() {
    over = true;
    for (SimulatedThread thread : List.copyOf(threads)) {
      thread.abandon();
    }
  }

  /**
   * True time.
   *
   * @return nanoseconds since the start of the run
   */
  public long nowNanos() {
    return nowNanos;
  }

  /**
   * How much has happened.
   *
   * @return turns of the scheduler so far
   */
  public long steps() {
    return steps.get();
  }

  long trueWallMillis() {
    return WALL_START_MILLIS + TimeUnit.NANOSECONDS.toMillis(nowNanos);
  }

  /**
   * The clock of a store that all processes share.
   *
   * @return milliseconds since 1970 UTC
   */
  public long storeMillis() {
    return storeRate == 1
        ? trueWallMillis() + storeOffsetMillis
        : WALL_START_MILLIS
            + TimeUnit.NANOSECONDS.toMillis((long) (nowNanos * storeRate))
            + storeOffsetMillis;
  }

  /**
   * Sets the store's clock forward, so that all that is written looks older.
   *
   * @param millis by how much
   */
  public void stepStoreClock(long millis) {
    storeOffsetMillis += millis;
  }

  /**
   * Lets the store's clock run fast or slow. Call it before the run.
   *
   * @param rate 1.05 is five percent fast
   */
  public void driftStoreClock(double rate) {
    storeRate = rate;
  }

  List<SimulatedProcess> processes() {
    return processes;
  }

  private String report() {
    StringBuilder text = new StringBuilder();
    for (SimulatedThread thread : List.copyOf(threads)) {
      text.append(thread).append('\n');
      for (StackTraceElement element : thread.stack()) {
        text.append("    at ").append(element).append('\n');
      }
    }
    return text.toString();
  }
}
