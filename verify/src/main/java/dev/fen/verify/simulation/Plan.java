package dev.fen.verify.simulation;

import dev.fen.testkit.FaultyRegisterStore.Fate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is decided about one history before it is played; the order of events within it follows
 * from {@code seed}. All times are milliseconds of true time unless something else is said.
 *
 * @param seed decides the scheduler's choices and the processes' random numbers
 * @param setting what the store is like
 * @param actors the processes that nobody starts under a lock
 * @param faults what becomes of single requests
 * @param outages when requests of a process fail
 * @param events what happens at a time
 */
record Plan(
    long seed,
    Setting setting,
    List<Actor> actors,
    List<Fault> faults,
    List<Outage> outages,
    List<Event> events) {

  /** The global lock, among the names of locks. */
  static final String GLOBAL = "locks/global.lock";

  /**
   * What the store is like.
   *
   * @param watches whether changes are told
   * @param showsAge whether reads tell the age of a record
   * @param machineLocal whether it is of one machine alone
   * @param forgetful whether it may forget what was written
   * @param latencyMillis how long a request takes at most when all is well
   * @param rate of its clock; 1.02 is two per cent fast
   * @param fencesLevels whether processes work on resources that runs and structural commands both
   *     change
   */
  record Setting(
      boolean watches,
      boolean showsAge,
      boolean machineLocal,
      boolean forgetful,
      long latencyMillis,
      double rate,
      boolean fencesLevels) {}

  /**
   * A process.
   *
   * @param id names it in faults and events
   * @param host its machine; processes of different ones may look alike, see {@code cloned}
   * @param cloned whether its machine bears the marks of machine 0
   * @param rate of its monotonic clock; 1.05 is five per cent fast
   * @param wallOffsetMillis by how much its wall clock is wrong
   * @param ttlMillis of its leases
   * @param steps what it does, one after the other
   */
  record Actor(
      int id,
      int host,
      boolean cloned,
      double rate,
      long wallOffsetMillis,
      long ttlMillis,
      List<Step> steps) {

    Actor with(List<Step> other) {
      return new Actor(id, host, cloned, rate, wallOffsetMillis, ttlMillis, other);
    }
  }

  /** What a step acquires. */
  enum What {
    /** One named lock. */
    NAMED,
    /** The locks of models. */
    MODELS,
    /** The global lock. */
    GLOBAL,
    /** Nothing: it frees a lock by force. */
    FORCE
  }

  /**
   * What a process does once.
   *
   * @param what which kind of lock
   * @param names of the locks
   * @param more models to ask for once it has the first ones
   * @param beforeMillis how long it does nothing before
   * @param waitMillis how long it waits for the locks at most
   * @param workMillis how long it works under them
   * @param beatMillis how often it makes sure meanwhile that it holds them
   * @param child what it starts under them, or null
   * @param awaitsChild whether it gives nothing back before the child has ended
   */
  record Step(
      What what,
      List<String> names,
      List<String> more,
      long beforeMillis,
      long waitMillis,
      long workMillis,
      long beatMillis,
      @Nullable Actor child,
      boolean awaitsChild) {

    Step with(@Nullable Actor other) {
      return new Step(
          what, names, more, beforeMillis, waitMillis, workMillis, beatMillis, other, awaitsChild);
    }
  }

  /** What befalls a process. */
  enum Blow {
    /** Nothing. */
    NONE,
    /** It dies. */
    CRASH,
    /** It stands still, and its clocks go on. */
    STOP,
    /** Its machine is suspended. */
    SUSPEND
  }

  /**
   * What becomes of one request.
   *
   * @param actor whose
   * @param request which, counted from 1
   * @param fate what the store does with it
   * @param beforeMillis how much longer it takes until it is carried out
   * @param afterMillis how much longer its answer takes
   * @param lateMillis when one that is carried out late is
   * @param blow what befalls the process
   * @param blowAfter whether after the request was carried out, or else before
   * @param blowMillis for how long
   */
  record Fault(
      int actor,
      int request,
      Fate fate,
      long beforeMillis,
      long afterMillis,
      long lateMillis,
      Blow blow,
      boolean blowAfter,
      long blowMillis) {}

  /**
   * A time at which requests fail.
   *
   * @param actor whose
   * @param fromMillis since when
   * @param toMillis until when
   * @param fate what becomes of them
   */
  record Outage(int actor, long fromMillis, long toMillis, Fate fate) {}

  /** What happens. */
  enum Kind {
    /** A process dies. */
    CRASH,
    /** A process stands still for a time. */
    STOP,
    /** A process's machine is suspended for a time. */
    SUSPEND,
    /** A wall clock is stepped. */
    WALL,
    /** A monotonic clock begins to run at so many thousandths of its rate. */
    RATE,
    /** The store's clock is stepped. */
    STORE_CLOCK,
    /** A record is removed. */
    REMOVE,
    /** A record is overwritten with rubbish. */
    OVERWRITE,
    /** An older record of a register is put back. */
    RESTORE
  }

  /**
   * What happens at a time.
   *
   * @param atMillis when
   * @param kind what
   * @param actor to whom, where it is about a process
   * @param key of the register, where it is about one
   * @param amount milliseconds, thousandths, or how far back
   */
  record Event(long atMillis, Kind kind, int actor, String key, long amount) {}

  /** All processes, those that are started under locks too. */
  List<Actor> everybody() {
    List<Actor> all = new ArrayList<>();
    actors.forEach(actor -> add(actor, all));
    return all;
  }

  private static void add(Actor actor, List<Actor> all) {
    all.add(actor);
    for (Step step : actor.steps()) {
      if (step.child() != null) {
        add(step.child(), all);
      }
    }
  }

  private boolean has(Kind kind) {
    return events.stream().anyMatch(event -> event.kind() == kind);
  }

  /** The longest ttl of any record, in milliseconds; rubbish has one too. */
  long longestTtlMillis() {
    long longest = has(Kind.OVERWRITE) ? 30_000 : 0;
    for (Actor actor : everybody()) {
      longest = Math.max(longest, actor.ttlMillis());
    }
    return longest;
  }
}
