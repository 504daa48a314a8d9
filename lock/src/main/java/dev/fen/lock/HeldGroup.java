package dev.fen.lock;

import dev.fen.lock.Claims.Claim;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The leases of one run or structural command. All state is guarded by {@code this}; nothing blocks
 * while it is held.
 */
final class HeldGroup implements LeaseGroup {

  private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final LockKind kind;
  private final ModelLocks locks;
  private final LockContext context;
  private final Ancestors ancestors;
  private final Fate fate;
  private final AncestorWatch watch;
  private final List<HeldLease> leases = new ArrayList<>();
  private final List<Claim> passed = new ArrayList<>();
  private boolean asking;
  private boolean closed;

  /**
   * A group; nothing is watched yet.
   *
   * @param kind of its locks
   * @param locks whose it is
   * @param ancestors what the process was started under
   * @param ttl of the leases
   */
  HeldGroup(
      LockKind kind, ModelLocks locks, LockContext context, Ancestors ancestors, Duration ttl) {
    this.kind = kind;
    this.locks = locks;
    this.context = context;
    this.ancestors = ancestors;
    this.fate = new Fate(context);
    this.watch = new AncestorWatch(context, ancestors, this::passed, fate, ttl.toNanos());
  }

  /** Adds what was acquired; false if the group was closed before, and nothing was added. */
  boolean add(Acquired more) {
    synchronized (this) {
      if (closed) {
        return false;
      }
      leases.addAll(more.leases());
      passed.addAll(more.passed());
    }
    more.leases().forEach(fate::join);
    return true;
  }

  /** Starts to watch what the process was started under. */
  void begin() {
    watch.begin();
  }

  private Platform platform() {
    return context.platform();
  }

  @Override
  public LockKind kind() {
    return kind;
  }

  @Override
  public synchronized List<Lease> leases() {
    return List.copyOf(leases);
  }

  @Override
  public synchronized SortedMap<String, Long> tokens() {
    SortedMap<String, Long> tokens = new TreeMap<>();
    for (HeldLease lease : leases) {
      tokens.put(lease.lockName(), lease.token());
    }
    for (Claim claim : passed) {
      LockName lock = LockName.ofKey(context.namespace(), claim.key());
      if (lock != null) {
        tokens.put(lock.name(), claim.token());
      }
    }
    return Collections.unmodifiableSortedMap(tokens);
  }

  @Override
  public void ensureHeld() {
    HeldLease ignored = HeldLease.firstUnproven(openLeases(), () -> Long.MAX_VALUE);
  }

  private List<HeldLease> openLeases() {
    List<HeldLease> all;
    synchronized (this) {
      requireOpen();
      all = List.copyOf(leases);
    }
    throwIfLost();
    return all;
  }

  private void throwIfLost() {
    LockLostException lost = fate.loss();
    if (lost != null) {
      throw lost.again();
    }
  }

  @Override
  public void ensureHeldAbove() throws InterruptedException {
    if (ancestors.claims().isEmpty()) {
      return;
    }
    synchronized (this) {
      requireOpen();
    }
    throwIfLost();
    try {
      ancestors.requireLast(passed(), platform().nanoTime() + Terms.FIRST_ATTEMPT_NANOS);
    } catch (LockLostException lost) {
      fate.end(lost);
      throw lost;
    }
  }

  private synchronized List<Claim> passed() {
    return List.copyOf(passed);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("these locks were given back");
    }
  }

  @Override
  public void onLost(Consumer<LockLostException> listener) {
    fate.onLost(listener);
  }

  @Override
  public Claims claims() {
    return own().and(ancestors.all());
  }

  private synchronized Claims own() {
    String location = context.store().location();
    return Claims.of(
        leases.stream()
            .map(lease -> new Claim(location, lease.lock().key(), lease.nonce(), lease.token()))
            .toList());
  }

  @Override
  public void acquireMore(
      Collection<String> models, LockOptions options, Consumer<LockStatus> whileWaiting)
      throws InterruptedException {
    Terms terms = locks.terms(options, whileWaiting);
    requireProven(terms);
    synchronized (this) {
      if (asking) {
        throw new IllegalStateException("another thread is asking for more locks of this run");
      }
      asking = true;
    }
    try {
      List<LockName> wanted = locks.namesOf(models);
      wanted.removeIf(lock -> tokens().containsKey(lock.name()));
      requireOrder(wanted);
      if (!wanted.isEmpty()) {
        Acquired more = locks.acquire(wanted, ancestors, own(), () -> requireProven(terms), terms);
        addProven(more, terms);
      }
    } finally {
      synchronized (this) {
        asking = false;
      }
    }
  }

  private void requireProven(Terms terms) {
    terms.requireProven(context, openLeases());
  }

  /**
   * All of them or none: what cannot be proven in time, or comes when the group is closed, is given
   * back.
   */
  private void addProven(Acquired more, Terms terms) {
    boolean added = false;
    try {
      List<HeldLease> all = new ArrayList<>(openLeases());
      all.addAll(more.leases());
      terms.requireProven(context, all);
      added = add(more);
    } finally {
      if (!added) {
        Releases.start(context, more.leases(), () -> {});
      }
    }
    openLeases();
  }

  /**
   * What an acquisition gave.
   *
   * @param leases what was taken
   * @param passed what was not, since an ancestor holds it
   */
  record Acquired(List<HeldLease> leases, List<Claim> passed) {}

  private synchronized void requireOrder(List<LockName> wanted) {
    for (HeldLease lease : leases) {
      for (LockName lock : wanted) {
        if (ancestors.of(lock) == null
            && lease.lock().kind() == LockKind.MODEL
            && lock.name().compareTo(lease.lockName()) < 0) {
          throw new LockOrderException(
              lock.name(),
              lock.label()
                  + " sorts before "
                  + lease.lock().label()
                  + ", which this run holds: who waited for it might be waited for. Name all models at once, or ask"
                  + " for them in their order");
        }
      }
    }
  }

  @Override
  public void abandon() {
    end().forEach(HeldLease::abandon);
  }

  /** Nothing is watched or told any more; returns what is left to be given back. */
  private synchronized List<HeldLease> end() {
    if (closed) {
      return List.of();
    }
    closed = true;
    watch.end();
    fate.forget();
    return List.copyOf(leases);
  }

  @Override
  public void close() {
    List<HeldLease> left = end();
    if (left.isEmpty()) {
      return;
    }
    Signal done = platform().newSignal();
    Releases.start(context, left, done::give);
    long limit = platform().nanoTime() + Settlement.LIMIT_NANOS + TimeUnit.SECONDS.toNanos(2);
    boolean interrupted = false;
    while (true) {
      try {
        done.await(limit - platform().nanoTime());
        break;
      } catch (InterruptedException remembered) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    } else if (kind == LockKind.GLOBAL) {
      pause();
    }
  }

  private void pause() {
    long more = Long.remainderUnsigned(platform().randomLong(), SHORTEST_PAUSE_NANOS);
    try {
      platform().newSignal().await(SHORTEST_PAUSE_NANOS + more);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
