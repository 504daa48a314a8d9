package dev.fen.lock;

import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * Named locks on one store. One service for a process and a store is enough; it may be used from
 * any number of threads, platform or virtual.
 *
 * <p>When the JVM shuts down (its end, {@code System.exit}, a signal), that takes up to 5 s longer
 * while leases are open, so that work under them can end and close them; those still open then are
 * left to run out. Whoever closes every lease and the service waits for nothing.
 *
 * <p>Once the service is closed every call but {@link #close} and {@link #defaults} throws {@link
 * IllegalStateException}.
 *
 * <p>Leases belong to objects, not to threads, and are not reentrant: a second acquisition of the
 * same name waits, also in the thread that holds the first. Callers of one service queue fairly for
 * a lock; between processes nothing orders the waiters. Every call is bounded: an acquisition by
 * its wait, or 5 s from when it is its turn to ask the store if that is later; {@link #list} by 60
 * s; a forced release begins no attempt after 10 s, and each of its requests has 10 s.
 */
public final class LockService implements AutoCloseable {

  private final LockContext context;
  private final LockOptions defaults;

  /**
   * Locks on a store.
   *
   * @param store where the locks are; closed together with the service
   * @param defaults how locks are asked for when a call does not say
   * @param platform clocks, threads, randomness and processes; {@link SystemPlatform#get()} in a
   *     program
   */
  public LockService(RegisterStore store, LockOptions defaults, Platform platform) {
    this(store, Namespace.NONE, defaults, platform);
  }

  /**
   * Locks in one namespace of a store.
   *
   * @param store where the locks are; closed together with the service
   * @param namespace which part of it; locks of other namespaces are neither seen nor waited for
   * @param defaults how locks are asked for when a call does not say
   * @param platform clocks, threads, randomness and processes; {@link SystemPlatform#get()} in a
   *     program
   */
  public LockService(
      RegisterStore store, Namespace namespace, LockOptions defaults, Platform platform) {
    this.context = new LockContext(store, namespace, platform);
    this.defaults = defaults;
  }

  /**
   * Locks in a directory, which everybody shares who is to be kept apart.
   *
   * @param directory an existing directory, on a local disk or a share
   * @return a service with a ttl of 30 s and a wait of 60 s
   * @throws IllegalArgumentException if it is no directory
   */
  public static LockService onDirectory(Path directory) {
    Platform platform = SystemPlatform.get();
    return new LockService(
        FileRegisterStore.open(directory, platform),
        LockOptions.of(platform.processes().program()),
        platform);
  }

  /**
   * How locks are asked for when a call does not say.
   *
   * @return the options given to the constructor
   */
  public LockOptions defaults() {
    return defaults;
  }

  /**
   * Checks a name without touching any store, for whoever wants to refuse it before doing anything
   * else.
   *
   * @param name what is to be a lock's name
   * @throws IllegalArgumentException if the name is not legal; the message names it and the rule
   */
  public static void requireLegalName(String name) {
    LockName.named(Namespace.NONE, name);
  }

  /**
   * Locks on models on the same store and namespace, for a program that nobody started under a
   * lock.
   *
   * @return shares store, threads and {@link #close} with this service
   */
  public ModelLocks models() {
    return models(Claims.NONE, ReleasedVersions.inMemory());
  }

  /**
   * Locks on models on the same store and namespace.
   *
   * @param handedDown the locks under which this process was started: it passes through them, is
   *     let in where a structural command waits for them, and loses its own with them
   * @param known which model locks need not be read to know that they are released
   * @return shares store, threads and {@link #close} with this service
   */
  public ModelLocks models(Claims handedDown, ReleasedVersions known) {
    return new ModelLocks(context, defaults, handedDown, known);
  }

  /**
   * Acquires a lock with the default options.
   *
   * @param name the lock
   * @return the lease
   * @throws LockTimeoutException if it was not to be had within the wait
   * @throws LockStoreException if the store cannot do it and waiting cannot cure that
   * @throws IllegalArgumentException if the name is not legal
   * @throws InterruptedException if the thread is interrupted; what was begun is undone in the
   *     background
   */
  public Lease acquire(String name) throws InterruptedException {
    return acquire(name, defaults);
  }

  /**
   * Acquires a lock. Waits for at most {@link LockOptions#maxWait()} in all, or until 5 s after its
   * turn came to ask the store. One attempt is made whole, however short the wait; it includes
   * taking over what is stale already.
   *
   * @param name the lock
   * @param options how
   * @return the lease
   * @throws LockTimeoutException if it was not to be had within the wait
   * @throws LockStoreException if the store cannot do it and waiting cannot cure that
   * @throws IllegalArgumentException if the name is not legal
   * @throws InterruptedException if the thread is interrupted; what was begun is undone in the
   *     background
   */
  public Lease acquire(String name, LockOptions options) throws InterruptedException {
    return acquire(name, options, status -> {});
  }

  /**
   * Acquires a lock and tells for whom it waits.
   *
   * @param name the lock
   * @param options how
   * @param whileWaiting called in the calling thread when the wait begins, whenever the holder is
   *     another one, and whenever the store fails in another way, which the status's problem tells;
   *     it must not block
   * @return the lease
   * @throws LockTimeoutException if it was not to be had within the wait
   * @throws LockStoreException if the store cannot do it and waiting cannot cure that
   * @throws IllegalArgumentException if the name is not legal
   * @throws InterruptedException if the thread is interrupted; what was begun is undone in the
   *     background
   */
  public Lease acquire(String name, LockOptions options, Consumer<LockStatus> whileWaiting)
      throws InterruptedException {
    return lock(name).acquire(options, whileWaiting);
  }

  /**
   * Acquires a lock if it is free or stale now: one attempt.
   *
   * @param name the lock
   * @return the lease, or empty if somebody holds it or got it first
   * @throws LockStoreException if the store cannot do it, or does not answer
   * @throws IllegalArgumentException if the name is not legal
   * @throws InterruptedException if the thread is interrupted; what was begun is undone in the
   *     background
   */
  public Optional<Lease> tryAcquire(String name) throws InterruptedException {
    try {
      return Optional.of(acquire(name, defaults.withMaxWait(Duration.ZERO)));
    } catch (LockTimeoutException notNow) {
      StoreFailure failure = notNow.storeFailure();
      if (failure != null) {
        throw new LockStoreException(LockKind.NAMED, name, failure);
      }
      return Optional.empty();
    }
  }

  /**
   * Runs something under a lock, with the default options.
   *
   * @param <T> what the body returns
   * @param name the lock
   * @param body what to run
   * @return what the body returned
   * @throws LockLostException if the lease was lost while the body ran, which had no exception of
   *     its own
   * @throws LockTimeoutException as {@link #acquire(String)}
   * @throws LockStoreException as {@link #acquire(String)}
   * @throws InterruptedException as {@link #acquire(String)}, or from the body
   * @throws Exception whatever the body throws; a loss of the lease is added to it as suppressed
   */
  public <T> T withLock(String name, Callable<T> body) throws Exception {
    try (Lease lease = acquire(name)) {
      T result;
      try {
        result = body.call();
      } catch (Throwable thrown) {
        addLoss(lease, thrown);
        throw thrown;
      }
      lease.ensureHeld();
      return result;
    }
  }

  private static void addLoss(Lease lease, Throwable thrown) {
    try {
      lease.ensureHeld();
    } catch (LockLostException lost) {
      boolean isTheLoss =
          thrown instanceof LockLostException told && told.lockName().equals(lease.lockName());
      if (!isTheLoss) {
        thrown.addSuppressed(lost);
      }
    }
  }

  /**
   * Looks at a lock.
   *
   * @param name the lock
   * @return what the store shows
   * @throws LockStoreException if the store does not answer
   * @throws IllegalArgumentException if the name is not legal
   * @throws InterruptedException if the thread is interrupted
   */
  public LockStatus inspect(String name) throws InterruptedException {
    return lock(name).status();
  }

  /**
   * Looks at all named locks that have ever been taken on this store and not been removed since.
   *
   * @return what the store shows, in the order of the names; no snapshot of one moment. A lock that
   *     could not be read is there as {@link LockStatus.State#UNREADABLE}, with the reason
   * @throws LockStoreException if the store does not answer
   * @throws InterruptedException if the thread is interrupted
   */
  public List<LockStatus> list() throws InterruptedException {
    return Listing.of(context, LockName.namedPrefix(context.namespace()));
  }

  /**
   * Looks at all locks of the namespace, of whatever kind, that have ever been taken and not been
   * removed since.
   *
   * @return as {@link #list()}: the global lock, those of models, named ones
   * @throws LockStoreException if the store does not answer
   * @throws InterruptedException if the thread is interrupted
   */
  public List<LockStatus> listAll() throws InterruptedException {
    return Listing.of(context, LockName.allPrefix(context.namespace()));
  }

  /**
   * Frees a lock, whoever holds it. Its old holder learns of that at its next renewal, within a
   * third of its ttl, and may go on until then: make sure that it is gone. Takes no lock itself.
   *
   * @param name the lock
   * @param token the fencing token to free it from, as status and time-outs show it; empty for that
   *     of the first look
   * @return what was done, and whose it was
   * @throws LockStoreException if the store cannot do it, or does not answer
   * @throws IllegalArgumentException if the name is not legal
   * @throws InterruptedException if the thread is interrupted
   */
  public ReleaseResult forceRelease(String name, OptionalLong token) throws InterruptedException {
    return lock(name).release(true, token);
  }

  /**
   * Frees a lock whose holder is known to be gone: the record is stale, or its process on this
   * machine has ended.
   *
   * @param name the lock
   * @param token the fencing token to free it from, or empty for that of the first look
   * @return what was done, and whose it was
   * @throws LockStoreException if the store cannot do it, or does not answer
   * @throws IllegalArgumentException if the name is not legal
   * @throws InterruptedException if the thread is interrupted
   */
  public ReleaseResult releaseIfStale(String name, OptionalLong token) throws InterruptedException {
    return lock(name).release(false, token);
  }

  private LeaseLock lock(String name) {
    return new LeaseLock(context, LockName.named(context.namespace(), name));
  }

  /**
   * Waits up to 5 s for the leases of this service to be closed, and closes the store. A lease that
   * is still open then is not given back, since work may go on under it: it is no longer renewed
   * and runs out.
   */
  @Override
  public void close() {
    context.close();
  }
}
