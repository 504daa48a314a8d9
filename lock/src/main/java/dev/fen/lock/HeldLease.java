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

  /** Longer than a token lasts, so that a clock that was set back is caught up with in the end. */
  private static final long LONGEST_WAIT_FOR_CLOCK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final LockContext context;
  private final LockName lock;
  private final KeyState keyState;
  private final long ttlNanos;
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
      end(
          new LockLostException(
              lock.kind(),
              lock.name(),
              shared.lossCause(),
              lock.label() + " ended together with its run: " + shared.getMessage(),
              shared));
      return;
    }
    if (platform().nanoTime() - endNanos() < 0) {
      return;
    }
    StoreFailure failure = failureSinceGood;
    if (failure == null && busy) {
      failure = StoreFailure.passing("a renewal has not been answered", null);
    }
    if (failure == null) {
      lose(
          LossCause.PROCESS_PAUSED,
          "this process stood still for so long (stopped, suspended or without processor time) that no renewal was sent",
          null);
    } else {
      lose(
          LossCause.STORE_UNREACHABLE,
          "no renewal succeeded: " + failure.message(),
          failure.cause());
    }
  }

  private synchronized void lose(LossCause cause, String detail, @Nullable Throwable underneath) {
    end(
        new LockLostException(
            lock.kind(),
            lock.name(),
            cause,
            lock.label()
                + " in "
                + context.store().location()
                + " is no longer held: "
                + detail
                + ". What was done under it may overlap with another holder's work; nothing more may be committed",
            underneath));
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
    Signal step = null;
    boolean interrupted = false;
    try {
      while (true) {
        long left;
        synchronized (this) {
          throwIfEnded();
          if (!isInDoubt()) {
            return;
          }
          if (step == null) {
            step = platform().newSignal();
          }
          stepWaiters.add(step);
          left = endNanos() - platform().nanoTime();
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
    long monotonic = platform().nanoTime() - goodSentNanos;
    long wall = TimeUnit.MILLISECONDS.toNanos(platform().currentTimeMillis() - goodSentMillis);
    return wall - monotonic > Math.max(TimeUnit.SECONDS.toNanos(1), ttlNanos / 20);
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
      lose(LossCause.REMOVED, "its record was removed from the store", null);
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
    if (content instanceof LockRecord.Content.Readable readable) {
      loseTo(readable.record());
    } else {
      lose(
          LossCause.OVERWRITTEN,
          "its record was overwritten with something that is no record of this lock",
          null);
    }
    stepDone();
  }

  private boolean isMine(LockRecord found) {
    return found.held()
        && found.nonce().equals(record.nonce())
        && found.revision() <= record.revision();
  }

  private void loseTo(LockRecord found) {
    if (found.held()) {
      lose(
          LossCause.TAKEN_OVER,
          "it was taken over by "
              + found.toHolder()
              + " (token "
              + tokenText(found)
              + ", ours was "
              + token()
              + ")",
          null);
    } else if (found.releasedBy() != null) {
      lose(LossCause.FORCE_RELEASED, "it was released by force by " + found.releasedBy(), null);
    } else {
      lose(
          LossCause.TAKEN_OVER,
          "it was taken over and given back again by "
              + found.toHolder()
              + " (token "
              + tokenText(found)
              + ")",
          null);
    }
  }

  private static String tokenText(LockRecord found) {
    return found.token().isPresent() ? Long.toString(found.token().getAsLong()) : "unreadable";
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
    interrupted |= awaitClock();
    interrupted |= settle(deadline);
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

  /**
   * Keeps tokens from running ahead of the clock of a store that may forget writes, which they
   * would where a lock goes round more than once in a millisecond: after a power cut, or where the
   * record is removed, that clock is all there is to tell the next token by.
   */
  private boolean awaitClock() {
    if (!context.store().mayForgetWrites()) {
      return false;
    }
    long ahead = keyState.nanosUntilClockPasses(token(), platform().nanoTime());
    try {
      platform().newSignal().await(Math.min(ahead, LONGEST_WAIT_FOR_CLOCK_NANOS));
      return false;
    } catch (InterruptedException remembered) {
      return true;
    }
  }

  private boolean settle(long deadline) {
    Signal settled = platform().newSignal();
    boolean wasLost;
    Settlement settlement;
    synchronized (this) {
      boolean lost = loss != null && !lostByFate;
      boolean clean = loss == null;
      wasLost = lost;
      settlement =
          new Settlement(
              context,
              lock,
              keyState,
              record,
              version,
              !unsure && !busy && !lost,
              clean,
              lost ? platform().nanoTime() + Settlement.LIMIT_NANOS : deadline,
              outcome -> settled(outcome, lost, clean, settled));
    }
    settlement.start();
    // After a loss for want of the store nobody waits: the record is given back when the store
    // answers again.
    return !wasLost && awaitUninterruptibly(settled, deadline);
  }

  private boolean awaitUninterruptibly(Signal signal, long deadline) {
    boolean interrupted = false;
    while (true) {
      long left = deadline + TimeUnit.SECONDS.toNanos(1) - platform().nanoTime();
      try {
        signal.await(left);
        return interrupted;
      } catch (InterruptedException remembered) {
        interrupted = true;
      }
    }
  }

  /** Told on a worker or the timer thread, which must not wait for whoever writes the log. */
  private void settled(Settlement.Outcome outcome, boolean wasLost, boolean clean, Signal settled) {
    if (outcome instanceof Settlement.Outcome.Released released) {
      keyState.released(released.version(), token(), clean);
    } else if (outcome instanceof Settlement.Outcome.GaveUp) {
      keyState.abandoned(record.nonce());
    }
    ended();
    context.aside(
        () -> {
          warnOf(outcome, wasLost);
          settled.give();
        });
  }

  private void warnOf(Settlement.Outcome outcome, boolean wasLost) {
    if (outcome instanceof Settlement.Outcome.Superseded superseded && !wasLost) {
      LoggerFactory.getLogger(Lease.class)
          .warn(
              "{} in {} was no longer ours when it was given back: {}. What was done under it may overlap with"
                  + " another holder's work",
              lock.title(),
              context.store().location(),
              superseded.by());
    } else if (outcome instanceof Settlement.Outcome.GaveUp gaveUp) {
      context.warnOfGivingUp(lock, record, gaveUp.failure());
    }
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
