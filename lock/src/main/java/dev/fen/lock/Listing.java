package dev.fen.lock;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.StoreFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** What all locks under a prefix look like. */
final class Listing {

  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long READ_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private Listing() {}

  /**
   * Looks at all locks whose keys begin with a prefix, within a minute.
   *
   * @return one state for each, in the order of the keys
   * @throws LockStoreException if they could not be listed
   */
  static List<LockStatus> of(LockContext context, String prefix) throws InterruptedException {
    long deadline = context.platform().nanoTime() + LIMIT_NANOS;
    ListResult result =
        context
            .foreground()
            .await(() -> context.store().list(prefix), ListResult.Unknown::new, LIMIT_NANOS);
    if (result instanceof ListResult.Unknown unknown) {
      throw new LockStoreException(LockKind.NAMED, "", unknown.failure());
    }
    List<LockStatus> statuses = new ArrayList<>();
    for (ListResult.Entry entry : ((ListResult.Listed) result).entries()) {
      LockName lock = LockName.ofKey(context.namespace(), entry.key());
      if (lock != null) {
        statuses.add(statusOf(context, lock, deadline - context.platform().nanoTime()));
      }
    }
    return statuses;
  }

  /** What cannot be read hides no other. */
  private static LockStatus statusOf(LockContext context, LockName lock, long leftNanos)
      throws InterruptedException {
    try {
      if (leftNanos <= 0) {
        throw new LockStoreException(
            lock, StoreFailure.passing("the time to look at all locks was over before", null));
      }
      return new LeaseLock(context, lock).status(Math.min(leftNanos, READ_LIMIT_NANOS));
    } catch (LockStoreException unread) {
      return new LockStatus(
          lock.kind(),
          lock.name(),
          LockStatus.State.UNREADABLE,
          null,
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty(),
          false,
          unread.getMessage());
    }
  }
}
