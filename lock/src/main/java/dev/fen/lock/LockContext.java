package dev.fen.lock;

import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.ProcessTable;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.lock.text.Texts;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What all locks of one service share: the store, the platform, the pools, and the count of what is
 * under way.
 */
final class LockContext {

  /**
   * Enough for a hundred leases on a store that takes a second for a request, at the shortest
   * useful ttl.
   */
  private static final int THREADS = 16;

  /** How many listeners run at a time: those that block hold up no other. */
  private static final int LISTENERS = 1_000;

  /** Idle keys beyond this are forgotten, the longest unused first. */
  private static final int MAX_KEYS = 10_000;

  static final StoreFailure CHANGES_TOO_OFTEN =
      StoreFailure.passing("the record changed again and again", null);

  private final RegisterStore store;
  private final Namespace namespace;
  private final Platform platform;
  private final StoreCalls foreground;
  private final StoreCalls background;
  private final Executor listeners;
  private final Executor takers;
  private final Executor releasers;
  private final Executor asides;
  private final Map<LockName, KeyState> states = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<Object> underWay = new HashSet<>();
  private final Set<Signal> idleWaiters = new HashSet<>();
  private volatile @Nullable Long lastAnswerNanos;
  private @Nullable Cancellable shutdownHook;
  private boolean closed;

  LockContext(RegisterStore store, Namespace namespace, Platform platform) {
    this.store = store;
    this.namespace = namespace;
    this.platform = platform;
    this.foreground = new StoreCalls(platform, "fen-call", THREADS);
    this.listeners = platform.newWorkers("fen-listener", LISTENERS);
    this.asides = platform.newWorkers("fen-aside", THREADS);
    this.background = new StoreCalls(platform, "fen-renew", THREADS);
    this.takers = platform.newWorkers("fen-take", THREADS);
    this.releasers = platform.newWorkers("fen-release", THREADS);
  }

  RegisterStore store() {
    return store;
  }

  Namespace namespace() {
    return namespace;
  }

  Platform platform() {
    return platform;
  }

  /** For acquisitions and questions. */
  StoreCalls foreground() {
    return foreground;
  }

  /** For renewals and releases, so that no crowd of waiters can hold them up. */
  StoreCalls background() {
    return background;
  }

  /** For what one caller does to several locks side by side. */
  Executor takers() {
    return takers;
  }

  /** For releases side by side, which no crowd of takers can hold up. */
  Executor releasers() {
    return releasers;
  }

  /** Runs a user's listeners, which may block. */
  void tell(Runnable listener) {
    listeners.execute(listener);
  }

  /** Runs what may have to wait for whoever writes the log, or for the file system. */
  void aside(Runnable work) {
    asides.execute(work);
  }

  /** A random id, different from every other. */
  String newNonce() {
    return hex(platform.randomLong()) + hex(platform.randomLong());
  }

  /** Where the store alone does not tell that a holder is of this machine. May block. */
  void keepHolderFile(String nonce) {
    if (!store.machineLocal()) {
      platform.holderFiles().keep(nonce);
    }
  }

  private static String hex(long bits) {
    String digits = Long.toHexString(bits);
    return "0".repeat(16 - digits.length()) + digits;
  }

  /** What is known of a lock, kept until {@link KeyState#unuse}. */
  KeyState use(LockName lock) {
    requireOpen();
    synchronized (states) {
      KeyState state = states.computeIfAbsent(lock, k -> new KeyState());
      state.use();
      if (states.size() > MAX_KEYS) {
        forgetOldest();
      }
      return state;
    }
  }

  private void forgetOldest() {
    states.entrySet().stream()
        .filter(entry -> entry.getValue().isIdle())
        .findFirst()
        .ifPresent(entry -> states.remove(entry.getKey()));
  }

  /**
   * How long a write has to wait for the interval that the store wants between two, see {@link
   * RegisterStore#writeInterval}.
   */
  long nanosUntilWrite(KeyState keyState) {
    return keyState.nanosUntilWrite(platform.nanoTime(), store.writeInterval().toNanos());
  }

  /**
   * One compare-and-swap; blocks. Its turn has come, see {@link #nanosUntilWrite}.
   *
   * @param expected what the register must hold, or null for nothing
   */
  WriteResult swap(LockName lock, KeyState keyState, @Nullable Version expected, String body) {
    keyState.noteWrite(platform.nanoTime());
    try {
      WriteResult result =
          expected == null
              ? store.create(lock.key(), body)
              : store.replace(lock.key(), expected, body);
      if (result instanceof WriteResult.Applied || result instanceof WriteResult.Conflict) {
        noteAnswer();
      }
      return result;
    } finally {
      keyState.noteWrite(platform.nanoTime());
    }
  }

  /** Why a write that was not applied was not, as far as anybody knows. */
  static StoreFailure failureOf(WriteResult result) {
    if (result instanceof WriteResult.NotApplied notApplied) {
      return notApplied.failure();
    }
    return result instanceof WriteResult.Unknown unknown ? unknown.failure() : CHANGES_TOO_OFTEN;
  }

  /** Who this process is, as its records name it. */
  String holderName() {
    ProcessTable processes = platform.processes();
    return processes.user() + "@" + processes.self().host();
  }

  /** Notes the store's clock as an answer that has just come tells it. */
  void noteStoreTime(KeyState keyState, OptionalLong millis) {
    keyState.noteStoreTime(millis, platform.nanoTime(), platform.currentTimeMillis());
  }

  /** What a read that was answered says about a lock. */
  Sighting sighting(ReadResult result, KeyState keyState, long askedNanos) {
    noteAnswer();
    long answeredNanos = platform.nanoTime();
    if (result instanceof ReadResult.Absent absent) {
      noteStoreTime(keyState, absent.storeTimeMillis());
      Sighting nothing = Sighting.ofAbsent(answeredNanos);
      keyState.noteSighting(nothing);
      return nothing;
    }
    ReadResult.Present present = (ReadResult.Present) result;
    noteStoreTime(keyState, present.storeTimeMillis());
    long unchangedNanos = keyState.sighted(present.version(), askedNanos, answeredNanos);
    Sighting seen = Sighting.of(present, unchangedNanos, answeredNanos, this, keyState);
    keyState.noteSighting(seen);
    return seen;
  }

  /** The store told something of a lock, or which locks there are. */
  void noteAnswer() {
    lastAnswerNanos = platform.nanoTime();
  }

  /** Whether the store told anything of any lock at most so long ago. */
  boolean wasToldAnythingWithin(long nanos) {
    Long last = lastAnswerNanos;
    return last != null && platform.nanoTime() - last <= nanos;
  }

  /** Nobody may go on from what a newer Fen wrote. */
  LockStoreException otherFormat(LockName lock, Sighting seen) {
    return new LockStoreException(
        lock,
        StoreFailure.permanent(
            lock.label() + " in " + store.location() + ": " + seen.toStatus(lock, false).problem(),
            null));
  }

  /**
   * Why there is no token for the next acquisition, see {@link KeyState#nextToken}: the store did
   * not tell its time. Asks the store; blocks.
   */
  StoreFailure noTokenBecause(LockName lock) {
    return store
        .noTimeBecause(lock.key())
        .orElse(
            StoreFailure.passing(
                "the store does not tell its time, and so there is no fencing token", null));
  }

  /** Says that a record stays where it is although nobody works under it any more. */
  void warnOfGivingUp(LockName lock, LockRecord record, StoreFailure failure) {
    LoggerFactory.getLogger(Lease.class)
        .warn(
            "{} in {} could not be given back: {}. Holder {} with token {} stays in its record until the lease"
                + " runs out, at most {} from now",
            lock.title(),
            store.location(),
            failure.message(),
            record.holder(),
            record.token().orElse(0),
            Texts.duration(Duration.ofMillis(record.ttlMillis())),
            failure.cause());
  }

  /**
   * Notes that something must end before the process may: a lease with work under it, a release on
   * its way.
   */
  void begin(Object work) {
    synchronized (underWay) {
      underWay.add(work);
      if (shutdownHook == null && !closed) {
        shutdownHook = platform.onShutdown(() -> awaitIdle(Settlement.LIMIT_NANOS));
      }
    }
  }

  void end(Object work) {
    synchronized (underWay) {
      underWay.remove(work);
      if (underWay.isEmpty()) {
        idleWaiters.forEach(Signal::give);
      }
    }
  }

  /**
   * Waits until all leases are closed and all releases done; what still runs then keeps its lease
   * until that runs out.
   */
  void awaitIdle(long limitNanos) {
    Signal idle = platform.newSignal();
    long deadline = platform.nanoTime() + limitNanos;
    synchronized (underWay) {
      idleWaiters.add(idle);
    }
    try {
      while (!isIdle() && platform.nanoTime() < deadline) {
        idle.await(deadline - platform.nanoTime());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      synchronized (underWay) {
        idleWaiters.remove(idle);
      }
    }
  }

  private boolean isIdle() {
    synchronized (underWay) {
      return underWay.isEmpty();
    }
  }

  /** Fails where the service was closed meanwhile. */
  void requireOpen() {
    if (isClosed()) {
      throw new IllegalStateException("the lock service is closed");
    }
  }

  boolean isClosed() {
    synchronized (underWay) {
      return closed;
    }
  }

  void close() {
    awaitIdle(Settlement.LIMIT_NANOS);
    synchronized (underWay) {
      closed = true;
      if (shutdownHook != null) {
        shutdownHook.cancel();
        shutdownHook = null;
      }
    }
    synchronized (states) {
      states.values().forEach(KeyState::wakeAll);
    }
    store.close();
  }
}
