package dev.fen.lock;

import dev.fen.lock.Claims.Claim;
import dev.fen.lock.platform.Cancellable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks, as long as a group is held, at the locks that its process was started under: as often as
 * their holders renew them, and when one should have been renewed at the latest. Each time a
 * bounded number of them, in turn, and first those that the group relies on. Guarded by itself;
 * nothing here blocks.
 */
final class AncestorWatch {

  private final LockContext context;
  private final Ancestors ancestors;
  private final Supplier<List<Claim>> passed;
  private final Fate fate;
  private final long ownTtlNanos;
  private @Nullable Cancellable timer;
  private int next;
  private int nextPassed;
  private boolean ended;

  /**
   * A watch; it has not begun.
   *
   * @param passed claims to the locks that the group passes through
   * @param fate of the group, which ends with the locks above it
   * @param ownTtlNanos the ttl of the group's own leases, for as long as no record above was read
   */
  AncestorWatch(
      LockContext context,
      Ancestors ancestors,
      Supplier<List<Claim>> passed,
      Fate fate,
      long ownTtlNanos) {
    this.context = context;
    this.ancestors = ancestors;
    this.passed = passed;
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
    List<Claim> relied = passed.get();
    Set<Claim> watched = new LinkedHashSet<>();
    synchronized (this) {
      if (ended || context.isClosed()) {
        return;
      }
      // Half of the looks, so that the others have their turn too.
      nextPassed = addInTurn(watched, relied, nextPassed, Ancestors.LOOKED_AT / 2);
      next = addInTurn(watched, ancestors.claims(), next, Ancestors.LOOKED_AT);
    }
    long limitNanos = ancestors.renewalNanos(ownTtlNanos);
    watched.forEach(claim -> ancestors.watch(claim, limitNanos, fate::end));
    arm();
  }

  /** Adds claims in turn until there are so many; returns whose turn is next. */
  private static int addInTurn(Set<Claim> watched, List<Claim> claims, int first, int most) {
    int turn = first;
    for (int i = 0; i < claims.size() && watched.size() < most; i++) {
      watched.add(claims.get(turn % claims.size()));
      turn = (turn + 1) % claims.size();
    }
    return turn;
  }

  synchronized void end() {
    ended = true;
    if (timer != null) {
      timer.cancel();
    }
  }
}
