package dev.fen.lock;

import dev.fen.lock.platform.Cancellable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the leases of one run have in common: the end of one is the end of all. Guarded by itself;
 * calls no lease while it is.
 */
final class Fate {

  private final LockContext context;
  private final List<HeldLease> leases = new ArrayList<>();
  private final List<Consumer<LockLostException>> listeners = new ArrayList<>();
  private @Nullable LockLostException loss;

  Fate(LockContext context) {
    this.context = context;
  }

  /** A lease shares it from now on; at once if it is lost already. */
  void join(HeldLease lease) {
    synchronized (this) {
      leases.add(lease);
    }
    lease.share(this);
  }

  /** Why all of it has ended; null if it has not. */
  synchronized @Nullable LockLostException loss() {
    return loss;
  }

  /** The first end counts: the other leases notice at once, and listeners are told of this one. */
  void end(LockLostException lost) {
    List<HeldLease> others;
    List<Consumer<LockLostException>> told;
    synchronized (this) {
      if (loss != null) {
        return;
      }
      loss = lost;
      others = List.copyOf(leases);
      told = List.copyOf(listeners);
      listeners.clear();
    }
    // Not here: the lease that ended may be guarded by this very thread.
    Cancellable ignored = context.platform().schedule(() -> others.forEach(HeldLease::endIfDue), 0);
    told.forEach(listener -> tell(listener, lost));
  }

  void onLost(Consumer<LockLostException> listener) {
    LockLostException already;
    synchronized (this) {
      already = loss;
      if (already == null) {
        listeners.add(listener);
      }
    }
    if (already != null) {
      tell(listener, already);
    }
  }

  /** Nobody is told any more. */
  synchronized void forget() {
    listeners.clear();
  }

  private void tell(Consumer<LockLostException> listener, LockLostException lost) {
    context.tell(() -> HeldLease.tell(listener, lost));
  }
}
