package dev.fen.lock;

import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * What {@link ModelLocks} gave: the leases of one run, or that of a structural command. They end
 * together: the loss of one is the loss of all. It belongs to whoever has the object, not to a
 * thread; all methods may be called from any thread.
 */
public interface LeaseGroup extends AutoCloseable {

  /**
   * What its locks stand for.
   *
   * @return the same for all of them
   */
  LockKind kind();

  /**
   * The leases of this very process, each of which ends when another does.
   *
   * @return in the order of the models' names, or that of the global lock alone; empty if an
   *     ancestor holds all that was asked for
   */
  List<Lease> leases();

  /**
   * The fencing token of each lock, see {@link Lease#token()}; where an ancestor holds the lock,
   * that of the ancestor's.
   *
   * @return the locks' names and tokens; the global lock is called {@code global}
   */
  SortedMap<String, Long> tokens();

  /**
   * Makes sure that all is still held at one moment, immediately before something that must not
   * happen otherwise, see {@link Lease#ensureHeld()}.
   *
   * @throws LockLostException if it has ended; it says which lock was lost first, and why
   * @throws IllegalStateException if it was closed
   */
  void ensureHeld();

  /**
   * Looks once more at the locks that processes above this one hold, in at most 5 s: for whoever is
   * about to report that all went well under them. Where none is held above it asks nothing. A
   * store that does not answer is no loss as long as what was seen last is not too old to rely on.
   *
   * @throws LockLostException if a process above this one no longer holds its lock, or the group
   *     has ended
   * @throws IllegalStateException if it was closed
   * @throws InterruptedException if the thread is interrupted
   */
  void ensureHeldAbove() throws InterruptedException;

  /**
   * Has a listener told if it ends before it is closed; at once if it has ended. It is told once,
   * on a thread of the service, and may block.
   *
   * @param listener is given the loss that ended it
   */
  void onLost(Consumer<LockLostException> listener);

  /**
   * What a process that is started under it must be told, see {@link LockService#models(Claims,
   * ReleasedVersions)}.
   *
   * @return its locks and those of the processes above it
   */
  Claims claims();

  /**
   * Acquires further models' locks for the same run; all of them or none. Nothing is given back for
   * that, so it is only done in order: each must sort after all locks that the group holds itself.
   * A structural command that waits for this run lets it pass.
   *
   * @param models their names; those that it has already are passed over
   * @param options how; the wait counts for all of them together
   * @param whileWaiting as for {@link ModelLocks#acquireModels}
   * @throws LockOrderException if one sorts before one that is held
   * @throws LockTimeoutException if they were not to be had within the wait
   * @throws LockLostException if the group has ended
   * @throws LockStoreException if the store cannot do it and waiting cannot cure that
   * @throws IllegalArgumentException if a name is not legal
   * @throws IllegalStateException if it was closed, or another thread is asking for more just now
   * @throws InterruptedException if the thread is interrupted; what was begun is undone in the
   *     background
   */
  void acquireMore(
      Collection<String> models, LockOptions options, Consumer<LockStatus> whileWaiting)
      throws InterruptedException;

  /** Leaves all its locks to run out, see {@link Lease#abandon()}. */
  void abandon();

  /**
   * Gives all back, side by side, see {@link Lease#close()}: in at most 7 s. A structural command
   * then pauses for half a second to a second, so that runs that wait have a chance before the same
   * process comes again. Closing twice does nothing. An interrupt ends the pause and stays set.
   */
  @Override
  void close();
}
