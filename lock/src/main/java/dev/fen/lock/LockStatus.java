package dev.fen.lock;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What one look at a lock showed. It may be out of date as soon as it is returned: for people and
 * reports, never to decide whether one may go on.
 *
 * @param kind what the lock stands for
 * @param name the lock
 * @param state free, held, stale or unreadable
 * @param holder who holds it, or who held it last; null if nobody is known
 * @param token the fencing token of the last acquisition; empty where none can be read
 * @param renewedAgo how long ago the record was written, by the store's clock; empty if the store
 *     could not tell
 * @param expiresIn how long until the holder's lease runs out unless it is renewed, zero if it has;
 *     empty if unknown or not held
 * @param heldHere whether a lease of the very service that was asked holds it
 * @param problem what is wrong with the record, or null
 */
public record LockStatus(
    LockKind kind,
    String name,
    State state,
    @Nullable Holder holder,
    OptionalLong token,
    Optional<Duration> renewedAgo,
    Optional<Duration> expiresIn,
    boolean heldHere,
    @Nullable String problem) {

  /** What a lock's record says. */
  public enum State {
    /** Nobody holds it. */
    FREE,
    /** Somebody holds it. */
    HELD,
    /** Its holder is gone; the next one who asks takes it over. */
    STALE,
    /** The record cannot be read; it counts as held until it has been unchanged for long enough. */
    UNREADABLE
  }

  /** Of a lock whose record could not be had. */
  static LockStatus unreadable(LockName lock, @Nullable String problem) {
    return new LockStatus(
        lock.kind(),
        lock.name(),
        State.UNREADABLE,
        null,
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        problem);
  }
}
