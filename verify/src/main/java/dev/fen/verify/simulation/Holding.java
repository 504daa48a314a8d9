package dev.fen.verify.simulation;

import dev.fen.lock.Lease;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One acquisition that its process was told of. */
final class Holding {

  /** From the call that asked for one lock to the last moment at which it was surely held. */
  static final class Span {
    final Member member;
    final String key;
    final long token;
    final long calledTick;
    final long gotTick;
    long heldTick;

    Span(Member member, String key, long token, long calledTick, long gotTick) {
      this.member = member;
      this.key = key;
      this.token = token;
      this.calledTick = calledTick;
      this.gotTick = gotTick;
    }
  }

  final Member member;

  /** The locks it took itself, by the keys of their registers. */
  final Map<String, Span> spans = new TreeMap<>();

  /** Those it passes through too, with their tokens. */
  final Map<String, Long> tokens = new TreeMap<>();

  /** What it knows of the counters that only its locks guard, by key. */
  final Map<String, Long> counted = new TreeMap<>();

  /** What it read of the fenced resources, by key. */
  final Map<String, Long> read = new TreeMap<>();

  /** What it shows to resources that both levels change; null if it does not know. */
  LevelFences.@Nullable Pass pass;

  long passTick;

  /** Those resources that it touched, by key. */
  final Set<String> touched = new TreeSet<>();

  /** What it read of them, by key. */
  final Map<String, Long> readBeside = new TreeMap<>();

  private List<Lease> leases;

  /** When it was asked for, if its process was started under no other locks; or negative. */
  long askedNanos = -1;

  /** Whether its machine may have been suspended since it last made sure that it holds them. */
  boolean suspect = true;

  boolean ended;

  Holding(Member member, List<Lease> leases) {
    this.member = member;
    this.leases = leases;
  }

  /** By which lock of its own it is kept apart from others at what lies beside a model. */
  @Nullable Span spanFor(String model) {
    Span own = spans.get(model);
    return own == null ? spans.get(Plan.GLOBAL) : own;
  }

  void lease(List<Lease> all) {
    leases = all;
  }

  /** Whether its process would go on now if it asked, as far as one can tell without asking it. */
  boolean isBelieved() {
    return !ended
        && !suspect
        && !member.crashed
        && leases.stream().allMatch(lease -> !lease.remaining().isZero())
        && !leases.isEmpty();
  }

  @Override
  public String toString() {
    return member + " with " + tokens;
  }
}
