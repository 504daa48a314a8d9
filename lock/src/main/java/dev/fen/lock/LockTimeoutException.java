package dev.fen.lock;

import dev.fen.lock.store.StoreFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The lock was not free in time. Made from what had been read by then; nothing was asked for the
 * sake of the message.
 */
public final class LockTimeoutException extends LockException {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable LockStatus seen;

  private final transient List<LockStatus> waitedFor;

  /** How long the caller waited. */
  private final Duration waited;

  private final transient @Nullable StoreFailure storeFailure;

  /** Whether the store told nothing at all meanwhile. */
  private final boolean storeSilent;

  LockTimeoutException(
      LockName lock,
      String message,
      @Nullable LockStatus seen,
      List<LockStatus> waitedFor,
      Duration waited,
      @Nullable StoreFailure storeFailure,
      boolean storeSilent) {
    super(lock.kind(), lock.name(), message, storeFailure == null ? null : storeFailure.cause());
    this.seen = seen;
    this.waitedFor = List.copyOf(waitedFor);
    this.waited = waited;
    this.storeFailure = storeFailure;
    this.storeSilent = storeSilent;
  }

  /**
   * What the store failed at when it would have been this caller's turn, or null if it was simply
   * not.
   */
  @Nullable StoreFailure storeFailure() {
    return storeFailure;
  }

  /**
   * Whether the store gave no usable answer in all the time, and failed each time that it was
   * asked: then the store has to be looked at, and nothing is known of a holder.
   *
   * @return false as soon as anything was answered, of whichever lock of the same service
   */
  public boolean isStoreSilent() {
    return storeSilent;
  }

  /**
   * What was last seen of the lock.
   *
   * @return its state and holder, or empty if the store never answered
   */
  public Optional<LockStatus> lastSeen() {
    return Optional.ofNullable(seen);
  }

  /**
   * What was still held when the time was over: for the global lock, every model's lock that it
   * waited for.
   *
   * @return one state for each of them, as last seen; empty if the store never answered
   */
  public List<LockStatus> waitedFor() {
    return waitedFor;
  }

  /**
   * Who held the lock when it was last seen.
   *
   * @return the holder, or empty if nobody known did
   */
  public Optional<Holder> holder() {
    return lastSeen().map(LockStatus::holder);
  }

  /**
   * The fencing token that the holder held, which a forced release would name.
   *
   * @return the token, or empty if there was none to read
   */
  public OptionalLong token() {
    return seen == null ? OptionalLong.empty() : seen.token();
  }

  /**
   * How long ago the holder last renewed, by the store's clock, when it was last seen.
   *
   * @return the age, or empty if the store could not tell
   */
  public Optional<Duration> age() {
    return lastSeen().flatMap(LockStatus::renewedAgo);
  }

  /**
   * How long the caller has waited.
   *
   * @return from the call to the time-out
   */
  public Duration waited() {
    return waited;
  }
}
