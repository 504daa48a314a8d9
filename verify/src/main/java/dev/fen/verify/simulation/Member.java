package dev.fen.verify.simulation;

import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.testkit.SimulatedProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process of a history, and what is known of it. */
final class Member {

  private final World world;
  private final Plan.Actor actor;
  private final String path;
  private final SimulatedProcess process;
  private final PlannedStore store;
  private final LockService locks;
  private double rate = 1;
  private double slowest = Double.MAX_VALUE;
  private double fastest;
  private long stoppedUntilNanos;

  /** What its own clock showed when it was stopped; negative while it is not. */
  private long stoppedSinceNanos = -1;

  /** For how long it has stood still, by its own clock, but for the present stop. */
  private long stoodNanos;

  /** What it holds, or is about to give back. */
  final List<Holding> holdings = new ArrayList<>();

  /** The locks it is just freeing by force. */
  final Set<String> forces = new HashSet<>();

  /** When what it last read of a register stood there, by its key. */
  final Map<String, Long> lookedNanos = new HashMap<>();

  /** What it sent that is carried out after it was told that nobody knows. */
  final Set<String> late = new HashSet<>();

  /** When what was known of a register at the sending of a write stood there, by the body. */
  final Map<String, Long> knownNanos = new HashMap<>();

  boolean crashed;
  boolean done;

  /** Whether its machine was ever suspended. */
  boolean suspended;

  /** How often its machine was suspended, or its wall clock stepped. */
  int doubts;

  /** Whether its wall clock was ever set back. */
  boolean setBack;

  /** When it died. */
  long crashedNanos;

  /**
   * A call that keeps trying to get one lock.
   *
   * @param key of the lock
   * @param calledNanos when it began
   * @param lookedNanos since when it has been looking at that lock
   */
  record Trying(String key, long calledNanos, long lookedNanos) {}

  @Nullable Trying trying;

  /** When something last went wrong for it. */
  long troubledNanos = -1;

  /**
   * Since when what went wrong may have kept it from giving a lock back: one that it had, by key
   * and token, or what it asked for and did not get, by the key.
   */
  final Map<String, Long> givenBackNanos = new HashMap<>();

  Member(World world, Plan.Actor actor, String path, SimulatedProcess process) {
    this.world = world;
    this.actor = actor;
    this.path = path;
    this.process = process;
    this.store = new PlannedStore(world, this, world.memory());
    this.locks =
        new LockService(
            store, LockOptions.of(path).withTtl(Duration.ofMillis(actor.ttlMillis())), process);
  }

  Plan.Actor actor() {
    return actor;
  }

  SimulatedProcess process() {
    return process;
  }

  PlannedStore store() {
    return store;
  }

  LockService locks() {
    return locks;
  }

  /** How deep it is below a process that nobody started. */
  int depth() {
    return path.length() - path.replace("/", "").length();
  }

  /** Whether one of the two was started, directly or not, by the other. */
  boolean isKinOf(Member other) {
    return isBelow(other) || other.isBelow(this);
  }

  /** Whether it was started, directly or not, by the other; a process is below itself. */
  boolean isBelow(Member other) {
    return (path + "/").startsWith(other.path + "/");
  }

  /**
   * It stands still from now on, for so long or until an earlier stop ends.
   *
   * @return for how long in all
   */
  Duration stop(long millis) {
    long now = world.nowNanos();
    noteWhatStood();
    if (stoppedSinceNanos < 0) {
      stoppedSinceNanos = process.nanoTime();
    }
    stoppedUntilNanos = Math.max(now + TimeUnit.MILLISECONDS.toNanos(millis), stoppedUntilNanos);
    return Duration.ofNanos(stoppedUntilNanos - now);
  }

  /** For how long it has stood still by its own clock, which a suspended machine's does as well. */
  long stoodNanos() {
    noteWhatStood();
    return stoodNanos;
  }

  private void noteWhatStood() {
    long since = world.nowNanos() - stoppedUntilNanos;
    if (stoppedSinceNanos >= 0 && since >= 0) {
      stoodNanos += process.nanoTime() - (long) (since * rate) - stoppedSinceNanos;
      stoppedSinceNanos = -1;
    }
  }

  /** It did not get what it asked for; what it had of it is given back since then. */
  void gaveUp(String key, long sinceNanos) {
    givenBackNanos.merge(key, sinceNanos, Math::min);
  }

  /** Whether anything went wrong for it since then. */
  boolean isHinderedSince(long nanos) {
    return troubledNanos >= nanos || stoppedUntilNanos >= nanos;
  }

  void noteTrouble() {
    troubledNanos = world.nowNanos();
  }

  /** Its monotonic clock runs at another rate from now on. */
  void drift(double newRate) {
    noteWhatStood();
    rate = newRate;
    slowest = Math.min(slowest, newRate);
    fastest = Math.max(fastest, newRate);
    process.drift(newRate);
  }

  /** The least rate that its monotonic clock ever had. */
  double slowest() {
    return slowest;
  }

  /**
   * Whether no clock excuses it if this one takes over from that one while that one still believes
   * in its lease: a suspension of less than a second is not noticed and adds to the drift.
   */
  boolean isInBoundsWith(Member holder) {
    return fastest / holder.slowest < (holder.suspended ? 1.04 : 1.1);
  }

  /** Whether its requests took as long by its own clock as they did, or nearly. */
  boolean hasUsualClock() {
    return fastest < 1.1;
  }

  /** Whether it may not notice that its machine was suspended. */
  boolean mayMissSuspension() {
    return suspended && setBack;
  }

  /** Nobody interrupts what runs here. */
  void sleep(long millis) {
    if (millis <= 0) {
      return;
    }
    try {
      process.sleep(Duration.ofMillis(millis));
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException("nobody interrupts anybody here", interrupted);
    }
  }

  @Override
  public String toString() {
    return path;
  }
}
