package dev.fen.verify.simulation;

import dev.fen.lock.Claims;
import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockException;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.ModelLocks;
import dev.fen.lock.ReleasedVersions;
import dev.fen.verify.simulation.Plan.Step;
import dev.fen.verify.simulation.Plan.What;
import dev.fen.verify.simulation.Violation.Rule;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Does in one process what its plan says. */
final class Player {

  /** What a lock is asked with, however it is done. */
  private interface Ask {
    LeaseGroup with(LockOptions options) throws InterruptedException;
  }

  /** However short the wait is, one attempt is made whole. */
  private static final long WHOLE_ATTEMPT_MILLIS = 5_000;

  private static final long CLOSE_MILLIS = 7_000;

  /** No attempt begins after 10 s, and each request of it has 10 s, with a pause between two. */
  private static final long FORCE_MILLIS = 45_000;

  private final World world;
  private final Member member;
  private final Claims claims;
  private final ModelLocks models;

  Player(World world, Member member, Claims claims) {
    this.world = world;
    this.member = member;
    this.claims = claims;
    this.models = member.locks().models(claims, ReleasedVersions.inMemory());
  }

  void run() throws InterruptedException {
    for (Step step : member.actor().steps()) {
      member.sleep(step.beforeMillis());
      if (step.what() == What.FORCE) {
        force(step);
      } else {
        take(step);
      }
    }
    Calls.Open call = world.calls().begin(member, "close the service", WHOLE_ATTEMPT_MILLIS);
    member.locks().close();
    world.calls().end(call, "done");
  }

  private void force(Step step) throws InterruptedException {
    for (String name : step.names()) {
      String key = keyOf(name);
      Calls.Open call = world.calls().begin(member, "force release of " + key, FORCE_MILLIS);
      member.forces.add(key);
      String how;
      try {
        how = release(name).toString();
        member.forces.remove(key);
      } catch (LockException failed) {
        // It may still land.
        how = String.valueOf(failed.getMessage());
      }
      world.calls().end(call, how);
    }
  }

  private Object release(String name) throws InterruptedException {
    if (name.equals(Plan.GLOBAL)) {
      return models.forceReleaseGlobal(OptionalLong.empty()).outcome();
    }
    return name.contains("/")
        ? models.forceRelease(name, OptionalLong.empty()).outcome()
        : member.locks().forceRelease(name, OptionalLong.empty()).outcome();
  }

  private static String keyOf(LockKind kind, String name) {
    return kind == LockKind.GLOBAL ? Plan.GLOBAL : keyOf(name);
  }

  /** The key of a lock's register. */
  static String keyOf(String name) {
    if (name.equals(Plan.GLOBAL)) {
      return name;
    }
    return (name.contains("/") ? "locks/models/" : "locks/named/") + name + ".lock";
  }

  // Taking.

  private void take(Step step) throws InterruptedException {
    Ask ask =
        switch (step.what()) {
          case MODELS -> options -> models.acquireModels(step.names(), options, status -> {});
          case GLOBAL -> options -> models.acquireGlobal(options, status -> {});
          default -> options -> named(step, options);
        };
    // A lock of a group may be lost while the next one is waited for.
    boolean mayLose = step.what() == What.NAMED || !claims.isEmpty();
    long asked = world.nowNanos();
    keepsTrying(step, asked);
    Taken taken = ask(step.names(), step.waitMillis(), mayLose, ask);
    member.trying = null;
    if (taken == null) {
      // One that takes several may have had to give some back long before it gave up.
      long since = step.what() == What.NAMED ? world.nowNanos() : asked;
      step.names().forEach(name -> member.gaveUp(keyOf(name), since));
      return;
    }
    Holding holding = new Holding(member, taken.group.leases());
    holding.askedNanos = claims.isEmpty() ? asked : -1;
    note(holding, taken);
    member.holdings.add(holding);
    if (member.depth() > 0) {
      sawNested();
    }
    world.judge().got(holding);
    holding.pass = passOf(step, holding);
    holding.passTick = world.judge().tick();
    Member child = startChild(step, taken.group);
    boolean held = work(step, taken.group, holding);
    if (held && child != null && step.awaitsChild()) {
      held = awaitChild(step, taken.group, holding, child);
    }
    giveBack(taken.group, holding);
  }

  /**
   * Who asks for one lock alone looks at it again and again from now on; a structural command does
   * so from the middle of its wait.
   */
  private void keepsTrying(Step step, long asked) {
    if (claims.isEmpty() && step.names().size() == 1) {
      double idle = step.what() == What.GLOBAL ? step.waitMillis() / 2.0 / member.slowest() : 0;
      long looked = asked + (long) (idle * TimeUnit.MILLISECONDS.toNanos(1));
      member.trying = new Member.Trying(keyOf(step.names().get(0)), asked, looked);
    }
  }

  /** One that nobody is started under needs no group. */
  private LeaseGroup named(Step step, LockOptions options) throws InterruptedException {
    return claims.isEmpty() && step.child() == null
        ? new OneLease(member.locks().acquire(step.names().get(0), options))
        : models.acquireNamed(step.names(), options, status -> {});
  }

  /** What was got, and since when it was asked for. */
  private record Taken(LeaseGroup group, long calledTick) {}

  private @Nullable Taken ask(List<String> names, long waitMillis, boolean mayLose, Ask ask)
      throws InterruptedException {
    LockOptions options = member.locks().defaults().withMaxWait(Duration.ofMillis(waitMillis));
    long called = world.judge().tick();
    long start = member.process().nanoTime();
    Calls.Open call =
        world.calls().begin(member, "acquire " + names, Math.max(waitMillis, WHOLE_ATTEMPT_MILLIS));
    try {
      LeaseGroup group = ask.with(options);
      world.calls().end(call, "got " + group.tokens());
      return new Taken(group, called);
    } catch (LockException failed) {
      world.calls().end(call, String.valueOf(failed.getMessage()));
      judge(failed, member.process().nanoTime() - start, waitMillis, mayLose);
      return null;
    }
  }

  private void judge(LockException failed, long tookNanos, long waitMillis, boolean mayLose) {
    if (failed instanceof LockTimeoutException) {
      world.judge().saw(Sight.TIMEOUT);
      world.judge().requireNotLongKeptOut(member);
      if (tookNanos < Duration.ofMillis(waitMillis).toNanos()) {
        world.judge().violated(Rule.BOUND, member + " gave up early: " + failed.getMessage());
      }
    } else if (!(failed instanceof LockLostException && mayLose)) {
      world.judge().violated(Rule.FAILURE, member + ": " + failed);
    }
  }

  private void note(Holding holding, Taken taken) {
    LockKind kind = taken.group.kind();
    List<Lease> leases = taken.group.leases();
    holding.lease(leases);
    long got = world.judge().tick();
    for (Lease lease : leases) {
      String key = keyOf(kind, lease.lockName());
      holding.spans.computeIfAbsent(
          key, k -> new Holding.Span(member, k, lease.token(), taken.calledTick, got));
    }
    taken.group.tokens().forEach((name, token) -> holding.tokens.put(keyOf(kind, name), token));
  }

  /** What it can show to resources that both levels change; asks the store if it is a run. */
  private LevelFences.@Nullable Pass passOf(Step step, Holding holding)
      throws InterruptedException {
    if (!world.plan().setting().fencesLevels() || step.what() == What.NAMED) {
      return null;
    }
    if (step.what() == What.GLOBAL) {
      return new LevelFences.Pass(true, holding.tokens.getOrDefault(Plan.GLOBAL, 0L), false);
    }
    try {
      LockStatus global = models.inspectGlobal();
      OptionalLong token = global.token();
      boolean known = token.isPresent() || global.state() == LockStatus.State.FREE;
      boolean within = world.judge().isHeldAbove(member, token);
      return known
          ? LevelFences.passOfRun(token, global.state() != LockStatus.State.FREE, within)
          : null;
    } catch (LockException unknown) {
      return null;
    }
  }

  private void sawNested() {
    world.judge().saw(Sight.NESTED);
    if (member.depth() > 1) {
      world.judge().saw(Sight.NESTED_DEEPLY);
    }
    Body global = world.judge().standing().get(Plan.GLOBAL);
    if (global != null && global.held()) {
      world.judge().saw(Sight.ADMITTED);
    }
  }

  // Working.

  private @Nullable Member startChild(Step step, LeaseGroup group) {
    Plan.Actor child = step.child();
    return child == null
        ? null
        : world.start(child, member + "/" + child.id(), Claims.parse(group.claims().toText()));
  }

  private boolean work(Step step, LeaseGroup group, Holding holding) throws InterruptedException {
    world.judge().fences().touch(holding);
    world.judge().levelFences().touch(holding);
    boolean askedForMore = step.more().isEmpty();
    for (long worked = 0; worked < step.workMillis(); worked += step.beatMillis()) {
      if (!beat(group, holding)) {
        return false;
      }
      if (!askedForMore) {
        askedForMore = true;
        askForMore(step, group, holding);
      }
      member.sleep(step.beatMillis());
    }
    return beat(group, holding);
  }

  private boolean awaitChild(Step step, LeaseGroup group, Holding holding, Member child) {
    while (!child.done && !child.crashed) {
      member.sleep(step.beatMillis());
      if (!beat(group, holding)) {
        return false;
      }
    }
    return true;
  }

  private void askForMore(Step step, LeaseGroup group, Holding holding)
      throws InterruptedException {
    long asked = world.nowNanos();
    Taken taken =
        ask(
            step.more(),
            step.waitMillis(),
            true,
            options -> {
              group.acquireMore(step.more(), options, status -> {});
              return group;
            });
    if (taken == null) {
      step.more().forEach(name -> member.gaveUp(keyOf(name), asked));
    } else {
      note(holding, taken);
      world.judge().fences().touch(holding);
      world.judge().levelFences().touch(holding);
    }
  }

  /** Makes sure that it is held, and then writes; between the two anything may happen. */
  private boolean beat(LeaseGroup group, Holding holding) {
    long ttl = member.actor().ttlMillis();
    Calls.Open call = world.calls().begin(member, "ensure held " + holding.tokens, ttl, ttl);
    try {
      group.ensureHeld();
    } catch (LockLostException lost) {
      world.calls().end(call, String.valueOf(lost.getMessage()));
      world.judge().saw(Sight.LOSS);
      world.judge().lost(holding, String.valueOf(lost.getMessage()));
      holding.ended = true;
      requireStillLost(group, holding);
      return false;
    }
    world.calls().end(call, "yes");
    world.judge().believes(holding);
    world.judge().fences().read(holding);
    world.judge().levelFences().read(holding);
    world.judge().counters().read(holding);
    member.sleep(world.latencyMillis());
    world.standBeforeWrite(member);
    world.judge().fences().write(holding);
    world.judge().levelFences().write(holding);
    if (holding.isBelieved()) {
      world.judge().counters().write(holding);
    }
    return true;
  }

  /** What has ended stays ended. */
  private void requireStillLost(LeaseGroup group, Holding holding) {
    member.sleep(member.actor().ttlMillis() / 4);
    try {
      group.ensureHeld();
      world.judge().violated(Rule.REVIVAL, holding + " is held again after it was lost");
    } catch (LockLostException stillLost) {
      world.trace().say(member.toString(), "still lost");
    }
  }

  private void giveBack(LeaseGroup group, Holding holding) {
    holding.ended = true;
    // A renewal that is under way has its part in what comes of it.
    long since = world.nowNanos() - TimeUnit.MILLISECONDS.toNanos(member.actor().ttlMillis());
    for (Holding.Span span : holding.spans.values()) {
      member.givenBackNanos.put(Judge.id(span.key, span.token), since);
    }
    Calls.Open call = world.calls().begin(member, "give back " + holding.tokens, CLOSE_MILLIS);
    group.close();
    world.calls().end(call, "done");
  }
}
