package dev.fen.lock;

import dev.fen.lock.Claims.Claim;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Locks on two levels: one for each model, which runs take, and the global one over all models of
 * the namespace, which structural commands take. Runs on different models go on side by side; a
 * structural command has everything to itself; of all these locks none is ever held while work goes
 * on that another one excludes. It may be used from any number of threads.
 *
 * <p>A model is named {@code type/id}, such as {@code aws/vpc/bc01}: the type may hold slashes and
 * begin with a scope.
 *
 * <p>Between processes nothing orders those who wait: every call ends with the locks or with an
 * error at its deadline, and in which order they get them is not promised. A structural command
 * that waits keeps no run out for the first half of its time, and all new ones for the second; and
 * it pauses after its release, so that runs get in between the structural commands that one process
 * makes one after the other. Many processes that make structural commands without end can still
 * keep a run out until its deadline.
 *
 * <p>Every call is bounded by its wait, or 5 s if that is longer, and one request.
 */
public final class ModelLocks {

  private final LockContext context;
  private final LockOptions defaults;
  private final Claims handedDown;
  private final ReleasedVersions known;

  ModelLocks(LockContext context, LockOptions defaults, Claims handedDown, ReleasedVersions known) {
    this.context = context;
    this.defaults = defaults;
    this.handedDown = handedDown;
    this.known = known;
  }

  /**
   * Checks a model's name without touching any store.
   *
   * @param model what is to be a model's name
   * @throws IllegalArgumentException if the name is not legal; the message names it and the rule
   */
  public static void requireLegalName(String model) {
    LockName.model(Namespace.NONE, model);
  }

  /**
   * Acquires models' locks with the default options, see {@link #acquireModels(Collection,
   * LockOptions, Consumer)}.
   *
   * @param models their names
   * @return the leases
   * @throws InterruptedException if the thread is interrupted; what was begun is undone in the
   *     background
   */
  public LeaseGroup acquireModels(Collection<String> models) throws InterruptedException {
    return acquireModels(models, defaults, status -> {});
  }

  /**
   * Acquires models' locks; all of them or none. Locks that a process above this one holds are
   * passed through: they are neither taken nor given back.
   *
   * @param models their names; at least one
   * @param options how; the wait counts for all of them together
   * @param whileWaiting called in the calling thread when it waits for another holder, of a model's
   *     lock or of the global one, and whenever the store fails in another way; it must not block
   * @return the leases
   * @throws LockTimeoutException if they were not to be had within the wait; it is about the lock
   *     that was waited for then
   * @throws LockLostException if a process above this one no longer holds what it is said to
   * @throws LockStoreException if the store cannot do it and waiting cannot cure that
   * @throws IllegalArgumentException if there is no name, or one is not legal
   * @throws InterruptedException if the thread is interrupted; what was begun is undone in the
   *     background
   */
  public LeaseGroup acquireModels(
      Collection<String> models, LockOptions options, Consumer<LockStatus> whileWaiting)
      throws InterruptedException {
    List<LockName> wanted = namesOf(models);
    if (wanted.isEmpty()) {
      throw new IllegalArgumentException("no model is named");
    }
    Terms terms = terms(options, whileWaiting);
    Ancestors ancestors = findAncestors(terms);
    return group(
        LockKind.MODEL,
        acquire(wanted, ancestors, Claims.NONE, () -> {}, terms),
        ancestors,
        options);
  }

  /**
   * Acquires named locks as {@link LockService#acquire} does, one after the other in the order of
   * their names, as a group that ends together. Locks that a process above this one holds are
   * passed through: they are neither taken nor given back.
   *
   * @param names the locks; at least one
   * @param options how; the wait counts for all of them together
   * @param whileWaiting as for {@link LockService#acquire(String, LockOptions, Consumer)}
   * @return the leases
   * @throws LockTimeoutException if they were not to be had within the wait
   * @throws LockLostException if a process above this one no longer holds what it is said to, or
   *     one was lost while the next one was waited for
   * @throws LockStoreException if the store cannot do it and waiting cannot cure that
   * @throws IllegalArgumentException if there is no name, or one is not legal
   * @throws InterruptedException if the thread is interrupted; what was begun is undone in the
   *     background
   */
  public LeaseGroup acquireNamed(
      Collection<String> names, LockOptions options, Consumer<LockStatus> whileWaiting)
      throws InterruptedException {
    TreeMap<String, LockName> sorted = new TreeMap<>();
    for (String name : names) {
      sorted.put(name, LockName.named(context.namespace(), name));
    }
    if (sorted.isEmpty()) {
      throw new IllegalArgumentException("no lock is named");
    }
    Terms terms = terms(options, whileWaiting);
    Ancestors ancestors = findAncestors(terms);
    List<LockName> taken = new ArrayList<>();
    List<Claim> passed = passedOf(sorted.values(), ancestors, taken);
    List<HeldLease> leases = new NamedAcquisition(context, taken, passed, ancestors, terms).run();
    return group(LockKind.NAMED, new HeldGroup.Acquired(leases, passed), ancestors, options);
  }

  /** Claims to locks that ancestors hold; the others are to be taken. */
  private static List<Claim> passedOf(
      Collection<LockName> wanted, Ancestors ancestors, List<LockName> taken) {
    List<Claim> passed = new ArrayList<>();
    for (LockName lock : wanted) {
      Claim claim = ancestors.of(lock);
      if (claim == null) {
        taken.add(lock);
      } else {
        passed.add(claim);
      }
    }
    return passed;
  }

  /** The locks in the order of the models' names, each once. */
  List<LockName> namesOf(Collection<String> models) {
    TreeMap<String, LockName> sorted = new TreeMap<>();
    for (String model : models) {
      sorted.put(model, LockName.model(context.namespace(), model));
    }
    return new ArrayList<>(sorted.values());
  }

  /**
   * Acquires models' locks.
   *
   * @param ancestors the locks that the process was started under
   * @param own what the run that asks holds already
   * @param requirement throws when it holds that no longer
   */
  HeldGroup.Acquired acquire(
      List<LockName> wanted, Ancestors ancestors, Claims own, Runnable requirement, Terms terms)
      throws InterruptedException {
    List<LockName> taken = new ArrayList<>();
    List<Claim> passed = passedOf(wanted, ancestors, taken);
    List<HeldLease> leases =
        new RunAcquisition(
                context,
                taken,
                passed,
                ancestors,
                new Ancestors(context, own.and(ancestors.all())),
                requirement,
                terms)
            .run();
    return new HeldGroup.Acquired(leases, passed);
  }

  private Ancestors findAncestors(Terms terms) throws InterruptedException {
    return new AncestorSearch(context, terms).find(handedDown);
  }

  private HeldGroup group(
      LockKind kind, HeldGroup.Acquired acquired, Ancestors ancestors, LockOptions options) {
    HeldGroup group = new HeldGroup(kind, this, context, ancestors, options.ttl());
    group.add(acquired);
    group.begin();
    return group;
  }

  /** What a caller wants who asks now. */
  Terms terms(LockOptions options, Consumer<LockStatus> whileWaiting) {
    long now = context.platform().nanoTime();
    return new Terms(
        options,
        now - options.waited().toNanos(),
        OptionalLong.of(now + Terms.FIRST_ATTEMPT_NANOS),
        whileWaiting,
        Aside.NOTHING);
  }

  /**
   * Acquires the global lock with the default options, see {@link #acquireGlobal(LockOptions,
   * Consumer)}.
   *
   * @return the lease
   * @throws InterruptedException if the thread is interrupted; what was begun is undone in the
   *     background
   */
  public LeaseGroup acquireGlobal() throws InterruptedException {
    return acquireGlobal(defaults, status -> {});
  }

  /**
   * Acquires the global lock and waits until no model is locked. Passes through if a process above
   * this one holds it, and no other one between the two holds models' locks.
   *
   * @param options how; the wait counts for all of it together
   * @param whileWaiting called in the calling thread when it waits for another holder, of a model's
   *     lock or of the global one, and whenever the store fails in another way; it must not block
   * @return the lease; its {@code close} pauses after the release
   * @throws LockTimeoutException if that was not to be had within the wait; {@link
   *     LockTimeoutException#waitedFor()} has every lock that it waited for then
   * @throws LockOrderException if a process above this one holds models' locks: it would wait for
   *     itself
   * @throws LockLostException if a process above this one no longer holds what it is said to
   * @throws LockStoreException if the store cannot do it and waiting cannot cure that
   * @throws InterruptedException if the thread is interrupted; what was begun is undone in the
   *     background
   */
  public LeaseGroup acquireGlobal(LockOptions options, Consumer<LockStatus> whileWaiting)
      throws InterruptedException {
    Terms terms = terms(options, whileWaiting);
    Ancestors ancestors = findAncestors(terms);
    LockName global = LockName.global(context.namespace());
    requireNoModelAbove(ancestors, global);
    Claim above = ancestors.of(global);
    if (above != null) {
      List<HeldLease> none =
          new RunAcquisition(
                  context, List.of(), List.of(above), ancestors, ancestors, () -> {}, terms)
              .run();
      return group(
          LockKind.GLOBAL, new HeldGroup.Acquired(none, List.of(above)), ancestors, options);
    }
    HeldLease lease = new StructuralAcquisition(context, known, terms).run();
    return group(
        LockKind.GLOBAL, new HeldGroup.Acquired(List.of(lease), List.of()), ancestors, options);
  }

  private void requireNoModelAbove(Ancestors ancestors, LockName global) {
    for (Claim claim : ancestors.claims()) {
      LockName lock = LockName.ofKey(context.namespace(), claim.key());
      if (lock != null && lock.kind() == LockKind.MODEL) {
        throw new LockOrderException(
            global.name(),
            "this process was started under "
                + lock.label()
                + ", and the "
                + global.label()
                + " is to be had only when no model is locked: take it first");
      }
    }
  }

  // Looking and freeing.

  /**
   * Looks at a model's lock.
   *
   * @param model its name
   * @return what the store shows
   * @throws LockStoreException if the store does not answer
   * @throws IllegalArgumentException if the name is not legal
   * @throws InterruptedException if the thread is interrupted
   */
  public LockStatus inspect(String model) throws InterruptedException {
    return model(model).status();
  }

  /**
   * Looks at the global lock.
   *
   * @return what the store shows
   * @throws LockStoreException if the store does not answer
   * @throws InterruptedException if the thread is interrupted
   */
  public LockStatus inspectGlobal() throws InterruptedException {
    return global().status();
  }

  /**
   * Looks at the locks of all models that have ever been locked and not been removed since.
   *
   * @return as {@link LockService#list()}
   * @throws LockStoreException if the store does not answer
   * @throws InterruptedException if the thread is interrupted
   */
  public List<LockStatus> list() throws InterruptedException {
    return Listing.of(context, LockName.modelsPrefix(context.namespace()));
  }

  /**
   * Frees a model's lock, whoever holds it, see {@link LockService#forceRelease}.
   *
   * @param model its name
   * @param token the fencing token to free it from; empty for that of the first look
   * @return what was done, and whose it was
   * @throws LockStoreException if the store cannot do it, or does not answer
   * @throws IllegalArgumentException if the name is not legal
   * @throws InterruptedException if the thread is interrupted
   */
  public ReleaseResult forceRelease(String model, OptionalLong token) throws InterruptedException {
    return model(model).release(true, token);
  }

  /**
   * Frees a model's lock whose holder is known to be gone, see {@link LockService#releaseIfStale}.
   *
   * @param model its name
   * @param token the fencing token to free it from; empty for that of the first look
   * @return what was done, and whose it was
   * @throws LockStoreException if the store cannot do it, or does not answer
   * @throws IllegalArgumentException if the name is not legal
   * @throws InterruptedException if the thread is interrupted
   */
  public ReleaseResult releaseIfStale(String model, OptionalLong token)
      throws InterruptedException {
    return model(model).release(false, token);
  }

  /**
   * Frees the global lock, whoever holds it, see {@link LockService#forceRelease}.
   *
   * @param token the fencing token to free it from; empty for that of the first look
   * @return what was done, and whose it was
   * @throws LockStoreException if the store cannot do it, or does not answer
   * @throws InterruptedException if the thread is interrupted
   */
  public ReleaseResult forceReleaseGlobal(OptionalLong token) throws InterruptedException {
    return global().release(true, token);
  }

  /**
   * Frees the global lock if its holder is known to be gone, see {@link
   * LockService#releaseIfStale}.
   *
   * @param token the fencing token to free it from; empty for that of the first look
   * @return what was done, and whose it was
   * @throws LockStoreException if the store cannot do it, or does not answer
   * @throws InterruptedException if the thread is interrupted
   */
  public ReleaseResult releaseGlobalIfStale(OptionalLong token) throws InterruptedException {
    return global().release(false, token);
  }

  private LeaseLock model(String model) {
    return new LeaseLock(context, LockName.model(context.namespace(), model));
  }

  private LeaseLock global() {
    return new LeaseLock(context, LockName.global(context.namespace()));
  }
}
