package dev.fen.verify.simulation;

import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.verify.simulation.Plan.Actor;
import dev.fen.verify.simulation.Plan.Blow;
import dev.fen.verify.simulation.Plan.Event;
import dev.fen.verify.simulation.Plan.Fault;
import dev.fen.verify.simulation.Plan.Kind;
import dev.fen.verify.simulation.Plan.Outage;
import dev.fen.verify.simulation.Plan.Setting;
import dev.fen.verify.simulation.Plan.Step;
import dev.fen.verify.simulation.Plan.What;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Draws a plan from a seed. Small histories with much in them: few locks, few processes, short
 * leases, and most of the time only some kinds of trouble, so that no kind hides another.
 */
final class Planner {

  private static final List<String> MODELS = List.of("t/a", "t/b", "t/c");
  private static final List<String> NAMED = List.of("n", "o");

  /** Within so many requests most faults are drawn. */
  static final int REQUESTS = 24;

  /** No process makes many more. */
  private static final int LATE_REQUESTS = 80;

  private static final long LONGEST_PAUSE_MILLIS = 600_000;

  private final long seed;

  /** What is drawn from the second one changes nothing of what is drawn from the first one. */
  private Random random;

  private final Random further;
  private final long ttl;
  private final boolean levels;
  private boolean family;
  private final boolean drifts;
  private final boolean clones;
  private final int hosts;
  private int actors;

  /** The structural command that waits for a family. */
  private int patient = -1;

  Planner(long seed) {
    this.seed = seed;
    random = new Random(seed * 0x9E3779B97F4A7C15L);
    further = new Random(~seed * 0x9E3779B97F4A7C15L);
    ttl = chance(94) ? pick(1_000, 1_500, 2_000, 3_000, 4_000) : 12_000;
    levels = chance(60);
    drifts = chance(15);
    clones = chance(20);
    hosts = chance(30) ? 1 : 3;
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private long pick(long... of) {
    return of[random.nextInt(of.length)];
  }

  private <T> T pick(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private long upTo(long most) {
    return random.nextInt((int) most + 1);
  }

  Plan plan() {
    Setting setting =
        new Setting(
            chance(50),
            chance(50),
            hosts == 1 && chance(50),
            chance(25),
            pick(5, 20, 60, 200),
            1,
            false);
    List<Actor> top = new ArrayList<>();
    family = levels && chance(30);
    if (family) {
      family(top);
    } else {
      int size = chance(60) ? 2 : 3;
      for (int i = 0; i < size; i++) {
        top.add(actor(random.nextInt(hosts), 0, List.of()));
      }
    }
    List<Fault> faults = new ArrayList<>();
    List<Outage> outages = new ArrayList<>();
    for (int id = 0; id < actors; id++) {
      if (family && chance(70)) {
        delaysOf(id, faults);
      } else {
        faultsOf(id, faults);
      }
      if (chance(8)) {
        long from = upTo(4 * ttl);
        long to = from + (chance(70) ? upTo(3 * ttl) : 5_000 + upTo(10_000));
        outages.add(new Outage(id, from, to, pick(OUTAGES)));
      }
    }
    Plan plan = new Plan(seed, setting, top, faults, outages, events());
    return withMore(chance(6) ? edge(setting) : plan);
  }

  /** Trouble that comes on top of all the other; most families need all their time for a drain. */
  private Plan withMore(Plan plan) {
    random = further;
    if (family && chance(70)) {
      return plan;
    }
    Setting drawn = plan.setting();
    double rate = chance(12) ? 0.96 + random.nextInt(81) / 1000.0 : 1;
    Setting setting =
        new Setting(
            drawn.watches(),
            drawn.showsAge(),
            drawn.machineLocal(),
            drawn.forgetful(),
            drawn.latencyMillis(),
            rate,
            levels && chance(family ? 60 : 40));
    List<Fault> faults = new ArrayList<>(plan.faults());
    if (chance(35)) {
      for (int i = 1 + random.nextInt(6); i > 0; i--) {
        faults.add(
            fault(random.nextInt(actors), REQUESTS + 1 + random.nextInt(LATE_REQUESTS - REQUESTS)));
      }
    }
    List<Event> events = new ArrayList<>(plan.events());
    if (chance(14)) {
      Kind kind = chance(60) ? Kind.STOP : Kind.SUSPEND;
      events.add(new Event(upTo(6 * ttl), kind, random.nextInt(actors), "", anyPause()));
    }
    return new Plan(seed, setting, plan.actors(), faults, plan.outages(), events);
  }

  /** As likely between one second and two as between one minute and two. */
  private long anyPause() {
    return Math.round(1_000 * Math.pow(LONGEST_PAUSE_MILLIS / 1_000.0, random.nextDouble()));
  }

  /**
   * One holder at the edge of its lease: little gets through, or late; and one who waits for it.
   */
  private Plan edge(Setting setting) {
    actors = 0;
    String name = NAMED.get(0);
    Actor holder = plain(0, List.of(edge(name, 0, ttl, 2 * ttl + upTo(ttl))));
    Actor waiter = plain(hosts - 1, List.of(edge(name, upTo(ttl), 6 * ttl, ttl)));
    List<Fault> faults = new ArrayList<>();
    faults.add(late(holder, 2, Fate.DONE, upTo(9 * ttl / 10)));
    boolean nothing = chance(50);
    for (int request = 3; request <= 2 * REQUESTS; request++) {
      if (nothing || chance(45)) {
        faults.add(late(holder, request, Fate.LOST, 0));
      } else if (chance(70)) {
        faults.add(late(holder, request, Fate.DONE, upTo(ttl / 4)));
      }
    }
    return new Plan(seed, setting, List.of(holder, waiter), faults, List.of(), List.of());
  }

  private static Step edge(String name, long before, long wait, long work) {
    return new Step(
        What.NAMED, List.of(name), List.of(), before, wait, work, 1 + wait / 50, null, false);
  }

  private static Fault late(Actor actor, int request, Fate fate, long afterMillis) {
    return new Fault(actor.id(), request, fate, 0, afterMillis, 0, Blow.NONE, false, 0);
  }

  // Processes.

  private Actor actor(int host, int depth, List<String> above) {
    int id = actors++;
    double rate = drifts ? 0.955 + random.nextInt(91) / 1000.0 : 1;
    long own = chance(80) ? ttl : pick(1_000, 2_000, 5_000);
    List<Step> steps = new ArrayList<>();
    int size = depth > 0 || chance(50) ? 1 : 2;
    for (int i = 0; i < size; i++) {
      steps.add(step(host, depth, above));
    }
    return new Actor(
        id, host, clones && host > 0, rate, chance(20) ? upTo(100_000) - 50_000 : 0, own, steps);
  }

  /**
   * A run, what it starts, and what that starts, each with a lock of its own, at about the time at
   * which a structural command takes the global lock and looks whether they are gone; those above
   * do not always wait for those below.
   */
  private void family(List<Actor> top) {
    List<String> names = new ArrayList<>(MODELS);
    Collections.shuffle(names, random);
    int host = random.nextInt(hosts);
    long meeting = ttl / 2 + upTo(2 * ttl);
    Actor grandchild =
        chance(60) ? plain(host, List.of(run(names.get(2), upTo(ttl / 3), null))) : null;
    Step childs = run(names.get(1), Math.max(0, meeting - upTo(ttl / 2)), grandchild);
    long before = upTo(ttl / 8);
    Step parents =
        new Step(
            What.MODELS,
            List.of(names.get(0)),
            List.of(),
            before,
            2 * ttl,
            meeting - before + upTo(ttl / 2),
            1 + ttl / 6,
            plain(host, List.of(childs)),
            chance(25));
    top.add(plain(host, List.of(parents)));
    // For half of its wait it keeps nobody out.
    long structural = upTo(ttl / 8);
    long wait = 2 * (meeting - structural);
    top.add(
        plain(
            random.nextInt(hosts),
            List.of(
                new Step(
                    What.GLOBAL,
                    List.of(Plan.GLOBAL),
                    List.of(),
                    structural,
                    wait,
                    ttl,
                    1 + ttl / 6,
                    null,
                    false))));
    patient = actors - 1;
  }

  private Step run(String name, long before, @Nullable Actor child) {
    long work = child == null ? ttl : child.steps().get(0).beforeMillis() + ttl / 8 + upTo(ttl / 3);
    return new Step(
        What.MODELS,
        List.of(name),
        List.of(),
        before,
        4 * ttl,
        work,
        1 + ttl / 6,
        child,
        chance(25));
  }

  private Actor plain(int host, List<Step> steps) {
    double rate = drifts ? 0.955 + random.nextInt(91) / 1000.0 : 1;
    return new Actor(actors++, host, clones && host > 0, rate, 0, ttl, steps);
  }

  private Step step(int host, int depth, List<String> above) {
    if (depth == 0 && chance(11)) {
      return new Step(
          What.FORCE, List.of(pick(lockNames())), List.of(), upTo(4 * ttl), 0, 0, 1, null, false);
    }
    if (!levels) {
      return work(What.NAMED, List.of(pick(NAMED.subList(0, 1 + random.nextInt(2)))), host, depth);
    }
    boolean global = above.isEmpty() ? chance(30) : above.contains(Plan.GLOBAL) && chance(20);
    return global
        ? work(What.GLOBAL, List.of(Plan.GLOBAL), host, depth)
        : work(What.MODELS, models(), host, depth);
  }

  private List<String> models() {
    TreeSet<String> names = new TreeSet<>();
    int size = 1 + random.nextInt(2);
    for (int i = 0; i < size; i++) {
      names.add(pick(MODELS));
    }
    return List.copyOf(names);
  }

  private List<String> lockNames() {
    List<String> names = new ArrayList<>(levels ? MODELS : NAMED.subList(0, 1));
    if (levels) {
      names.add(Plan.GLOBAL);
    }
    return names;
  }

  private Step work(What what, List<String> names, int host, int depth) {
    long before = depth > 0 ? upTo(ttl) : upTo(2 * ttl);
    long wait = pick(0, ttl, 3 * ttl, 6 * ttl);
    long work = chance(60) ? upTo(ttl) : upTo(3 * ttl);
    long beat = 1 + ttl / 6 + upTo(ttl / 3);
    List<String> more = new ArrayList<>();
    if (what == What.MODELS && chance(20)) {
      String last = names.get(names.size() - 1);
      MODELS.stream().filter(model -> model.compareTo(last) > 0).limit(1).forEach(more::add);
    }
    Actor child = null;
    if (depth < 2 && chance(depth > 0 ? 40 : levels ? 30 : 8)) {
      child = actor(host, depth + 1, names);
    }
    return new Step(what, names, more, before, wait, work, beat, child, chance(65));
  }

  // Trouble.

  private static final List<Fate> OUTAGES =
      List.of(Fate.LOST, Fate.NOT_APPLIED, Fate.ANSWER_LOST, Fate.NO_ANSWER, Fate.LATE);

  private static final List<Fate> FATES =
      List.of(
          Fate.NOT_APPLIED,
          Fate.CONFLICT,
          Fate.LOST,
          Fate.ANSWER_LOST,
          Fate.ANSWER_LOST,
          Fate.LATE,
          Fate.LATE,
          Fate.NO_ANSWER);

  private void faultsOf(int id, List<Fault> faults) {
    int size = chance(40) ? 0 : chance(85) ? 1 + random.nextInt(4) : 8 + random.nextInt(8);
    TreeSet<Integer> requests = new TreeSet<>();
    for (int i = 0; i < size; i++) {
      requests.add(1 + random.nextInt(REQUESTS));
    }
    for (int request : requests) {
      faults.add(fault(id, request));
    }
  }

  /** Many requests take long, and nothing else is wrong but one thing at most. */
  private void delaysOf(int id, List<Fault> faults) {
    int odd = chance(20) ? 1 + random.nextInt(REQUESTS) : 0;
    for (int request = 1; request <= REQUESTS; request++) {
      if (request == odd) {
        faults.add(fault(id, request));
      } else if (chance(id == patient ? 40 : 15)) {
        long before = upTo(id == patient ? 2 * ttl / 3 : ttl / 6);
        faults.add(
            new Fault(id, request, Fate.DONE, before, upTo(ttl / 8), 0, Blow.NONE, false, 0));
      }
    }
  }

  private Fault fault(int id, int request) {
    int kind = random.nextInt(100);
    if (kind < 50) {
      return odd(id, request, pick(FATES), upTo(3 * ttl));
    }
    if (kind < 70) {
      boolean before = chance(50);
      long long_ = upTo(3 * ttl);
      return new Fault(
          id, request, Fate.DONE, before ? long_ : 0, before ? 0 : long_, 0, Blow.NONE, false, 0);
    }
    Blow blow = pick(List.of(Blow.CRASH, Blow.STOP, Blow.STOP, Blow.SUSPEND));
    boolean late = chance(20);
    return new Fault(
        id, request, late ? Fate.LATE : Fate.DONE, 0, 0, upTo(2 * ttl), blow, chance(50), pause());
  }

  /**
   * A late write that lands long after finds that its sender has written something else since; most
   * are to land before. Half of those that are never answered are carried out.
   */
  private Fault odd(int id, int request, Fate fate, long lateMillis) {
    boolean silent = fate == Fate.NO_ANSWER && lateMillis % 2 == 0;
    long early = lateMillis * lateMillis / (3 * ttl) * lateMillis / (3 * ttl);
    return new Fault(id, request, silent ? Fate.SILENT : fate, 0, 0, early, Blow.NONE, false, 0);
  }

  private long pause() {
    return chance(30) ? upTo(ttl) : ttl / 2 + upTo(4 * ttl);
  }

  private List<Event> events() {
    List<Event> events = new ArrayList<>();
    int size = random.nextInt(3);
    for (int i = 0; i < size; i++) {
      event(events);
    }
    return events;
  }

  private void event(List<Event> events) {
    long at = upTo(6 * ttl);
    int id = random.nextInt(actors);
    int kind = random.nextInt(100);
    if (kind < 15) {
      events.add(new Event(at, Kind.CRASH, id, "", 0));
    } else if (kind < 30) {
      events.add(new Event(at, Kind.STOP, id, "", pause()));
    } else if (kind < 40) {
      events.add(new Event(at, Kind.SUSPEND, id, "", pause()));
    } else if (kind < 55) {
      events.add(new Event(at, Kind.WALL, id, "", upTo(20_000) - 10_000));
    } else if (kind < 60) {
      events.add(new Event(at, Kind.RATE, id, "", pick(500, 800, 1_300, 2_000)));
    } else if (kind < 70) {
      events.add(new Event(at, Kind.STORE_CLOCK, id, "", upTo(20_000) - 10_000));
    } else {
      Kind change = kind < 82 ? Kind.REMOVE : kind < 91 ? Kind.OVERWRITE : Kind.RESTORE;
      events.add(new Event(at, change, id, Player.keyOf(pick(lockNames())), random.nextInt(4)));
    }
  }
}
