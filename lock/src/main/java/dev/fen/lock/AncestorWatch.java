package dev.fen.lock;

import dev.fen.lock.Claims.Claim;
import dev.fen.lock.platform.Cancellable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks, as long as a group is held, at the locks that its process was started under: as often as
 * their holders renew them, and when one should have been renewed at the latest. Each time a
 * bounded number of them, in turn. Guarded by itself; nothing here blocks.
 */
final class AncestorWatch {

  private final LockContext context;
  private final Ancestors ancestors;
  private final Fate fate;
  private final long ownTtlNanos;
  private @Nullable Cancellable timer;
  private int next;
  private boolean ended;

  /**
   * A watch; it has not begun.
   *
   * @param fate of the group, which ends with the locks above it
   * @param ownTtlNanos the ttl of the group's own leases, for as long as no record above was read
   */
  AncestorWatch(LockContext context, Ancestors ancestors, Fate fate, long ownTtlNanos) {
    this.context = context;
    this.ancestors = ancestors;
    this.fate = fate;
    this.ownTtlNanos = ownTtlNanos;
  }

  void begin() {
    if (!ancestors.claims().isEmpty()) {
      arm();
    }
  }

  private synchronized void arm() {
    if (!ended && fate.loss() == null) {
      timer = context.platform().schedule(this::look, ancestors.nanosUntilLook(ownTtlNanos));
    }
  }

  /** On the timer. */
  private void look() {
    List<Claim> claims = ancestors.claims();
    List<Claim> watched = new ArrayList<>();
    synchronized (this) {
      if (ended || context.isClosed()) {
        return;
      }
      int count = Math.min(claims.size(), Ancestors.LOOKED_AT);
      for (int i = 0; i < count; i++) {
        watched.add(claims.get(next));
        next = (next + 1) % claims.size();
      }
    }
    long limitNanos = ancestors.renewalNanos(ownTtlNanos);
    watched.forEach(claim -> ancestors.watch(claim, limitNanos, fate::end));
    arm();
  }

  synchronized void end() {
    ended = true;
    if (timer != null) {
      timer.cancel();
    }
  }
}
