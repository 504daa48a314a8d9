package dev.fen.verify.simulation;

import dev.fen.lock.Claims;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.Version;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.SimulatedProcess;
import dev.fen.testkit.Simulation;
import dev.fen.verify.simulation.Plan.Blow;
import dev.fen.verify.simulation.Violation.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Plays one plan. */
final class World {

  /** A simulated machine that is up for so long has shown what it can. */
  private static final Duration LIMIT = Duration.ofHours(1);

  private final Plan plan;
  private final Simulation simulation;
  private final Trace trace;
  private final Judge judge;
  private final Calls calls;
  private final RegisterHistory registers = new RegisterHistory();
  private final MemoryRegisterStore memory;
  private final SimulatedProcess director;
  private final Signal progress;
  private final List<Member> members = new ArrayList<>();
  private final Map<Integer, Map<Integer, Plan.Fault>> faults = new HashMap<>();
  private final Map<String, List<String>> bodies = new HashMap<>();
  private final Random latencies;
  private final Random stands;
  private boolean quiet;

  World(Plan plan, boolean traced) {
    this.plan = plan;
    simulation = new Simulation(plan.seed());
    simulation.driftStoreClock(plan.setting().rate());
    latencies = new Random(~plan.seed());
    stands = new Random(~plan.seed() * 31);
    trace = new Trace(simulation, traced);
    judge = new Judge(this);
    calls = new Calls(this);
    memory = new MemoryRegisterStore(simulation::storeMillis);
    director = simulation.newProcess("director");
    progress = director.newSignal();
    for (Plan.Fault fault : plan.faults()) {
      faults
          .computeIfAbsent(fault.actor(), actor -> new HashMap<>())
          .putIfAbsent(fault.request(), fault);
    }
  }

  Plan plan() {
    return plan;
  }

  Simulation simulation() {
    return simulation;
  }

  Trace trace() {
    return trace;
  }

  Judge judge() {
    return judge;
  }

  Calls calls() {
    return calls;
  }

  RegisterHistory registers() {
    return registers;
  }

  MemoryRegisterStore memory() {
    return memory;
  }

  List<Member> members() {
    return members;
  }

  long nowNanos() {
    return simulation.nowNanos();
  }

  /** How long this request takes; never nothing, or tokens would run ahead of the store's clock. */
  long latencyMillis() {
    return 2L + latencies.nextInt((int) plan.setting().latencyMillis());
  }

  // Playing.

  /** Plays it to the end. */
  History play() {
    if (plan.setting().rate() != 1) {
      judge.saw(Sight.STORE_DRIFT);
    }
    try {
      simulation.run(director, this::direct);
    } catch (Simulation.NeverWaits never) {
      judge.violated(Rule.SPIN, String.valueOf(never.getMessage()));
    } catch (AssertionError failed) {
      Throwable cause = failed.getCause();
      judge.violated(Rule.FAILURE, String.valueOf(cause == null ? failed.getMessage() : cause));
    }
    return new History(plan, judge.violations(), judge.sights(), trace.lines());
  }

  private void direct() throws InterruptedException {
    plan.actors().forEach(actor -> start(actor, "p" + actor.id(), Claims.NONE));
    plan.events().forEach(event -> simulation.later(millis(event.atMillis()), () -> meet(event)));
    if (!await()) {
      calls.blameOpen();
      return;
    }
    quiet = true;
    while (members.stream().anyMatch(one -> !one.crashed && one.store().hasRequestsOnTheirWay())) {
      director.sleep(Duration.ofSeconds(1));
    }
    members.forEach(member -> member.store().letLateOnesLand());
    // What is undone in the background is undone by then.
    director.sleep(Duration.ofSeconds(8));
    judge.judgeLeftHeld(members);
    Plan.Actor dead = hostOfDead();
    int host = dead == null ? -1 : dead.host();
    boolean cloned = dead != null && dead.cloned();
    Member last = join(new Plan.Actor(-1, host, cloned, 1, 0, 1_000, List.of()), "closing");
    last.process().start("work", () -> new Closing(this, last).run()).join();
    judge.judgeRegisters();
    judge.judgeOrder();
    judge.judgeWhole();
  }

  /** One that died while it held something, in every other history. */
  private Plan.@Nullable Actor hostOfDead() {
    return members.stream()
        .filter(one -> plan.seed() % 2 == 0)
        .filter(one -> one.crashed && one.holdings.stream().anyMatch(holding -> !holding.ended))
        .map(Member::actor)
        .findFirst()
        .orElse(null);
  }

  /** Waits until everybody has gone; false if that takes too long. */
  private boolean await() throws InterruptedException {
    long end = LIMIT.toNanos();
    while (!members.stream().allMatch(member -> member.done || member.crashed)) {
      if (director.nanoTime() >= end) {
        return false;
      }
      progress.await(end - director.nanoTime());
    }
    return true;
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  /** Starts a process under locks of another one, or under none. */
  Member start(Plan.Actor actor, String path, Claims claims) {
    Member member = join(actor, path);
    member
        .process()
        .start(
            "work",
            () -> {
              new Player(this, member, claims).run();
              member.done = true;
              progress.give();
            });
    return member;
  }

  private Member join(Plan.Actor actor, String path) {
    SimulatedProcess process = simulation.newProcess(path);
    String boot = "boot-" + (actor.cloned() ? 0 : actor.host()) + "/1,2/";
    process.markAs(new ProcessMark("host", process.pid(), boot + process.pid() * 10));
    process.moveTo("machine-" + actor.host());
    process.stepWallClock(millis(actor.wallOffsetMillis()));
    Member member = new Member(this, actor, path, process);
    member.drift(actor.rate());
    members.add(member);
    if (actor.rate() != 1) {
      judge.saw(Sight.DRIFT);
    }
    return member;
  }

  // What the plan says.

  Plan.@Nullable Fault faultOf(Member member, int request) {
    Map<Integer, Plan.Fault> own = faults.get(member.actor().id());
    return quiet || own == null ? null : own.get(request);
  }

  Fate outageOf(Member member) {
    long now = TimeUnit.NANOSECONDS.toMillis(nowNanos());
    for (Plan.Outage outage : plan.outages()) {
      if (!quiet
          && outage.actor() == member.actor().id()
          && now >= outage.fromMillis()
          && now < outage.toMillis()) {
        return outage.fate();
      }
    }
    return Fate.DONE;
  }

  /** Notes what a history has shown. */
  void sawFate(Member member, Kind kind, Fate fate, Plan.@Nullable Fault fault) {
    boolean writes = kind == Kind.CREATE || kind == Kind.REPLACE;
    if (fate == Fate.NO_ANSWER || fate == Fate.SILENT) {
      judge.saw(Sight.NO_ANSWER);
    } else if (!writes && fate != Fate.DONE) {
      judge.saw(Sight.UNKNOWN_READ);
    } else if (fate == Fate.ANSWER_LOST) {
      judge.saw(Sight.LOST_ANSWER);
    } else if (fate == Fate.NOT_APPLIED || fate == Fate.CONFLICT) {
      judge.saw(Sight.REFUSED_WRITE);
    } else if (fault != null && fault.afterMillis() > member.actor().ttlMillis()) {
      judge.saw(Sight.SLOW_ANSWER);
    }
  }

  /** Something befalls a process; if it is the one that calls, it does not come back before. */
  void strike(Member member, Blow blow, long millis) {
    if (befall(member, blow, millis)) {
      member.process().letOthersRun();
    }
  }

  /**
   * Now and then a process stands still just before it writes what it made sure of before. Only
   * what is fenced stays right then, and few stops would hit that moment by chance.
   */
  void standBeforeWrite(Member member) {
    if (plan.setting().fencesLevels() && stands.nextInt(40) == 0) {
      strike(member, Blow.STOP, stands.nextInt((int) (4 * member.actor().ttlMillis())));
    }
  }

  private boolean befall(Member member, Blow blow, long millis) {
    if (blow == Blow.NONE || member.crashed || member.done) {
      return false;
    }
    trace.say(member.toString(), blow + (blow == Blow.CRASH ? "" : " for " + millis + " ms"));
    member.noteTrouble();
    if (blow == Blow.CRASH) {
      crash(member);
      return true;
    }
    if (millis > member.actor().ttlMillis()) {
      judge.saw(Sight.LONG_PAUSE);
    }
    if (millis >= 60_000) {
      judge.saw(Sight.PAUSE_OF_MINUTES);
    }
    Duration inAll = member.stop(millis);
    if (blow == Blow.STOP) {
      member.process().stop(inAll);
    } else {
      member.holdings.forEach(holding -> holding.suspect = true);
      member.suspended = true;
      member.doubts++;
      member.process().suspend(inAll);
    }
    return true;
  }

  private void crash(Member member) {
    member.crashed = true;
    member.crashedNanos = nowNanos();
    if (member.holdings.stream().anyMatch(holding -> !holding.ended)) {
      judge.saw(Sight.CRASH);
    }
    member.process().crash();
    progress.give();
  }

  private void meet(Plan.Event event) {
    Member member = memberOf(event.actor());
    if (quiet) {
      return;
    }
    trace.say("", "EVENT " + event);
    switch (event.kind()) {
      case CRASH -> befall(member, Blow.CRASH, 0);
      case STOP -> befall(member, Blow.STOP, event.amount());
      case SUSPEND -> befall(member, Blow.SUSPEND, event.amount());
      case WALL -> {
        judge.saw(Sight.WALL_STEP);
        member.setBack |= event.amount() < 0;
        member.doubts++;
        member.process().stepWallClock(millis(event.amount()));
      }
      case RATE -> {
        judge.saw(Sight.DRIFT);
        member.drift(event.amount() / 1000.0);
      }
      case STORE_CLOCK -> {
        judge.saw(Sight.STORE_STEP);
        judge.storeStepped(event.amount());
        simulation.stepStoreClock(event.amount());
      }
      case REMOVE -> change(event.key(), null);
      case OVERWRITE -> change(event.key(), "{\"format\":1,\"sta");
      case RESTORE -> restore(event.key(), (int) event.amount());
    }
  }

  private Member memberOf(int actor) {
    return members.stream()
        .filter(member -> member.actor().id() == actor)
        .findFirst()
        .orElse(members.get(0));
  }

  /** The process that wrote a record. */
  @Nullable Member writerOf(Body body) {
    return members.stream()
        .filter(member -> body.holder().startsWith(member + "@"))
        .findFirst()
        .orElse(null);
  }

  private void restore(String key, int back) {
    List<String> old = bodies.getOrDefault(key, List.of());
    if (back < old.size()) {
      change(key, old.get(old.size() - 1 - back));
    }
  }

  private void change(String key, @Nullable String body) {
    RegisterKey register = new RegisterKey(key);
    if (versionOf(register) == null) {
      return;
    }
    if (body == null) {
      judge.saw(Sight.REMOVED);
      memory.remove(register);
    } else {
      judge.saw(Sight.OVERWRITTEN);
      memory.overwrite(register, body);
    }
    registers.changed(key, versionOf(register));
    judge.changed(key, Body.of(body));
  }

  private @Nullable Version versionOf(RegisterKey key) {
    return memory.read(key) instanceof ReadResult.Present present ? present.version() : null;
  }

  /** A body was written. */
  void keep(String key, String body) {
    bodies.computeIfAbsent(key, k -> new ArrayList<>()).add(body);
  }
}
