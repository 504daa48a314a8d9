package dev.fen.lock;

import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.Version;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one service knows of one lock: who waits for it here, in order; the lease of its own; what
 * was last seen in the store and since when; the greatest token; and what it abandoned. Guarded by
 * itself; nothing here blocks.
 */
final class KeyState {

  /**
   * A released record that this service wrote itself: the next acquisition may replace it without
   * reading.
   */
  record Warm(Version version, long token, boolean clean) {}

  /** The store's clock as last read, and what the clocks of this machine showed then. */
  private record StoreTime(long millis, long atNanos, long atMillis) {}

  private static final int MAX_ABANDONED = 16;
  private static final long STORE_TIME_GOOD_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final ArrayDeque<Signal> waiters = new ArrayDeque<>();
  private final Set<String> abandoned = new LinkedHashSet<>();
  private @Nullable HeldLease lease;
  private @Nullable Warm warm;
  private @Nullable StoreTime storeTime;
  private @Nullable Version seenVersion;
  private long seenSinceNanos;
  private @Nullable Sighting lastSighting;
  private long highestToken;
  private @Nullable Long writtenNanos;
  private int users;

  /** Keeps the state from being forgotten while somebody uses it. */
  synchronized void use() {
    users++;
  }

  synchronized void unuse() {
    users--;
  }

  synchronized boolean isIdle() {
    return users == 0 && lease == null && waiters.isEmpty();
  }

  /** Queues a waiter; its signal is given when it may be its turn. */
  synchronized void enter(Signal signal) {
    waiters.addLast(signal);
  }

  /** Whether this waiter is the one that asks the store now. */
  synchronized boolean isTurnOf(Signal signal) {
    return lease == null && signal.equals(waiters.peekFirst());
  }

  synchronized void leave(Signal signal) {
    waiters.remove(signal);
    wakeFirst();
  }

  /** The lease of this service that holds the lock, as far as it knows. */
  synchronized @Nullable HeldLease lease() {
    return lease;
  }

  synchronized void leased(HeldLease newLease) {
    lease = newLease;
  }

  /** The lease has ended, closed or lost: the next waiter may ask. */
  synchronized void unleased(HeldLease ended) {
    if (lease == ended) {
      lease = null;
      wakeFirst();
    }
  }

  /** Everybody looks again at what has changed. */
  synchronized void wakeAll() {
    waiters.forEach(Signal::give);
  }

  private void wakeFirst() {
    Signal first = waiters.peekFirst();
    if (first != null) {
      first.give();
    }
  }

  /**
   * Notes that the store showed a version.
   *
   * @param askedNanos when the read was sent
   * @param answeredNanos when it was answered
   * @return for how long this version has been seen unchanged, in nanoseconds: from the answer that
   *     showed it first to the sending of this read
   */
  synchronized long sighted(Version version, long askedNanos, long answeredNanos) {
    if (!version.equals(seenVersion)) {
      seenVersion = version;
      seenSinceNanos = answeredNanos;
    }
    return Math.max(0, askedNanos - seenSinceNanos);
  }

  synchronized void noteSighting(Sighting sighting) {
    Sighting before = lastSighting;
    lastSighting = sighting;
    noteToken(sighting.token());
    if (before == null || !Objects.equals(before.version(), sighting.version())) {
      wakeAll();
    }
  }

  /** What was last seen, by whichever caller, since a point in time; null if nothing. */
  synchronized @Nullable Sighting lastSightingSince(long nanos) {
    return lastSighting != null && lastSighting.atNanos() - nanos >= 0 ? lastSighting : null;
  }

  /** Who held the lock when somebody looked since a point in time; null if nobody is known. */
  synchronized @Nullable LockStatus holderSince(long nanos, LockName lock) {
    Sighting seen = lastSightingSince(nanos);
    return seen == null || seen.isFree() ? null : seen.toStatus(lock, false);
  }

  /** Notes that a write was sent, or answered. */
  synchronized void noteWrite(long atNanos) {
    writtenNanos = atNanos;
  }

  /** How long until the next write may be sent, where writes need an interval; never negative. */
  synchronized long nanosUntilWrite(long nowNanos, long intervalNanos) {
    Long written = writtenNanos;
    return written == null ? 0 : Math.max(0, intervalNanos - (nowNanos - written));
  }

  synchronized void noteToken(OptionalLong token) {
    if (token.isPresent()) {
      highestToken = Math.max(highestToken, token.getAsLong());
    }
  }

  synchronized void noteStoreTime(OptionalLong millis, long atNanos, long atMillis) {
    if (millis.isPresent()) {
      storeTime = new StoreTime(millis.getAsLong(), atNanos, atMillis);
    }
  }

  /**
   * Forgets the store's clock if the wall clock has run ahead of the monotonic one since it was
   * read: the machine may have been suspended, and what is counted on from then is too low.
   */
  synchronized void doubtStoreTime(long nowNanos, long nowMillis) {
    StoreTime time = storeTime;
    if (time != null
        && Staleness.wallAheadNanos(nowNanos - time.atNanos, nowMillis - time.atMillis)
            > TimeUnit.SECONDS.toNanos(1)) {
      storeTime = null;
    }
  }

  /**
   * The token for the next acquisition: above every token known, and not below the store's clock
   * where the store may forget writes or there is no last token to read.
   *
   * @return the token, or empty if the store's clock is needed and not known
   */
  synchronized OptionalLong nextToken(OptionalLong last, boolean storeMayForget, long nowNanos) {
    long next = Math.max(highestToken, last.orElse(0)) + 1;
    if (last.isEmpty() || storeMayForget) {
      StoreTime time = storeTime;
      if (time == null || nowNanos - time.atNanos > STORE_TIME_GOOD_NANOS) {
        return OptionalLong.empty();
      }
      next = Math.max(next, time.millis + TimeUnit.NANOSECONDS.toMillis(nowNanos - time.atNanos));
    }
    return next > LockRecord.MAX_TOKEN ? OptionalLong.empty() : OptionalLong.of(next);
  }

  /**
   * How long it takes until the store's clock has passed a token, so that even where nothing is
   * left but that clock the token is not given out again.
   *
   * @return nanoseconds, zero or less if it has passed it; zero where the clock is not known
   */
  synchronized long nanosUntilClockPasses(long token, long nowNanos) {
    StoreTime time = storeTime;
    return time == null
        ? 0
        : TimeUnit.MILLISECONDS.toNanos(token + 1 - time.millis) - (nowNanos - time.atNanos);
  }

  synchronized void released(Version version, long token, boolean clean) {
    warm = new Warm(version, token, clean);
  }

  synchronized @Nullable Warm takeWarm() {
    Warm taken = warm;
    warm = null;
    return taken;
  }

  /**
   * The acquisition's record may stand in the store although nobody works under it: it may be taken
   * over at once.
   */
  synchronized void abandoned(String nonce) {
    abandoned.add(nonce);
    if (abandoned.size() > MAX_ABANDONED) {
      Iterator<String> oldest = abandoned.iterator();
      oldest.next();
      oldest.remove();
    }
  }

  synchronized boolean isAbandoned(String nonce) {
    return abandoned.contains(nonce);
  }
}
