package dev.fen.lock;

import dev.fen.lock.Claims.Claim;
import java.util.ArrayList;
import java.util.List;

/**
 * One run's acquisition of named locks: one after the other in the order of their names, so that
 * nobody waits while holding what another one takes first.
 */
final class NamedAcquisition {

  private final LockContext context;
  private final List<LockName> wanted;
  private final List<Claim> passed;
  private final Ancestors ancestors;
  private final Terms terms;
  private final List<HeldLease> held = new ArrayList<>();

  /**
   * An acquisition; nothing is asked yet.
   *
   * @param wanted the locks to take, in the order of their names
   * @param passed claims to locks that are not taken since an ancestor holds them
   * @param ancestors the locks this process was started under
   */
  NamedAcquisition(
      LockContext context,
      List<LockName> wanted,
      List<Claim> passed,
      Ancestors ancestors,
      Terms terms) {
    this.context = context;
    this.wanted = List.copyOf(wanted);
    this.passed = List.copyOf(passed);
    this.ancestors = ancestors;
    this.terms = terms;
  }

  /**
   * Runs it, in the caller's thread.
   *
   * @return the leases, in the order of the names
   * @throws LockTimeoutException if they were not to be had by the deadline
   * @throws LockLostException if an ancestor has no longer what it is said to hold, or a lock was
   *     lost while the next one was waited for
   * @throws LockStoreException if the store cannot do what is needed and no retry can cure it
   */
  List<HeldLease> run() throws InterruptedException {
    boolean acquired = false;
    try {
      ancestors.requireTold(passed, terms, new Pauses(context.platform()));
      for (LockName lock : wanted) {
        held.add(new LeaseLock(context, lock).acquire(terms.with(failed -> requireHeld())));
      }
      requireHeld();
      acquired = true;
      return List.copyOf(held);
    } finally {
      if (!acquired) {
        Releases.start(context, held, () -> {});
      }
    }
  }

  private void requireHeld() {
    terms.requireProven(context, held);
  }
}
