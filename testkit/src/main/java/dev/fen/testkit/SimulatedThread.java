package dev.fen.testkit;

import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** One thread of a simulated process: a real one that runs only while it has the turn. */
final class SimulatedThread {

  private static final ThreadLocal<@Nullable SimulatedThread> CURRENT = new ThreadLocal<>();

  private final Simulation simulation;
  private final SimulatedProcess process;
  private final String name;
  private final Thread thread;
  private final Semaphore turn = new Semaphore(0);
  private boolean waiting;
  private boolean woken;
  private long deadlineNanos;
  private volatile boolean ended;

  SimulatedThread(
      Simulation simulation, SimulatedProcess process, String name, Simulation.Body body) {
    this.simulation = simulation;
    this.process = process;
    this.name = name;
    thread = new Thread(() -> live(body), process.name() + "/" + name);
    thread.setDaemon(true);
    thread.start();
  }

  /** The simulated thread that calls. */
  static SimulatedThread current() {
    SimulatedThread current = CURRENT.get();
    if (current == null) {
      throw new IllegalStateException("only threads of the simulation may wait in it");
    }
    return current;
  }

  private void live(Simulation.Body body) {
    CURRENT.set(this);
    turn.acquireUninterruptibly();
    try {
      if (!simulation.isOver()) {
        body.run();
      }
    } catch (Simulation.Over over) {
      // Ended from outside.
    } catch (Throwable thrown) {
      simulation.fail(thrown);
    } finally {
      ended = true;
      simulation.ended(this);
    }
  }

  /** Called by the scheduler: it goes on. */
  void giveTurn(@Nullable SimulatedThread from) {
    waiting = false;
    if (from != this) {
      turn.release();
    }
  }

  /** Called by the scheduler when all is over. */
  void abandon() {
    if (!ended) {
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
    thread.interrupt();
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
    return thread.getStackTrace();
  }

  @Override
  public String toString() {
    return process.name() + "/" + name;
  }
}
