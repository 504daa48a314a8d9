package dev.fen.lock;

import dev.fen.lock.store.StoreFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A lock that is held: good for its ttl from the last renewal, renewed in the background every
 * third of that, until it is closed or lost. It belongs to whoever has the object, not to a thread;
 * all methods may be called from any thread.
 */
public interface Lease extends AutoCloseable {

  /**
   * Which lock.
   *
   * @return the name it was acquired by
   */
  String lockName();

  /**
   * The fencing token: a number that goes up with every acquisition of this lock, for ever. Whoever
   * guards a resource of their own touches it with the token before they read from it, and has it
   * refuse lower tokens from then on.
   *
   * @return greater than every token of this lock handed out before
   */
  long token();

  /**
   * How long the lease lasts unless it is renewed.
   *
   * @return zero once it is lost or closed
   */
  Duration remaining();

  /**
   * Why renewals fail, for whoever must act before the lease runs out. Asks nobody.
   *
   * @return what the last renewal met; empty if it succeeded, or none was due
   */
  Optional<StoreFailure> renewalFailure();

  /**
   * Makes sure that the lock is still held, immediately before something that must not happen
   * without it. Usually answers from memory. When the wall clock ran ahead of the monotonic one, as
   * it does over a suspension of the machine, the lease is in doubt, and this call waits until a
   * renewal has proven it or it has run out: never longer than the ttl, but for a machine that is
   * suspended again meanwhile, which has to be proven anew.
   *
   * <p>After a forced release by somebody else the holder learns of it at its next renewal; until
   * then this call still succeeds. That is what the fencing token is for.
   *
   * @throws LockLostException if the lease has ended; it says why
   * @throws IllegalStateException if the lease was closed
   */
  void ensureHeld();

  /**
   * Has a listener told if the lease ends before it is closed; at once if it has ended. It is told
   * once, on a thread of the service, after the lease's earlier listeners. It may block: on a
   * thousand leases of one service before that holds up the listeners of further ones, and nothing
   * else.
   *
   * @param listener is given what {@link #ensureHeld()} throws from then on
   */
  void onLost(Consumer<LockLostException> listener);

  /**
   * Names a further process in the lock's record, with one renewal in the background: on the same
   * machine the holder counts as dead at once only when this process has ended too.
   *
   * @param pid the process's number on this machine; one that is gone already is passed over
   * @throws IllegalStateException if the record names as many already as one can, which is 8
   */
  void addCompanion(long pid);

  /**
   * Leaves the lock to run out, for work that can neither be ended nor waited for: nothing is
   * written any more, and nobody else gets the lock before its ttl is over. Asks nobody and waits
   * for nothing; closing the lease afterwards does nothing. A renewal that is on its way may still
   * land.
   */
  void abandon();

  /**
   * Gives the lock back. Returns when that is done, or after at most 5 s, when a warning is logged
   * and the lease is left to run out. Harmless when the lease was lost: nobody else's lock is
   * touched. Closing twice does nothing. An interrupt does not keep it from being done and stays
   * set.
   */
  @Override
  void close();
}
