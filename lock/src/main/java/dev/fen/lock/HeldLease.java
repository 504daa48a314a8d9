package dev.fen.lock;

import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The holder's side of the algorithm: renew, notice the end, release.
 *
 * <p>The lease ends at the sending of the last good renewal + ttl − ttl/20 on the monotonic clock,
 * and whatever a late answer says, an ended lease stays ended. All state is guarded by {@code
 * this}; nothing blocks while it is held. Store calls run one at a time ({@code busy}); their
 * answers come back as {@link #written} and {@link #wasRead}.
 */
final class HeldLease implements Lease {

  private enum State {
    HELD,
    LOST,
    CLOSED
  }

  private static final long LONGEST_RENEWAL_CALL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final long LONGEST_UNWATCHED_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final LockContext context;
  private final LockName lock;
  private final KeyState keyState;
  private final long ttlNanos;
  private final Losses losses;
  private final Pauses pauses;
  private final List<Consumer<LockLostException>> listeners = new ArrayList<>();
  private final List<Signal> stepWaiters = new ArrayList<>();

  private State state = State.HELD;
  private @Nullable LockLostException loss;

  /** Of the run that the lease belongs to, if any. */
  private @Nullable Fate fate;

  /** Whether it was lost only because another lease of the run was: the record is still ours. */
  private boolean lostByFate;

  /** The last record sent under this acquisition's nonce, and the last version known to be ours. */
  private LockRecord record;

  private Version version;

  /** Whether a write of ours may stand in the register that {@code version} does not know of. */
  private boolean unsure;

  private boolean busy;
  private long busySinceNanos;
  private boolean renewalWanted;

  /** Whether the pause after a failure goes on; nothing is sent before its end. */
  private boolean pausing;

  private int conflictsInARow;
  private @Nullable StoreFailure failureSinceGood;
  private List<ProcessMark> companions;

  private long goodSentNanos;
  private long goodSentMillis;
  private @Nullable Cancellable renewTimer;
  private @Nullable Cancellable endTimer;

  HeldLease(
      LockContext context,
      LockName lock,
      KeyState keyState,
      LockRecord record,
      Version version,
      long sentNanos,
      long sentMillis) {
    this.context = context;
    this.lock = lock;
    this.keyState = keyState;
    this.record = record;
    this.version = version;
    this.ttlNanos = TimeUnit.MILLISECONDS.toNanos(record.ttlMillis());
    this.goodSentNanos = sentNanos;
    this.goodSentMillis = sentMillis;
    this.companions = record.companions();
    this.losses = new Losses(lock, context.store().location());
    this.pauses = new Pauses(context.platform());
  }

  /** Starts the timers. Before this nobody else knows of the lease. */
  void begin() {
    context.begin(this);
    synchronized (this) {
      armTimers();
    }
  }

  private void armTimers() {
    long now = platform().nanoTime();
    cancelTimers();
    endTimer = platform().schedule(this::endIfDue, endNanos() - now);
    armRenewTimer(now);
  }

  private void armRenewTimer(long now) {
    long due = goodSentNanos + ttlNanos / 3 - now;
    renewTimer = platform().schedule(this::renewIfDue, Math.min(due, LONGEST_UNWATCHED_NANOS));
  }

  /**
   * Looks more often than a renewal is due, so that a machine that was suspended proves its leases
   * soon.
   */
  private synchronized void renewIfDue() {
    long now = platform().nanoTime();
    if (state == State.HELD && !isInDoubt() && now - goodSentNanos < ttlNanos / 3) {
      armRenewTimer(now);
    } else {
      renew();
    }
  }

  private void cancelTimers() {
    if (renewTimer != null) {
      renewTimer.cancel();
    }
    if (endTimer != null) {
      endTimer.cancel();
    }
  }

  private Platform platform() {
    return context.platform();
  }

  private long endNanos() {
    return goodSentNanos + Staleness.beliefNanos(record.ttlMillis());
  }

  @Override
  public String lockName() {
    return lock.name();
  }

  LockName lock() {
    return lock;
  }

  /** The random id of the acquisition, which its record bears for as long as it is held. */
  String nonce() {
    return record.nonce();
  }

  /** Ends together with all that share the fate from now on. */
  synchronized void share(Fate newFate) {
    fate = newFate;
    if (loss != null) {
      newFate.end(loss);
    } else {
      endIfDue();
    }
  }

  @Override
  public long token() {
    return record.token().orElseThrow();
  }

  @Override
  public synchronized Duration remaining() {
    endIfDue();
    return state == State.HELD
        ? Duration.ofNanos(endNanos() - platform().nanoTime())
        : Duration.ZERO;
  }

  String operation() {
    return record.operation();
  }

  synchronized LockStatus status() {
    return new LockStatus(
        lock.kind(),
        lock.name(),
        LockStatus.State.HELD,
        record.toHolder(),
        record.token(),
        Optional.of(Duration.ofNanos(platform().nanoTime() - goodSentNanos)),
        Optional.of(remaining()),
        true,
        null);
  }

  // The end.

  /**
   * Notices the end of the lease. Run by the timer, and before anything that depends on the lease.
   */
  synchronized void endIfDue() {
    if (state != State.HELD) {
      return;
    }
    LockLostException shared = fate == null ? null : fate.loss();
    if (shared != null) {
      lostByFate = true;
      end(losses.togetherWith(shared));
      return;
    }
    if (platform().nanoTime() - endNanos() < 0) {
      return;
    }
    StoreFailure failure = failureSinceGood;
    if (failure == null && busy) {
      failure = StoreFailure.passing("a renewal has not been answered", null);
    }
    end(failure == null ? losses.paused() : losses.unreachable(failure));
  }

  private synchronized void end(LockLostException lost) {
    if (state != State.HELD) {
      return;
    }
    state = State.LOST;
    loss = lost;
    cancelTimers();
    keyState.unleased(this);
    List<Consumer<LockLostException>> told = List.copyOf(listeners);
    listeners.clear();
    giveStepWaiters();
    if (fate != null) {
      fate.end(lost);
    }
    if (!told.isEmpty()) {
      context.tell(() -> told.forEach(listener -> tell(listener, lost)));
    }
  }

  static void tell(Consumer<LockLostException> listener, LockLostException lost) {
    try {
      listener.accept(lost);
    } catch (RuntimeException | Error thrown) {
      LoggerFactory.getLogger(Lease.class).warn("A listener for the loss of a lock failed", thrown);
    }
  }

  @Override
  public void onLost(Consumer<LockLostException> listener) {
    LockLostException already;
    synchronized (this) {
      endIfDue();
      already = loss;
      if (already == null) {
        listeners.add(listener);
      }
    }
    if (already != null) {
      LockLostException lost = already;
      context.tell(() -> tell(listener, lost));
    }
  }

  /** Whether it is held, without waiting for the proof where that is in doubt. */
  synchronized boolean isSurelyHeld() {
    endIfDue();
    return state == State.HELD && !isInDoubt();
  }

  @Override
  public void ensureHeld() {
    boolean ignored = isProvenWithin(Long.MAX_VALUE);
  }

  /**
   * Makes sure that several are held at one moment, as {@link #ensureHeld} does for one: a machine
   * that is suspended while one is proven has those in doubt again that were proven before.
   *
   * @param leftNanos how long that may still take
   * @return one that is not proven by then; null if all are
   */
  static @Nullable HeldLease firstUnproven(List<HeldLease> leases, LongSupplier leftNanos) {
    do {
      for (HeldLease lease : leases) {
        if (!lease.isProvenWithin(leftNanos.getAsLong())) {
          return lease;
        }
      }
    } while (!leases.stream().allMatch(HeldLease::isSurelyHeld));
    return null;
  }

  /**
   * Makes sure that it is held as {@link #ensureHeld} does, but for no longer than that.
   *
   * @return whether it is proven; false if it still is in doubt then
   */
  private boolean isProvenWithin(long limitNanos) {
    long start = platform().nanoTime();
    Signal step = null;
    boolean interrupted = false;
    try {
      while (true) {
        long left;
        synchronized (this) {
          throwIfEnded();
          if (!isInDoubt()) {
            return true;
          }
          long now = platform().nanoTime();
          long leftOfLimit = limitNanos - (now - start);
          if (leftOfLimit <= 0) {
            return false;
          }
          left = Math.min(endNanos() - now, leftOfLimit);
          if (step == null) {
            step = platform().newSignal();
          }
          stepWaiters.add(step);
          renew();
        }
        try {
          step.await(left);
        } catch (InterruptedException remembered) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void throwIfEnded() {
    endIfDue();
    if (loss != null) {
      throw loss.again();
    }
    if (state == State.CLOSED) {
      throw new IllegalStateException(lock.label() + " was given back by this lease");
    }
  }

  /** Whether the wall clock ran ahead of the monotonic one since the last good renewal was sent. */
  private boolean isInDoubt() {
    long ahead =
        Staleness.wallAheadNanos(
            platform().nanoTime() - goodSentNanos, platform().currentTimeMillis() - goodSentMillis);
    return ahead > Math.max(TimeUnit.SECONDS.toNanos(1), ttlNanos / 20);
  }

  private void giveStepWaiters() {
    stepWaiters.forEach(Signal::give);
    stepWaiters.clear();
  }

  // Renewal.

  @Override
  public synchronized Optional<StoreFailure> renewalFailure() {
    StoreFailure failure = failureSinceGood;
    if (failure == null && busy && platform().nanoTime() - busySinceNanos > ttlNanos / 10) {
      failure = StoreFailure.passing("the store does not answer", null);
    }
    return Optional.ofNullable(failure);
  }

  @Override
  public void addCompanion(long pid) {
    platform().processes().find(pid).ifPresent(this::addCompanion);
  }

  private synchronized void addCompanion(ProcessMark mark) {
    if (companions.contains(mark)) {
      return;
    }
    if (companions.size() == LockRecord.MAX_COMPANIONS) {
      throw new IllegalStateException(
          lock.label()
              + " has "
              + LockRecord.MAX_COMPANIONS
              + " companions already; no record names more");
    }
    List<ProcessMark> more = new ArrayList<>(companions);
    more.add(mark);
    companions = List.copyOf(more);
    renew();
  }

  private synchronized void renew() {
    endIfDue();
    if (state != State.HELD) {
      return;
    }
    if (busy) {
      renewalWanted = true;
      return;
    }
    if (pausing) {
      return;
    }
    if (context.isClosed()) {
      failureSinceGood = StoreFailure.passing("the lock service was closed", null);
      return;
    }
    busy = true;
    renewalWanted = false;
    if (unsure) {
      sendRead();
    } else {
      sendRenewal();
    }
  }

  private void sendRenewal() {
    long sentNanos = platform().nanoTime();
    long pause = context.nanosUntilWrite(keyState);
    busySinceNanos = sentNanos + pause;
    if (pause > 0) {
      Cancellable ignored = platform().schedule(this::sendDelayedRenewal, pause);
      return;
    }
    long sentMillis = platform().currentTimeMillis();
    LockRecord next = record.renewed(record.revision() + 1, sentMillis, companions);
    Version expected = version;
    record = next;
    String body = next.toJson();
    context
        .background()
        .start(
            () -> context.swap(lock, keyState, expected, body),
            WriteResult.Unknown::new,
            callLimitNanos(),
            result -> written(result, sentNanos, sentMillis));
  }

  private synchronized void sendDelayedRenewal() {
    endIfDue();
    if (state == State.HELD) {
      sendRenewal();
    } else {
      stepDone();
    }
  }

  private void sendRead() {
    busySinceNanos = platform().nanoTime();
    context
        .background()
        .start(
            () -> context.store().read(lock.key()),
            ReadResult.Unknown::new,
            callLimitNanos(),
            this::wasRead);
  }

  /**
   * One request without an answer leaves time for another before somebody gives up on the lease.
   */
  private long callLimitNanos() {
    return Math.min(LONGEST_RENEWAL_CALL_NANOS, ttlNanos / 4);
  }

  private synchronized void written(WriteResult result, long sentNanos, long sentMillis) {
    endIfDue();
    if (result instanceof WriteResult.Applied applied) {
      version = applied.version();
      unsure = false;
      if (state == State.HELD) {
        renewed(sentNanos, sentMillis);
      }
      stepDone();
      return;
    }
    unsure = true;
    if (state != State.HELD) {
      stepDone();
    } else if (result instanceof WriteResult.Conflict && conflictsInARow++ == 0) {
      sendRead();
    } else {
      retryAfterPause(LockContext.failureOf(result));
    }
  }

  private void renewed(long sentNanos, long sentMillis) {
    goodSentNanos = sentNanos;
    goodSentMillis = sentMillis;
    failureSinceGood = null;
    conflictsInARow = 0;
    pauses.whileHeld();
    armTimers();
  }

  private void retryAfterPause(StoreFailure failure) {
    failureSinceGood = failure;
    if (renewTimer != null) {
      renewTimer.cancel();
    }
    renewTimer = platform().schedule(this::renewAfterPause, pauses.afterFailure());
    pausing = true;
    renewalWanted = false;
    stepDone();
  }

  private synchronized void renewAfterPause() {
    pausing = false;
    renew();
  }

  private void stepDone() {
    busy = false;
    giveStepWaiters();
    if (renewalWanted) {
      renew();
    }
  }

  private synchronized void wasRead(ReadResult result) {
    endIfDue();
    if (state != State.HELD) {
      stepDone();
    } else if (result instanceof ReadResult.Unknown unknown) {
      retryAfterPause(unknown.failure());
    } else if (result instanceof ReadResult.Absent) {
      end(losses.removed());
      stepDone();
    } else {
      decide((ReadResult.Present) result);
    }
  }

  private void decide(ReadResult.Present present) {
    LockRecord.Content content = LockRecord.parse(present.body());
    if (content instanceof LockRecord.Content.Readable readable && isMine(readable.record())) {
      version = present.version();
      unsure = false;
      sendRenewal();
      return;
    }
    end(
        content instanceof LockRecord.Content.Readable readable
            ? losses.to(readable.record(), token())
            : losses.overwritten());
    stepDone();
  }

  private boolean isMine(LockRecord found) {
    return found.held()
        && found.nonce().equals(record.nonce())
        && found.revision() <= record.revision();
  }

  // Release.

  @Override
  public void abandon() {
    synchronized (this) {
      if (state == State.CLOSED) {
        return;
      }
      state = State.CLOSED;
      cancelTimers();
      listeners.clear();
      giveStepWaiters();
    }
    ended();
  }

  @Override
  public void close() {
    Signal step = platform().newSignal();
    long deadline = platform().nanoTime() + Settlement.LIMIT_NANOS;
    synchronized (this) {
      endIfDue();
      if (state == State.CLOSED) {
        return;
      }
      boolean nothingLeft = loss != null && !lostByFate && isNobodysOrAnothers(loss.lossCause());
      state = State.CLOSED;
      cancelTimers();
      listeners.clear();
      if (nothingLeft) {
        platform().holderFiles().remove(record.nonce());
        ended();
        return;
      }
      stepWaiters.add(step);
      renewalWanted = false;
    }
    boolean interrupted = awaitStep(step, deadline - TimeUnit.SECONDS.toNanos(1));
    interrupted |= release(deadline).run();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isNobodysOrAnothers(LossCause cause) {
    return cause != LossCause.STORE_UNREACHABLE && cause != LossCause.PROCESS_PAUSED;
  }

  /** Waits for a renewal that is under way, so that the release knows which version to replace. */
  private boolean awaitStep(Signal step, long deadline) {
    boolean interrupted = false;
    while (true) {
      synchronized (this) {
        if (!busy) {
          return interrupted;
        }
      }
      long left = deadline - platform().nanoTime();
      if (left <= 0) {
        return interrupted;
      }
      try {
        step.await(left);
      } catch (InterruptedException remembered) {
        interrupted = true;
      }
    }
  }

  private synchronized LeaseRelease release(long deadline) {
    boolean lost = loss != null && !lostByFate;
    return new LeaseRelease(
        context,
        lock,
        keyState,
        record,
        version,
        !unsure && !busy && !lost,
        loss == null,
        lost,
        deadline,
        this::ended);
  }

  private void ended() {
    keyState.unleased(this);
    context.end(this);
  }

  @Override
  public synchronized String toString() {
    return "lease of " + lock.label() + ", token " + token() + ", " + state;
  }
}
