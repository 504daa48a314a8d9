package dev.fen.lock;

import dev.fen.lock.store.StoreFailure;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells one caller for whom it waits, or that the store fails: whoever waits must not take that for
 * silence. The same is not told twice in a row, and the same failure only once.
 */
final class Notices {

  private final Consumer<LockStatus> whileWaiting;
  private @Nullable String toldHolder;
  private @Nullable String toldFailure;

  Notices(Consumer<LockStatus> whileWaiting) {
    this.whileWaiting = whileWaiting;
  }

  /** Somebody holds the lock, or there is something that cannot be read. */
  void tellHolder(LockName lock, Sighting seen) {
    LockRecord record = seen.record();
    String holder = lock.key().path() + " " + (record == null ? "" : record.nonce());
    if (!holder.equals(toldHolder)) {
      toldHolder = holder;
      whileWaiting.accept(seen.toStatus(lock, false));
    }
  }

  /** The store told nothing of the lock, or did not do what it was asked. */
  void tellFailure(LockName lock, @Nullable StoreFailure failure) {
    if (failure != null && !failure.message().equals(toldFailure)) {
      toldFailure = failure.message();
      toldHolder = null;
      whileWaiting.accept(LockStatus.unreadable(lock, failure.message() + "; trying again"));
    }
  }
}
