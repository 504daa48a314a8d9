package dev.fen.lock;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * One attempt of one caller to get one lock, from its first read to the lease or the error, in the
 * caller's thread.
 *
 * <p>A loop of: read; if the record may be had, one compare-and-swap; if that did not settle it,
 * read again, since only a read decides. Before every write but the first, and before every read
 * that follows a failure, there is a pause, and the deadline is checked before each and before
 * every attempt but the first. There is no way round the loop without one; what a change in the
 * store wakes keeps a distance of its own.
 */
final class Acquisition {

  static final StoreFailure LOST_RACE =
      StoreFailure.passing("somebody else changed the record first", null);

  private final LockContext context;
  private final LockName lock;
  private final KeyState keyState;
  private final LockOptions options;
  private final Terms terms;
  private final long callsEndNanos;
  private final Lookout lookout;
  private final Notices notices;
  private final String nonce;
  private final List<ProcessMark> companions;

  private @Nullable StoreFailure lastFailure;

  /** The last record sent under the nonce, if any, and what that write was conditioned on. */
  private @Nullable LockRecord sent;

  private @Nullable Version sentOn;
  private boolean sentMayStand;
  private boolean lastWriteFailed;

  /** What is taken over although a process of its holder is known to live. */
  private @Nullable Sighting survived;

  /** The first attempt is made whole, whatever the wait; from then on nothing is begun too late. */
  private int rounds;

  private long sentNanos;
  private long sentMillis;

  Acquisition(LockContext context, LockName lock, KeyState keyState, Terms terms) {
    this.context = context;
    this.lock = lock;
    this.keyState = keyState;
    this.options = terms.options();
    this.terms = terms;
    this.callsEndNanos = terms.callsEndNanos(context.platform().nanoTime());
    this.lookout = new Lookout(context, lock, keyState, terms.deadlineNanos(), callsEndNanos);
    this.notices = new Notices(terms.whileWaiting());
    this.nonce = context.newNonce();
    this.companions = marksOf(options.companions());
  }

  /**
   * Runs it.
   *
   * @return a lease, not yet begun
   * @throws LockTimeoutException if the lock was not to be had by the deadline
   * @throws LockStoreException if the store cannot do what is needed and no retry can cure it
   */
  HeldLease run() throws InterruptedException {
    boolean acquired = false;
    try {
      HeldLease lease = tryWarm();
      while (lease == null) {
        lease = round();
      }
      acquired = true;
      return lease;
    } finally {
      lookout.close();
      if (!acquired && sentMayStand) {
        abandon();
      } else if (!acquired) {
        context.platform().holderFiles().remove(nonce);
      }
    }
  }

  /**
   * Where this service itself released the lock last, one request may do: the write without the
   * read.
   */
  private @Nullable HeldLease tryWarm() throws InterruptedException {
    KeyState.Warm warm = keyState.takeWarm();
    if (warm == null) {
      return null;
    }
    context.requireOpen();
    keyState.doubtStoreTime(context.platform().nanoTime(), nowMillis());
    OptionalLong token =
        keyState.nextToken(
            OptionalLong.of(warm.token()),
            context.store().mayForgetWrites(),
            context.platform().nanoTime());
    if (token.isEmpty()) {
      return null;
    }
    HeldLease lease = write(newRecord(token.getAsLong(), warm.clean()), warm.version());
    // Somebody else had the lock since: that is no failure yet, the first attempt begins with a
    // read.
    lastWriteFailed &= !LOST_RACE.equals(lastFailure);
    return lease;
  }

  /** One way round the loop; null means once more. */
  private @Nullable HeldLease round() throws InterruptedException {
    context.requireOpen();
    if (rounds++ > 0) {
      throwIfOver();
    }
    Sighting seen = look();
    if (seen == null) {
      pauseAfterFailure();
      return null;
    }
    LockRecord mine = mineIn(seen);
    if (mine != null) {
      return afterPauseIfFailed(
          mine.renewed(nextRevision(), nowMillis(), mine.companions()), seen.version());
    }
    sentMayStand &= seen.version() == null ? sentOn == null : seen.version().equals(sentOn);
    if (seen.isOfOtherFormat()) {
      throw context.otherFormat(lock, seen);
    }
    if (seen.isFree() || seen.isStale()) {
      OptionalLong token = tokenAfter(seen);
      if (token.isEmpty()) {
        noteNoToken();
        pauseAfterFailure();
        return null;
      }
      survived = seen.survivor() == 0 ? null : seen;
      return afterPauseIfFailed(newRecord(token.getAsLong(), wasClean(seen)), seen.version());
    }
    waitForChange(seen);
    return null;
  }

  /** The record if it is of this very acquisition: a write of unknown outcome did land. */
  private @Nullable LockRecord mineIn(Sighting seen) {
    LockRecord record = seen.record();
    return record != null && record.held() && record.nonce().equals(nonce) ? record : null;
  }

  private static boolean wasClean(Sighting seen) {
    LockRecord record = seen.record();
    return record != null && !record.held() && record.clean();
  }

  private OptionalLong tokenAfter(Sighting seen) {
    return keyState.nextToken(
        seen.token(), context.store().mayForgetWrites(), context.platform().nanoTime());
  }

  private void noteNoToken() throws InterruptedException {
    StoreFailure failure =
        context
            .foreground()
            .await(
                () -> context.noTokenBecause(lock),
                unanswered -> unanswered,
                lookout.callLimitNanos());
    lastFailure = failure;
    if (failure.permanent()) {
      throw new LockStoreException(lock, failure);
    }
  }

  private LockRecord newRecord(long token, boolean clean) {
    Platform platform = context.platform();
    ProcessMark self = platform.processes().self();
    return new LockRecord(
        true,
        OptionalLong.of(token),
        nonce,
        nextRevision(),
        context.holderName(),
        self,
        companions,
        options.operation(),
        options.link(),
        clean,
        nowMillis(),
        nowMillis(),
        options.ttl().toMillis(),
        null);
  }

  private List<ProcessMark> marksOf(List<Long> pids) {
    List<ProcessMark> marks = new ArrayList<>();
    for (long pid : pids) {
      Optional<ProcessMark> mark = context.platform().processes().find(pid);
      mark.ifPresent(marks::add);
    }
    return marks;
  }

  private long nextRevision() {
    return sent == null ? 1 : sent.revision() + 1;
  }

  private long nowMillis() {
    return context.platform().currentTimeMillis();
  }

  // Reading.

  /** Reads; null if nothing is known, with the failure noted. */
  private @Nullable Sighting look() throws InterruptedException {
    Sighting seen = lookout.look();
    if (seen == null) {
      lastFailure = lookout.failure();
    }
    return seen;
  }

  // Writing.

  /**
   * The first write goes at once; one after a failed write only after a pause, and then what was
   * read is too old.
   */
  private @Nullable HeldLease afterPauseIfFailed(LockRecord record, @Nullable Version expected)
      throws InterruptedException {
    if (lastWriteFailed) {
      lastWriteFailed = false;
      pauseAfterFailure();
      return null;
    }
    if (rounds > 1) {
      throwIfOver();
    }
    return write(record, expected);
  }

  private @Nullable HeldLease write(LockRecord record, @Nullable Version expected)
      throws InterruptedException {
    awaitWriteInterval();
    String body = record.toJson();
    sent = record;
    sentOn = expected;
    boolean earlierMayStand = sentMayStand;
    sentMayStand = true;
    sentNanos = context.platform().nanoTime();
    sentMillis = nowMillis();
    WriteResult result =
        context
            .foreground()
            .await(
                () -> {
                  context.keepHolderFile(nonce);
                  return context.swap(lock, keyState, expected, body);
                },
                WriteResult.Unknown::new,
                lookout.callLimitNanos());
    return written(result, record, earlierMayStand);
  }

  private void awaitWriteInterval() throws InterruptedException {
    long pause = context.nanosUntilWrite(keyState);
    if (pause > 0) {
      long left = callsEndNanos - context.platform().nanoTime();
      context.platform().newSignal().await(Math.min(pause, left));
      if (rounds > 1) {
        throwIfOver();
      }
    }
  }

  private @Nullable HeldLease written(
      WriteResult result, LockRecord record, boolean earlierMayStand) {
    if (result instanceof WriteResult.Applied applied) {
      keyState.noteToken(record.token());
      if (context.platform().nanoTime() - sentNanos < Staleness.beliefNanos(record.ttlMillis())) {
        warnOfSurvivor();
        return new HeldLease(
            context, lock, keyState, record, applied.version(), sentNanos, sentMillis);
      }
      lastFailure = StoreFailure.passing("the store took longer than the ttl for its answer", null);
    } else if (result instanceof WriteResult.Conflict) {
      lastFailure = LOST_RACE;
    } else {
      StoreFailure failure = LockContext.failureOf(result);
      sentMayStand = earlierMayStand || result instanceof WriteResult.Unknown;
      lastFailure = failure;
      if (failure.permanent()) {
        throw new LockStoreException(lock, failure);
      }
    }
    lastWriteFailed = true;
    return null;
  }

  private void warnOfSurvivor() {
    Sighting before = survived;
    LockRecord record = before == null ? null : before.record();
    if (before != null && record != null) {
      // In the caller's thread: a process that ends soon after has told it all the same.
      LoggerFactory.getLogger(Lease.class)
          .warn(
              "{} in {} ran out and was taken over from {}, which has ended, but its process {} is"
                  + " still alive and may go on working without the lock: end it",
              lock.title(),
              context.store().location(),
              record.toHolder(),
              before.survivor());
    }
  }

  // Waiting.

  private void waitForChange(Sighting seen) throws InterruptedException {
    lastFailure = null;
    lastWriteFailed = false;
    throwIfOver();
    terms.aside().beforePause(false);
    notices.tellHolder(lock, seen);
    if (!lookout.isWatching() && lookout.lacksStoreTime()) {
      // Who may not write need not wait for the turn to do so.
      noteNoToken();
      lastFailure = null;
    }
    lookout.awaitChange(seen);
  }

  /** Where a lost race is no failure. */
  private void tellFailure() {
    if (!LOST_RACE.equals(lastFailure)) {
      notices.tellFailure(lock, lastFailure);
    }
  }

  private void pauseAfterFailure() throws InterruptedException {
    throwIfOver();
    tellFailure();
    terms.aside().beforePause(true);
    lookout.pauseAfterFailure();
  }

  private void throwIfOver() {
    if (lookout.leftNanos() <= 0) {
      throw TimeoutMessage.timeout(
          context,
          lock,
          lookout.lastSighting(),
          lastFailure,
          context.platform().nanoTime() - terms.startNanos(),
          options);
    }
  }

  /**
   * Nobody works under what was sent: it is taken back in the background, and this process may take
   * it over at once.
   */
  private void abandon() {
    LockRecord record = sent;
    if (record == null) {
      return;
    }
    keyState.abandoned(nonce);
    Object work = new Object();
    context.begin(work);
    new Settlement(
            context,
            lock,
            keyState,
            record,
            sentOn,
            false,
            record.clean(),
            context.platform().nanoTime() + Settlement.LIMIT_NANOS,
            outcome -> undone(outcome, record, work))
        .start();
  }

  private void undone(Settlement.Outcome outcome, LockRecord record, Object work) {
    context.end(work);
    if (outcome instanceof Settlement.Outcome.GaveUp gaveUp) {
      context.aside(() -> context.warnOfGivingUp(lock, record, gaveUp.failure()));
    }
  }
}
