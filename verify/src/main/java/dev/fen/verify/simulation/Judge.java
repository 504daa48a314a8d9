package dev.fen.verify.simulation;

import dev.fen.verify.simulation.Violation.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compares what happens in a history with what is promised. Believes nobody's lease. */
final class Judge {

  private final World world;
  private final List<Violation> violations = new ArrayList<>();
  private final Set<Sight> sights = EnumSet.noneOf(Sight.class);
  private final Fences fences = new Fences(this);
  private final LevelFences levelFences = new LevelFences(this);
  private final Counters counters = new Counters(this);

  /** What stands in each register. */
  private final Map<String, Body> standing = new TreeMap<>();

  private final Map<String, Long> highestTokens = new TreeMap<>();

  /** Acquisitions in the order in which the registers saw them, by key and token. */
  private final Map<String, Long> orders = new HashMap<>();

  /** Acquisitions that have left their registers, by key, nonce and token. */
  private final Set<String> gone = new HashSet<>();

  /** When somebody ended an acquisition from outside, by key and token. */
  private final Map<String, Long> disturbed = new HashMap<>();

  /** Acquisitions that a clock out of bounds may have ended too early, by key and token. */
  private final Set<String> excused = new HashSet<>();

  /** Since when what stands in a register stands there, by its key. */
  private final Map<String, Long> standingNanos = new HashMap<>();

  /** When the global lock was last seen held. */
  private long globalHeldNanos = -1;

  /** When the store's clock was last set forward. */
  private long setForwardNanos = -1;

  private boolean setBack;

  /** When a register was last changed without asking, by its key. */
  private final Map<String, Long> changedNanos = new HashMap<>();

  /** The locks whose tokens could not rise, and did not. */
  private final Set<String> fallen = new HashSet<>();

  /** Acquisitions whose records landed where another one had been removed, by key and token. */
  private final Set<String> late = new HashSet<>();

  /** When an old record was last put back, in ticks, by the key of its register. */
  private final Map<String, Long> restored = new HashMap<>();

  private final List<Holding> holdings = new ArrayList<>();
  private long ticks;

  Judge(World world) {
    this.world = world;
  }

  void violated(Rule rule, String detail) {
    world.trace().say("", "VIOLATION of " + rule + ": " + detail);
    violations.add(new Violation(rule, detail));
  }

  void saw(Sight sight) {
    sights.add(sight);
  }

  List<Violation> violations() {
    return List.copyOf(violations);
  }

  Set<Sight> sights() {
    return EnumSet.copyOf(sights.isEmpty() ? EnumSet.noneOf(Sight.class) : sights);
  }

  Fences fences() {
    return fences;
  }

  LevelFences levelFences() {
    return levelFences;
  }

  Counters counters() {
    return counters;
  }

  /** Names an acquisition. */
  static String id(String key, long token) {
    return key + " " + token;
  }

  /** Whether a lock's tokens have risen so far, as far as they could. */
  boolean hasRisingTokens(String key) {
    return !fallen.contains(key);
  }

  /** The store's clock was stepped. */
  void storeStepped(long millis) {
    if (millis > 0) {
      setForwardNanos = world.nowNanos();
    } else {
      setBack = true;
    }
  }

  /** When an acquisition's record first stood in the register; 0 if it never did. */
  long orderOf(String key, long token) {
    return orders.getOrDefault(id(key, token), 0L);
  }

  /** The keys of all registers that were ever written. */
  Set<String> everUsed() {
    return highestTokens.keySet();
  }

  Map<String, Body> standing() {
    return standing;
  }

  // What the registers see.

  /**
   * A write was applied.
   *
   * @param lookedNanos when what its writer knew of the register stood there
   */
  void written(
      Member member, String key, @Nullable Body before, @Nullable Body after, long lookedNanos) {
    if (after == null) {
      return;
    }
    if (changedNanos.getOrDefault(key, -1L) >= lookedNanos) {
      // It was removed after its writer had looked, who cannot know what was acquired in between,
      // and who may have found nothing to take back.
      late.add(id(key, after.token()));
      if (after.token() <= highestTokens.getOrDefault(key, 0L)) {
        fallen.add(key);
      }
    }
    boolean same = before != null && before.held() && before.nonce().equals(after.nonce());
    if (before != null && before.held() && !(same && after.held())) {
      gone.add(key + " " + before.nonce() + " " + before.token());
    }
    if (after.held() && !same) {
      acquired(member, key, after);
    }
    if (before != null && before.held() && !before.nonce().equals(after.nonce())) {
      endedByOther(member, key, before, after);
    }
    stands(key, after);
    lookAtLevels();
  }

  private void stands(String key, @Nullable Body body) {
    standingNanos.put(key, world.nowNanos());
    if (key.equals(Plan.GLOBAL) && isGlobalClosed()) {
      globalHeldNanos = world.nowNanos();
    }
    if (body == null) {
      standing.remove(key);
    } else {
      standing.put(key, body);
    }
  }

  private boolean isHeld(String key) {
    Body body = standing.get(key);
    return body != null && body.held();
  }

  private void acquired(Member member, String key, Body after) {
    if (gone.contains(key + " " + after.nonce() + " " + after.token())
        && !restored.containsKey(key)) {
      violated(
          Rule.REVIVAL, member + "'s record with token " + after.token() + " comes back to " + key);
    }
    long highest = highestTokens.getOrDefault(key, 0L);
    if (after.token() > highest) {
      highestTokens.put(key, after.token());
    } else if (mayFall(key)) {
      fallen.add(key);
    } else if (hasRisingTokens(key)) {
      violated(
          Rule.TOKENS,
          member + " gets token " + after.token() + " of " + key + " after " + highest);
    }
    orders.putIfAbsent(id(key, after.token()), ++ticks);
  }

  /**
   * Where an old record was put back only the store's clock tells the next token, if it is asked at
   * all; where a record is gone it does so everywhere, and may have been set back.
   */
  private boolean mayFall(String key) {
    return restored.containsKey(key) && !world.plan().setting().forgetful()
        || changedNanos.containsKey(key) && setBack;
  }

  private void endedByOther(Member member, String key, Body before, Body after) {
    if (after.forced() && member.forces.contains(key)) {
      disturbed.putIfAbsent(id(key, before.token()), world.nowNanos());
      saw(Sight.FORCED);
    } else {
      saw(Sight.TAKEOVER);
      if (isByWrongClock(member, key, before)) {
        excused.add(id(key, before.token()));
      }
      requireNotLate(member, key, before);
    }
  }

  /**
   * Whether what was taken over may have looked stale before its time: too slow a clock of its
   * holder's, too fast a one of who took it, or the store's set forward since it was written.
   */
  private boolean isByWrongClock(Member taker, String key, Body before) {
    Member holder = world.writerOf(before);
    boolean aged =
        world.plan().setting().showsAge()
            && setForwardNanos >= standingNanos.getOrDefault(key, Long.MAX_VALUE);
    return aged || holder != null && !taker.isInBoundsWith(holder);
  }

  // Whether what nobody works under comes free in time.

  /** Beyond the time after which a record is stale: the looks before and after, and the pauses. */
  static final long LOOKS_MILLIS = 2_500;

  /** Somebody gives up: it must not have seen a lock unchanged for so long that it is free. */
  void requireNotLongKeptOut(Member member) {
    Body body = member.trying == null ? null : standing.get(member.trying.key());
    if (member.trying != null && body != null && body.held()) {
      requireNotLate(member, member.trying.key(), body);
    }
  }

  /** Who is not hindered takes what nobody renews within the promised time. */
  private void requireNotLate(Member member, String key, Body before) {
    Member.Trying trying = member.trying;
    if (trying == null
        || !trying.key().equals(key)
        || member.isHinderedSince(trying.calledNanos())
        || isKeptOutByGlobal(key, trying.calledNanos())) {
      return;
    }
    long since = Math.max(trying.lookedNanos(), standingNanos.getOrDefault(key, Long.MAX_VALUE));
    long millis = before.ttlMillis() + before.ttlMillis() / 20 + 1_000;
    Member dead = deadHere(member, key, before);
    if (dead != null) {
      saw(Sight.DEAD_HERE);
      since = Math.max(since, dead.crashedNanos);
      millis = 0;
    }
    double most = (millis + LOOKS_MILLIS) / member.slowest();
    if (world.nowNanos() - since > most * TimeUnit.MILLISECONDS.toNanos(1)) {
      violated(
          Rule.PROGRESS,
          member
              + " keeps trying to get "
              + key
              + " with token "
              + before.token()
              + ", which "
              + (dead == null ? "nobody renews" : "is of a process that died on its own machine")
              + ", and does not get it within "
              + (long) most
              + " ms");
    }
  }

  private boolean isKeptOutByGlobal(String key, long asked) {
    return isModel(key) && (isGlobalClosed() || globalHeldNanos >= asked);
  }

  /** What cannot be read counts as held. */
  private boolean isGlobalClosed() {
    return isHeld(Plan.GLOBAL) || unreadable().contains(Plan.GLOBAL);
  }

  /** The holder, if it was told that it holds the lock, and its death can be proven here. */
  @Nullable Member deadHere(Member member, String key, Body before) {
    return holdings.stream()
        .filter(holding -> holding.member.crashed && !holding.ended)
        .filter(holding -> holding.member.actor().host() == member.actor().host())
        .filter(
            holding ->
                holding.spans.containsKey(key)
                    && holding.spans.get(key).token == before.token()
                    && before.holder().startsWith(holding.member + "@"))
        .map(holding -> holding.member)
        .findFirst()
        .orElse(null);
  }

  private void lookAtLevels() {
    Body global = standing.get(Plan.GLOBAL);
    if (global != null && global.held()) {
      for (Map.Entry<String, Body> one : standing.entrySet()) {
        if (isModel(one.getKey()) && one.getValue().held()) {
          saw(Sight.DRAIN);
        }
      }
    }
  }

  /** Whether anybody ever changed a register without asking. */
  boolean wasChanged(String key) {
    return changedNanos.containsKey(key);
  }

  /** Somebody changed a register without asking; null means it is gone, or no record. */
  void changed(String key, @Nullable Body after) {
    Body before = standing.get(key);
    changedNanos.put(key, world.nowNanos());
    if (before != null && before.held()) {
      disturbed.putIfAbsent(id(key, before.token()), world.nowNanos());
      gone.add(key + " " + before.nonce() + " " + before.token());
    }
    stands(key, after);
    if (after != null) {
      restored.put(key, ++ticks);
    }
  }

  /** Where something may stand that is no record. */
  Set<String> unreadable() {
    Set<String> keys = new TreeSet<>(changedNanos.keySet());
    keys.removeAll(standing.keySet());
    return keys;
  }

  // What the processes believe.

  private static boolean isModel(String key) {
    return key.startsWith("locks/models/");
  }

  /**
   * A process was told that it has got something. If its machine was suspended meanwhile that may
   * be in doubt already, so nothing is known before it has made sure.
   */
  void got(Holding holding) {
    holdings.add(holding);
  }

  /** A process has just made sure that it holds something. */
  void believes(Holding holding) {
    long now = ++ticks;
    holding.suspect = false;
    holding.spans.values().forEach(span -> requireNotLongDisturbed(holding.member, span));
    for (Holding other : holdings) {
      if (other != holding) {
        compare(holding, other);
      }
    }
    holding.spans.values().forEach(span -> span.heldTick = now);
  }

  /**
   * Whoever is not hindered learns at its next renewal that somebody ended its lease: a third of
   * the ttl, and its clock may be a tenth slow.
   */
  private void requireNotLongDisturbed(Member member, Holding.Span span) {
    Long since = disturbed.get(id(span.key, span.token));
    if (since == null || restored.containsKey(span.key) || !hasRisingTokens(span.key)) {
      return;
    }
    long ttl = TimeUnit.MILLISECONDS.toNanos(member.actor().ttlMillis());
    if (!member.isHinderedSince(since - ttl)
        && world.nowNanos() - since > ttl / 2 + TimeUnit.SECONDS.toNanos(1)) {
      violated(
          Rule.EXCLUSION,
          member
              + " still believes to hold "
              + span.key
              + ", which somebody took from it long ago");
    }
  }

  /** A lease has ended for its holder: something must have hindered or disturbed it. */
  void lost(Holding holding, String why) {
    Member member = holding.member;
    boolean disturbedOrChanged =
        holding.spans.values().stream()
            .anyMatch(span -> isDisturbed(span) || changedNanos.containsKey(span.key));
    if (holding.askedNanos >= 0
        && !member.isHinderedSince(holding.askedNanos)
        && member.hasUsualClock()
        && !disturbedOrChanged) {
      violated(Rule.KEPT, holding + " lost it although nothing was wrong: " + why);
    }
  }

  /** The keys beside which only this one may count. */
  Set<String> guardedBy(Holding holding) {
    Set<String> keys = new TreeSet<>(holding.spans.keySet());
    if (keys.contains(Plan.GLOBAL)) {
      everUsed().stream().filter(Judge::isModel).forEach(keys::add);
    }
    return keys;
  }

  /** Whether it is promised that these two are not at once at what lies beside a lock. */
  boolean exclude(Holding one, Holding other, String key) {
    return guards(one, key)
        .anyMatch(
            span ->
                guards(other, key).anyMatch(othersSpan -> exclude(one, span, other, othersSpan)));
  }

  private static Stream<Holding.Span> guards(Holding holding, String key) {
    return holding.spans.values().stream()
        .filter(span -> span.key.equals(key) || span.key.equals(Plan.GLOBAL) && isModel(key));
  }

  private void compare(Holding one, Holding other) {
    for (Holding.Span span : one.spans.values()) {
      for (Holding.Span othersSpan : other.spans.values()) {
        if (exclude(one, span, other, othersSpan)) {
          if (othersSpan.heldTick > span.heldTick && span.heldTick > 0) {
            violated(Rule.EXCLUSION, one + " held it before and after " + other + " did");
          } else if (other.isBelieved()) {
            violated(Rule.EXCLUSION, one + " and " + other + " believe to hold it now");
          }
        }
      }
    }
  }

  private boolean exclude(Holding one, Holding.Span span, Holding other, Holding.Span othersSpan) {
    boolean levels =
        span.key.equals(Plan.GLOBAL) && isModel(othersSpan.key)
            || othersSpan.key.equals(Plan.GLOBAL) && isModel(span.key);
    boolean strangers =
        !one.member.isKinOf(other.member)
            && !isLetInByChanged(one.member)
            && !isLetInByChanged(other.member);
    return (span.key.equals(othersSpan.key) || levels && strangers)
        && !isDisturbed(span)
        && !isDisturbed(othersSpan);
  }

  /**
   * Whether a process above it holds a lock by a record that may be an old one, or that was removed
   * under its hands: a drain may have seen nothing of it.
   */
  boolean isLetInByChanged(Member member) {
    return holdings.stream()
        .filter(above -> member.isBelow(above.member))
        .anyMatch(above -> above.spans.keySet().stream().anyMatch(changedNanos::containsKey));
  }

  /** Whether it may believe to hold what is no longer its own. */
  private boolean isDisturbed(Holding.Span span) {
    String id = id(span.key, span.token);
    return disturbed.containsKey(id)
        || excused.contains(id)
        || span.calledTick < restored.getOrDefault(span.key, 0L)
        || span.member.mayMissSuspension();
  }

  /** Whether the global lock's token is of a process above this one. */
  boolean isHeldAbove(Member member, OptionalLong token) {
    return token.isPresent()
        && holdings.stream()
            .filter(above -> above.member != member && member.isBelow(above.member))
            .anyMatch(above -> token.getAsLong() == above.tokens.getOrDefault(Plan.GLOBAL, -1L));
  }

  /** A number that is greater than all before. */
  long tick() {
    return ++ticks;
  }

  // When all is over.

  /** Whether the acquisitions of each lock have an order, by their tokens. */
  void judgeOrder() {
    Map<String, List<Holding.Span>> locks = new TreeMap<>();
    for (Holding holding : holdings) {
      for (Holding.Span span : holding.spans.values()) {
        locks.computeIfAbsent(span.key, key -> new ArrayList<>()).add(span);
      }
    }
    locks.keySet().removeAll(fallen);
    locks.values().forEach(this::judgeOrder);
  }

  /**
   * Each takes the lock at one moment of its call, as early as may be, and holds it until it last
   * made sure that it does; the next one takes it later.
   */
  private void judgeOrder(List<Holding.Span> spans) {
    spans.sort(Comparator.comparingLong(span -> span.token));
    long free = 0;
    for (Holding.Span span : spans) {
      long taken = Math.max(free, span.calledTick);
      if (taken > span.gotTick) {
        violated(
            Rule.LOCK_ORDER,
            "token " + span.token + " of " + span.key + " was got before a lower one was let go");
        return;
      }
      free = !isDisturbed(span) ? Math.max(taken, span.heldTick) : taken;
    }
  }

  /** Whether nothing was excused that is excused for clocks and old records alone. */
  void judgeWhole() {
    boolean missed = holdings.stream().anyMatch(holding -> holding.member.mayMissSuspension());
    if (excused.isEmpty() && fallen.isEmpty() && restored.isEmpty() && !missed) {
      saw(Sight.JUDGED);
    }
  }

  /** Whether what the registers answered has an order. */
  void judgeRegisters() {
    for (String key : world.registers().withoutOrder()) {
      violated(Rule.REGISTER_ORDER, "the answers about " + key + " have no order");
    }
  }

  /** Whether anything is held by a process that lives and was not hindered from giving it back. */
  void judgeLeftHeld(List<Member> members) {
    standing.forEach(
        (key, body) -> {
          for (Member member : members) {
            if (body.held()
                && body.holder().startsWith(member + "@")
                && !mayLeave(member, key, body.token())) {
              violated(
                  Rule.LEFT_HELD,
                  key + " with token " + body.token() + " is left held by " + member);
            }
          }
        });
  }

  private boolean mayLeave(Member member, String key, long token) {
    if (restored.containsKey(key) || fallen.contains(key) || late.contains(id(key, token))) {
      return true;
    }
    long gaveUp = member.givenBackNanos.getOrDefault(key, 0L);
    return member.crashed
        || member.troubledNanos >= member.givenBackNanos.getOrDefault(id(key, token), gaveUp);
  }
}
