package dev.fen.lock;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.StoreFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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
    List<LockName> locks = new ArrayList<>();
    for (ListResult.Entry entry : ((ListResult.Listed) result).entries()) {
      LockName lock = LockName.ofKey(context.namespace(), entry.key());
      StoreFailure hidden = lock == null ? hiddenBelow(context, entry) : null;
      if (hidden != null) {
        throw new LockStoreException(LockKind.NAMED, "", hidden);
      }
      if (lock != null) {
        locks.add(lock);
      }
    }
    return statusesOf(context, locks, deadline);
  }

  /**
   * Why there may be locks that a listing does not show, below something that is no lock.
   *
   * @return null if it is none of ours
   */
  static @Nullable StoreFailure hiddenBelow(LockContext context, ListResult.Entry entry) {
    return entry.version().equals(ListResult.NOT_LOOKED_INTO)
            && LockName.mayBeBelow(context.namespace(), entry.key())
        ? StoreFailure.passing(
            entry.key()
                + " in "
                + context.store().location()
                + " cannot be looked into, and which locks are held below it is not known: see to it that"
                + " this user may read it and all that is in it, and that there are folders and no links",
            null)
        : null;
  }

  private static List<LockStatus> statusesOf(
      LockContext context, List<LockName> locks, long deadline) throws InterruptedException {
    Batch<LockStatus> batch = new Batch<>(context.platform(), locks.size(), late -> {});
    for (int i = 0; i < locks.size(); i++) {
      LockName lock = locks.get(i);
      batch.start(context.takers(), i, () -> lookOnWorker(context, lock, deadline));
    }
    List<@Nullable LockStatus> looks = batch.await(deadline, () -> {});
    context.requireOpen();
    List<LockStatus> statuses = new ArrayList<>();
    for (int i = 0; i < locks.size(); i++) {
      LockStatus status = looks.get(i);
      statuses.add(status == null ? unread(locks.get(i), overdue(locks.get(i))) : status);
    }
    return statuses;
  }

  /** What cannot be read hides no other. */
  private static LockStatus lookOnWorker(LockContext context, LockName lock, long deadline) {
    try {
      long leftNanos = deadline - context.platform().nanoTime();
      return leftNanos <= 0
          ? unread(lock, overdue(lock))
          : new LeaseLock(context, lock).status(Math.min(leftNanos, READ_LIMIT_NANOS));
    } catch (LockStoreException | IllegalStateException unread) {
      // The caller tells of a service that was closed.
      return unread(lock, unread);
    } catch (InterruptedException nobodyInterruptsWorkers) {
      Thread.currentThread().interrupt();
      return unread(lock, overdue(lock));
    }
  }

  private static LockStoreException overdue(LockName lock) {
    return new LockStoreException(
        lock, StoreFailure.passing("the time to look at all locks was over before", null));
  }

  private static LockStatus unread(LockName lock, RuntimeException why) {
    return LockStatus.unreadable(lock, why.getMessage());
  }
}
