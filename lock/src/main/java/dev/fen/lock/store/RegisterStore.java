package dev.fen.lock.store;

import java.time.Duration;
import java.util.Optional;

/**
 * Keeps registers: small objects that are only ever changed by compare-and-swap. All of Fen's
 * safety rests on what is promised here, and the contract suite of the test-kit checks it.
 *
 * <ul>
 *   <li>Of all writes that race on one condition at most one is {@link WriteResult.Applied}, across
 *       threads, processes and hosts.
 *   <li>A read that begins after a write was applied sees that write or a later one; versions never
 *       come back.
 *   <li>An answer means one attempt: a store never repeats a conditional write by itself.
 *   <li>What is not known for certain is reported as unknown, never as absent and never as a
 *       conflict.
 *   <li>Callers never write the same body to a register twice.
 * </ul>
 *
 * <p>Calls block and may hang with the medium underneath; the caller gives each call a time limit
 * and goes on with "unknown". All methods may be called from any thread. None throws for what the
 * medium does; they report it.
 */
public interface RegisterStore extends AutoCloseable {

  /**
   * The greatest body that is a legal content, in bytes; longer ones are handed over cut, see
   * {@link ReadResult}.
   */
  int MAX_BODY_BYTES = 64 * 1024;

  /**
   * Reads a register.
   *
   * @param key which
   * @return present, absent or unknown
   */
  ReadResult read(RegisterKey key);

  /**
   * Reads a register that has been read before, which a store may answer more cheaply while nothing
   * has changed.
   *
   * @param key which
   * @param last what an earlier read of this key found
   * @return as {@link #read}, with the age and time of this very call
   */
  default ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
    return read(key);
  }

  /**
   * Writes a register that is absent.
   *
   * @param key which
   * @param body the content, at most {@link #MAX_BODY_BYTES} bytes of UTF-8, never written to this
   *     key before
   * @return applied, conflict (it is there), not applied, or unknown
   */
  WriteResult create(RegisterKey key, String body);

  /**
   * Replaces the content of a register if it is still the given one.
   *
   * @param key which
   * @param expected what was last read or written
   * @param body the new content, as for {@link #create}
   * @return applied, conflict (it holds something else, or is absent), not applied, or unknown
   */
  WriteResult replace(RegisterKey key, Version expected, String body);

  /**
   * Lists registers.
   *
   * @param prefix how the keys begin, as plain text; the empty string means all
   * @return the registers whose key begins with the prefix, or unknown
   */
  ListResult list(String prefix);

  /**
   * Asks to be told when a register may have changed.
   *
   * @param key which
   * @param onChange called on a thread of the store, quickly and without blocking, at least once
   *     after each change that this machine can see; calls without a change are allowed, and none
   *     may come at all
   * @return closes the watch; closing twice does nothing. {@link Watch#NONE} where none will come
   */
  default Watch watch(RegisterKey key, Runnable onChange) {
    return Watch.NONE;
  }

  /**
   * Why reads come without the store's time, where somebody can mend that: asked after such a read
   * of somebody who needs the time to write.
   *
   * @param key which register was read
   * @return what keeps the store from telling its time; empty where it is not known
   */
  default Optional<StoreFailure> noTimeBecause(RegisterKey key) {
    return Optional.empty();
  }

  /**
   * How much time the store wants between two writes of one register. It may refuse one that comes
   * earlier; users keep that distance between their own writes.
   *
   * @return the time from the answer to one write to the sending of the next; zero where the store
   *     takes them as they come
   */
  default Duration writeInterval() {
    return Duration.ZERO;
  }

  /**
   * Where the registers are, in full, as messages show it to people: a path or an address, without
   * secrets.
   *
   * @return the place
   */
  String location();

  /**
   * Whether this very store also has another name: what another process shows as its location.
   *
   * @param location as {@link #location} of the other process's store shows it
   * @return false also where that is not to be told from here
   */
  default boolean isAlso(String location) {
    return location.equals(location());
  }

  /**
   * Whether an acknowledged write may be gone after the store's machine lost its power. Fencing
   * tokens then never go below the store's clock, so that what is rolled back is not handed out
   * twice.
   *
   * @return whether writes may be forgotten
   */
  boolean mayForgetWrites();

  /**
   * Whether everyone who can reach this store runs on this very machine and kernel, so that a
   * process that is proven dead here is dead for all.
   *
   * @return whether the store is of this machine alone
   */
  boolean machineLocal();

  /**
   * Gives back what the store holds (watches, connections). The registers stay. Closing twice does
   * nothing.
   */
  @Override
  void close();

  /** A watch that can be ended. */
  interface Watch extends AutoCloseable {

    /** Tells of nothing: the store is to be polled. */
    Watch NONE = () -> {};

    @Override
    void close();
  }
}
