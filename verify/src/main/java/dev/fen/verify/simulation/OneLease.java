package dev.fen.verify.simulation;

import dev.fen.lock.Claims;
import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockStatus;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A lease that belongs to no group, to be played with like one that does. */
record OneLease(Lease lease) implements LeaseGroup {

  @Override
  public LockKind kind() {
    return LockKind.NAMED;
  }

  @Override
  public List<Lease> leases() {
    return List.of(lease);
  }

  @Override
  public SortedMap<String, Long> tokens() {
    SortedMap<String, Long> tokens = new TreeMap<>();
    tokens.put(lease.lockName(), lease.token());
    return tokens;
  }

  @Override
  public void ensureHeld() {
    lease.ensureHeld();
  }

  /** Nothing is above it. */
  @Override
  public void ensureHeldAbove() {}

  @Override
  public void onLost(Consumer<LockLostException> listener) {
    lease.onLost(listener);
  }

  @Override
  public Claims claims() {
    return Claims.NONE;
  }

  @Override
  public void acquireMore(
      Collection<String> models, LockOptions options, Consumer<LockStatus> whileWaiting) {
    throw new UnsupportedOperationException("it stays one");
  }

  @Override
  public void abandon() {
    lease.abandon();
  }

  @Override
  public void close() {
    lease.close();
  }
}
