package dev.fen.cli;

import dev.fen.cli.exec.HeldLock;
import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LossCause;
import dev.fen.lock.store.StoreFailure;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The leases as the runner sees them. */
final class HeldLeases implements HeldLock {

  private final List<Lease> leases;
  private final String location;
  private boolean started;
  private @Nullable Lease runningOut;
  private @Nullable LockLostException loss;
  private LossCause cause = LossCause.STORE_UNREACHABLE;

  HeldLeases(List<Lease> leases, String location) {
    this.leases = leases;
    this.location = location;
  }

  @Override
  public long endNanos() {
    return System.nanoTime() + mostUrgent().remaining().toNanos();
  }

  /** Whether the command was started. */
  boolean started() {
    return started;
  }

  /** Which lock the command was ended for, as far as that is known here. */
  String lostName() {
    return loss == null ? mostUrgent().lockName() : loss.lockName();
  }

  /** Why that one was lost, or about to be. */
  LossCause lossCause() {
    return loss == null ? cause : loss.lossCause();
  }

  /** The one that ends first, or the one that the command was ended for. */
  Lease mostUrgent() {
    return runningOut != null
        ? runningOut
        : leases.stream().min(Comparator.comparing(Lease::remaining)).orElseThrow();
  }

  @Override
  public String runningOut() {
    Lease first = mostUrgent();
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
    List<String> others =
        leases.stream()
            .filter(lease -> !lease.equals(first) && lease.renewalFailure().isPresent())
            .map(lease -> " and \"" + lease.lockName() + "\"")
            .toList();
    return (others.isEmpty() ? "lock \"" : "locks \"")
        + first.lockName()
        + "\""
        + String.join("", others)
        + " in "
        + location
        + " could not be renewed and "
        + (others.isEmpty() ? "is" : "are")
        + " about to run out: "
        + (failure == null
            ? "fen stood still (stopped, suspended or without processor time)"
            : failure.message());
  }

  /** A variable that an outer Fen set for a lock of its own is overwritten or taken away. */
  @Override
  public Map<String, String> environment() {
    Lease single = leases.size() == 1 ? leases.get(0) : null;
    Map<String, String> variables = new HashMap<>();
    variables.put("FEN_LOCK_KEY", single == null ? "" : single.lockName());
    variables.put("FEN_LOCK_TOKEN", single == null ? "" : Long.toString(single.token()));
    variables.put("FEN_LOCKS", LockJson.tokens(leases));
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
    for (Lease lease : leases) {
      lease.addCompanion(commandPid);
    }
  }

  @Override
  public void watchdogReplaced(long watchdogPid) {
    for (Lease lease : leases) {
      lease.addCompanion(watchdogPid);
    }
  }
}
