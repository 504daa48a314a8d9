package dev.fen.testkit;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** One thread of a simulated process: a real one that runs only while it has the turn. */
final class SimulatedThread {

  private static final ThreadLocal<@Nullable SimulatedThread> CURRENT = new ThreadLocal<>();

  /** Threads go from one run to the next: to start them would cost most runs more than they do. */
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "simulated");
            thread.setDaemon(true);
            return thread;
          });

  private final Simulation simulation;
  private final SimulatedProcess process;
  private final String name;
  private final Simulation.Body body;
  private final Semaphore turn = new Semaphore(0);
  private volatile @Nullable Thread thread;
  private boolean begun;
  private boolean interruptedBefore;
  private boolean waiting;
  private boolean woken;
  private long deadlineNanos;
  private volatile boolean ended;

  SimulatedThread(
      Simulation simulation, SimulatedProcess process, String name, Simulation.Body body) {
    this.simulation = simulation;
    this.process = process;
    this.name = name;
    this.body = body;
  }

  /** The simulated thread that calls. */
  static SimulatedThread current() {
    SimulatedThread current = CURRENT.get();
    if (current == null) {
      throw new IllegalStateException("only threads of the simulation may wait in it");
    }
    return current;
  }

  /** Has the turn from the start. */
  private void live() {
    CURRENT.set(this);
    thread = Thread.currentThread();
    if (interruptedBefore) {
      Thread.currentThread().interrupt();
    }
    try {
      body.run();
    } catch (Simulation.Over over) {
      // Ended from outside.
    } catch (Throwable thrown) {
      simulation.fail(thrown);
    } finally {
      ended = true;
      CURRENT.remove();
      simulation.ended(this);
    }
  }

  /** Called by the scheduler: it goes on. */
  void giveTurn(@Nullable SimulatedThread from) {
    waiting = false;
    if (!begun) {
      begun = true;
      THREADS.execute(this::live);
    } else if (from != this) {
      turn.release();
    }
  }

  /** Called by the scheduler when all is over. */
  void abandon() {
    if (begun && !ended) {
      turn.release();
    }
  }

  /**
   * Called by this thread: gives the turn back until it is woken, interrupted, or its process's
   * clock is at the deadline.
   *
   * @throws InterruptedException if it was interrupted
   */
  void await(long processDeadlineNanos) throws InterruptedException {
    if (simulation.isOver()) {
      throw new Simulation.Over();
    }
    deadlineNanos = processDeadlineNanos;
    woken = false;
    waiting = true;
    if (!simulation.passTheTurn(this)) {
      turn.acquireUninterruptibly();
    }
    if (simulation.isOver()) {
      throw new Simulation.Over();
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  void wake() {
    woken = true;
  }

  void interrupt() {
    Thread running = thread;
    if (running == null) {
      interruptedBefore = true;
    } else if (!ended) {
      running.interrupt();
    }
    woken = true;
  }

  boolean hasEnded() {
    return ended;
  }

  SimulatedProcess process() {
    return process;
  }

  /** When it can run: now if it does not wait or was woken. */
  long readyAtNanos(long nowNanos) {
    return !waiting || woken ? nowNanos : process.whenItsClockIs(deadlineNanos, nowNanos);
  }

  StackTraceElement[] stack() {
    Thread running = thread;
    return running == null ? new StackTraceElement[0] : running.getStackTrace();
  }

  @Override
  public String toString() {
    return process.name() + "/" + name;
  }
}
