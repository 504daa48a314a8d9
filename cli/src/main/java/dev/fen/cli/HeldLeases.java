package dev.fen.cli;

import dev.fen.cli.exec.HeldLock;
import dev.fen.lock.Claims;
import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LossCause;
import dev.fen.lock.store.StoreFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The leases as the runner sees them. */
final class HeldLeases implements HeldLock {

  /** The variable by which the processes below learn what those above them hold. */
  static final String CLAIMS = "FEN_CLAIMS";

  /** Where all locks are held by processes above this one, nothing runs out here. */
  private static final Duration FOR_GOOD = Duration.ofDays(365);

  /**
   * A lock that the command runs under, whoever above it took it.
   *
   * @param kind what it stands for
   * @param name its name
   * @param token its fencing token
   */
  record Held(LockKind kind, String name, long token) {

    String label() {
      return kind.label(name);
    }
  }

  private final List<LeaseGroup> groups;
  private final Map<Lease, LockKind> kinds = new LinkedHashMap<>();
  private final String location;
  private boolean started;
  private @Nullable Lease runningOut;
  private @Nullable LockLostException loss;
  private LossCause cause = LossCause.STORE_UNREACHABLE;

  HeldLeases(List<LeaseGroup> groups, String location) {
    this.groups = List.copyOf(groups);
    this.location = location;
    for (LeaseGroup group : groups) {
      group.leases().forEach(lease -> kinds.put(lease, group.kind()));
    }
  }

  @Override
  public long endNanos() {
    Duration left = mostUrgent().map(Lease::remaining).orElse(FOR_GOOD);
    return System.nanoTime() + left.toNanos();
  }

  /** Whether the command was started. */
  boolean started() {
    return started;
  }

  /**
   * Which lock the command was ended for, as far as that is known here.
   *
   * @param told the loss that the command was ended for, if it was told
   */
  Held lost(@Nullable LockLostException told) {
    LockLostException known = told == null ? loss : told;
    if (known != null) {
      return new Held(known.lockKind(), known.lockName(), 0);
    }
    return mostUrgent().map(this::held).orElseGet(() -> locks().get(0));
  }

  /** Why that one was lost, or about to be. */
  LossCause lossCause() {
    return loss == null ? cause : loss.lossCause();
  }

  /** Whether what keeps the lock from being renewed may pass. */
  boolean mayAnswerAgain() {
    return mostUrgent().flatMap(Lease::renewalFailure).map(f -> !f.permanent()).orElse(true);
  }

  /** The one that ends first, or the one that the command was ended for. */
  private Optional<Lease> mostUrgent() {
    return runningOut != null
        ? Optional.of(runningOut)
        : kinds.keySet().stream().min(Comparator.comparing(Lease::remaining));
  }

  private Held held(Lease lease) {
    return new Held(kind(lease), lease.lockName(), lease.token());
  }

  private LockKind kind(Lease lease) {
    return kinds.getOrDefault(lease, LockKind.NAMED);
  }

  private List<Held> locks() {
    List<Held> locks = new ArrayList<>();
    for (LeaseGroup group : groups) {
      group.tokens().forEach((name, token) -> locks.add(new Held(group.kind(), name, token)));
    }
    return locks;
  }

  @Override
  public String runningOut() {
    Lease first = mostUrgent().orElseThrow();
    runningOut = first;
    if (first.remaining().isZero()) {
      try {
        first.ensureHeld();
      } catch (LockLostException lost) {
        // Its listeners are about to be told.
        loss = lost;
        return "the lock was lost: " + lost.getMessage();
      }
    }
    StoreFailure failure = first.renewalFailure().orElse(null);
    if (failure == null) {
      cause = LossCause.PROCESS_PAUSED;
    }
    List<Held> failing = new ArrayList<>(List.of(held(first)));
    for (Lease lease : kinds.keySet()) {
      if (!lease.equals(first) && lease.renewalFailure().isPresent()) {
        failing.add(held(lease));
      }
    }
    return labels(failing)
        + " in "
        + location
        + " could not be renewed and "
        + (failing.size() == 1 ? "is" : "are")
        + " about to run out: "
        + (failure == null
            ? "fen stood still (stopped, suspended or without processor time)"
            : failure.message());
  }

  private static String labels(List<Held> locks) {
    boolean plain =
        locks.size() > 1 && locks.stream().allMatch(lock -> lock.kind() == LockKind.NAMED);
    return locks.stream()
        .map(lock -> plain ? "\"" + lock.name() + "\"" : lock.label())
        .collect(Collectors.joining(" and ", plain ? "locks " : "", ""));
  }

  /** A variable that an outer Fen set for a lock of its own is overwritten or taken away. */
  @Override
  public Map<String, String> environment() {
    List<Held> locks = locks();
    Held single = locks.size() == 1 ? locks.get(0) : null;
    Map<String, String> variables = new HashMap<>();
    variables.put("FEN_LOCK_KEY", single == null ? "" : single.name());
    variables.put("FEN_LOCK_TOKEN", single == null ? "" : Long.toString(single.token()));
    variables.put("FEN_LOCKS", LockJson.tokens(locks));
    Claims claims = Claims.NONE;
    for (LeaseGroup group : groups) {
      claims = claims.and(group.claims());
    }
    variables.put(CLAIMS, claims.toText());
    // The launcher leaves a locale where Java loses names; the command gets what was set.
    String locale = System.getProperty("fen.env.LC_ALL");
    if (locale != null) {
      variables.put("LC_ALL", locale);
    }
    return variables;
  }

  @Override
  public void commandStarted(long commandPid) {
    started = true;
    for (Lease lease : kinds.keySet()) {
      lease.addCompanion(commandPid);
    }
  }

  @Override
  public void watchdogReplaced(long watchdogPid) {
    for (Lease lease : kinds.keySet()) {
      lease.addCompanion(watchdogPid);
    }
  }
}
