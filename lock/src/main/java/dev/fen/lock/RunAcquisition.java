package dev.fen.lock;

import dev.fen.lock.Claims.Claim;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.StoreFailure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run's acquisition of its models' locks: it takes them, and then looks at the global lock. If
 * somebody else holds that one, it gives all back, waits, and starts over.
 *
 * <p>Several locks are taken side by side, in any order. Order matters only for waiting: before the
 * run waits for a lock that somebody holds, it gives back all that sort after it, and so nobody
 * waits while holding what others take first. While it waits it looks at the global lock too.
 *
 * <p>A run that an admitted run started, or that asks for more, is admitted although the global
 * lock is held, as long as whoever holds that still waits for its ancestor: it has taken its own
 * locks, then looked at the global one, and only then reads a record of its ancestor's, which bears
 * the nonce. A drain that had passed the ancestor before would find that record changed.
 */
final class RunAcquisition {

  /** What became of one lock of several. */
  private record Attempt(
      @Nullable HeldLease lease, boolean busy, @Nullable RuntimeException failure) {

    static final Attempt NONE = new Attempt(null, false, null);
  }

  /** An attempt had not come to an end. */
  private static final StoreFailure UNANSWERED =
      StoreFailure.passing("the time was over before an answer came", null);

  private final LockContext context;
  private final List<LockName> wanted;
  private final List<Claim> passed;
  private final Ancestors outer;
  private final Ancestors admitting;
  private final Runnable requirement;
  private final Terms terms;
  private final long callsEndNanos;
  private final Pauses backOffs;
  private final GlobalLook global;
  private final Notices notices;
  private final NavigableMap<String, HeldLease> held = new TreeMap<>();

  /**
   * An acquisition; nothing is asked yet.
   *
   * @param wanted the models' locks to take, in the order of their names
   * @param passed claims to locks that are not taken since an ancestor holds them
   * @param outer the locks this process was started under
   * @param admitting those, and the ones the run itself holds already
   * @param requirement throws when nothing is to be acquired any more
   */
  RunAcquisition(
      LockContext context,
      List<LockName> wanted,
      List<Claim> passed,
      Ancestors outer,
      Ancestors admitting,
      Runnable requirement,
      Terms terms) {
    this.context = context;
    this.wanted = List.copyOf(wanted);
    this.passed = List.copyOf(passed);
    this.outer = outer;
    this.admitting = admitting;
    this.requirement = requirement;
    this.terms = terms;
    this.callsEndNanos = terms.callsEndNanos(terms.startNanos());
    this.backOffs = new Pauses(context.platform());
    this.notices = new Notices(terms.whileWaiting());
    this.global = new GlobalLook(context, admitting, terms, callsEndNanos);
  }

  /**
   * Runs it, in the caller's thread.
   *
   * @return the leases, in the order of the names
   * @throws LockTimeoutException if they were not to be had by the deadline
   * @throws LockLostException if an ancestor has no longer what it is said to hold
   * @throws LockStoreException if the store cannot do what is needed and no retry can cure it
   */
  List<HeldLease> run() throws InterruptedException {
    boolean acquired = false;
    try {
      outer.requireTold(passed, terms, backOffs);
      while (!takeAll() || !isAdmitted()) {
        giveBack(held.values());
        awaitGlobal();
        outer.requireTold(passed, terms, backOffs);
      }
      acquired = true;
      return List.copyOf(held.values());
    } finally {
      global.close();
      if (!acquired) {
        startGivingBack(held.values(), () -> {});
      }
    }
  }

  private Platform platform() {
    return context.platform();
  }

  private void throwIfOver() {
    if (global.lookout().leftNanos() <= 0) {
      throw TimeoutMessage.closedByGlobal(
          context,
          global.lock(),
          wanted,
          global.lookout().lastSighting(),
          global.failure(),
          platform().nanoTime() - terms.startNanos(),
          terms.options());
    }
  }

  private void pause() throws InterruptedException {
    platform().newSignal().await(Math.min(backOffs.afterFailure(), global.lookout().leftNanos()));
  }

  // Taking.

  /** Takes all that is wanted; false if the run has to start over instead. */
  private boolean takeAll() throws InterruptedException {
    while (held.size() < wanted.size()) {
      LockName busy = takeSideBySide();
      if (busy != null) {
        giveBack(held.tailMap(busy.name(), false).values());
        try {
          HeldLease lease =
              new LeaseLock(context, busy).acquire(terms.with(this::lookWhileWaiting));
          held.put(busy.name(), lease);
        } catch (Aside.GivenUp startOver) {
          return false;
        }
      }
    }
    return true;
  }

  /** Takes what is to be had; returns the first that somebody holds, or null. */
  private @Nullable LockName takeSideBySide() throws InterruptedException {
    List<LockName> missing =
        wanted.stream().filter(lock -> !held.containsKey(lock.name())).toList();
    AtomicInteger firstBusy = new AtomicInteger(Integer.MAX_VALUE);
    AtomicBoolean ending = new AtomicBoolean();
    Queue<LockStatus> told = new ConcurrentLinkedQueue<>();
    Batch<Attempt> batch =
        new Batch<>(platform(), missing.size(), late -> giveBackLate(late.lease));
    Consumer<LockStatus> telling =
        status -> {
          told.add(status);
          batch.wake();
        };
    for (int i = 0; i < missing.size(); i++) {
      int index = i;
      batch.start(
          context.takers(),
          i,
          () -> attempt(missing.get(index), index, firstBusy, ending, telling));
    }
    List<@Nullable Attempt> attempts;
    try {
      attempts = batch.await(callsEndNanos, () -> tellAll(told));
    } finally {
      ending.set(true);
    }
    return keep(missing, attempts);
  }

  private void tellAll(Queue<LockStatus> told) {
    for (LockStatus status = told.poll(); status != null; status = told.poll()) {
      terms.whileWaiting().accept(status);
    }
  }

  /** Runs on a worker. */
  private Attempt attempt(
      LockName lock,
      int index,
      AtomicInteger firstBusy,
      AtomicBoolean ending,
      Consumer<LockStatus> telling) {
    if (index > firstBusy.get() || ending.get()) {
      return Attempt.NONE;
    }
    Aside aside =
        failed -> {
          if (!failed || ending.get() || firstBusy.get() != Integer.MAX_VALUE) {
            throw new Aside.GivenUp(failed);
          }
        };
    try {
      if (platform().nanoTime() - callsEndNanos >= 0) {
        throw unanswered(lock);
      }
      HeldLease lease = new LeaseLock(context, lock).acquire(terms.with(aside).telling(telling));
      return new Attempt(lease, false, null);
    } catch (Aside.GivenUp given) {
      if (!given.afterFailure()) {
        firstBusy.accumulateAndGet(index, Math::min);
      }
      return new Attempt(null, !given.afterFailure(), null);
    } catch (LockException | IllegalStateException failure) {
      ending.set(true);
      return new Attempt(null, false, failure);
    } catch (InterruptedException nobodyInterruptsWorkers) {
      Thread.currentThread().interrupt();
      return Attempt.NONE;
    }
  }

  private LockTimeoutException unanswered(LockName lock) {
    return TimeoutMessage.timeout(
        context,
        lock,
        null,
        UNANSWERED,
        platform().nanoTime() - terms.startNanos(),
        terms.options());
  }

  private @Nullable LockName keep(List<LockName> missing, List<@Nullable Attempt> attempts) {
    RuntimeException failure = null;
    LockName busy = null;
    for (int i = 0; i < attempts.size(); i++) {
      Attempt attempt = attempts.get(i);
      if (attempt == null) {
        failure = failure == null ? unanswered(missing.get(i)) : failure;
      } else if (attempt.lease != null) {
        held.put(missing.get(i).name(), attempt.lease);
      } else {
        failure = failure == null ? attempt.failure : failure;
        busy = busy == null && attempt.busy ? missing.get(i) : busy;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return busy;
  }

  /** Nobody waits for a model longer than it takes to see that somebody else waits for all. */
  private void lookWhileWaiting(boolean failed) throws InterruptedException {
    requirement.run();
    Sighting seen = global.look();
    boolean closed =
        seen != null
            && global.isOthers(seen)
            && admitting.anyModelBears(callsEndNanos) == Ancestors.Look.BEARS_NOT;
    if (closed || !isHeld()) {
      throw new Aside.GivenUp(failed);
    }
  }

  // The global lock.

  /** All wanted locks are held: whether the run may go on. Unknown never counts as free. */
  private boolean isAdmitted() throws InterruptedException {
    if (wanted.isEmpty()) {
      return true;
    }
    Sighting seen = global.look();
    return seen != null && (global.isOpen(seen) || isLetIn()) && isHeld();
  }

  /** Whether whoever holds the global lock still waits for an ancestor. */
  private boolean isLetIn() throws InterruptedException {
    Ancestors.Look look = admitting.anyModelBears(callsEndNanos);
    while (look == Ancestors.Look.UNKNOWN && global.lookout().leftNanos() > 0) {
      global.lookout().pauseAfterFailure();
      look = admitting.anyModelBears(callsEndNanos);
    }
    return look == Ancestors.Look.BEARS;
  }

  /** Asked after the look: what is held now was held then. */
  private boolean isHeld() {
    return held.values().stream().allMatch(HeldLease::isSurelyHeld);
  }

  /** Nothing is held; waits until it is worth another start. */
  private void awaitGlobal() throws InterruptedException {
    throwIfOver();
    tell(global.lookout().lastSighting());
    pause();
    while (true) {
      requirement.run();
      throwIfOver();
      Sighting seen = global.look();
      if (seen != null && global.isOpen(seen)) {
        return;
      }
      Ancestors.Look look = admitting.anyModelBears(callsEndNanos);
      if (look == Ancestors.Look.BEARS) {
        return;
      }
      if (look == Ancestors.Look.BEARS_NOT) {
        // Whoever was started under what is gone waits for nothing.
        outer.requireTold(passed, terms, backOffs);
      }
      throwIfOver();
      tell(seen);
      if (seen != null && seen.isHeldBySomebody()) {
        global.lookout().awaitChange(seen);
      } else {
        global.lookout().pauseAfterFailure();
      }
    }
  }

  private void tell(@Nullable Sighting seen) {
    notices.tellFailure(global.lock(), global.failure());
    if (seen != null && !seen.isFree()) {
      notices.tellHolder(global.lock(), seen);
    }
  }

  // Giving back.

  private void giveBackLate(@Nullable HeldLease lease) {
    if (lease != null) {
      context.releasers().execute(lease::close);
    }
  }

  /** Gives back and waits for that, but not beyond the deadline. */
  private void giveBack(Collection<HeldLease> leases) throws InterruptedException {
    List<HeldLease> given = new ArrayList<>(leases);
    Signal done = platform().newSignal();
    startGivingBack(given, done::give);
    leases.clear();
    if (!given.isEmpty()) {
      done.await(Math.min(Settlement.LIMIT_NANOS, Math.max(0, global.lookout().leftNanos())));
    }
  }

  private void startGivingBack(Collection<HeldLease> leases, Runnable whenDone) {
    Releases.start(context, leases, whenDone);
  }
}
