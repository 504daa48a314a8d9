package dev.fen.lock;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Gives several leases back side by side. */
final class Releases {

  private Releases() {}

  /**
   * Starts to.
   *
   * @param whenDone is run on a worker when the last one is given back; not at all for none
   */
  static void start(LockContext context, Collection<HeldLease> leases, Runnable whenDone) {
    List<HeldLease> all = List.copyOf(leases);
    AtomicInteger left = new AtomicInteger(all.size());
    for (HeldLease lease : all) {
      context
          .releasers()
          .execute(
              () -> {
                lease.close();
                if (left.decrementAndGet() == 0) {
                  whenDone.run();
                }
              });
    }
  }
}
