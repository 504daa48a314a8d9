package dev.fen.cli.exec;

import java.time.Duration;

/**
 * When SIGTERM and SIGKILL are due. Holds no clock and does nothing itself; all times are on one
 * scale of nanoseconds that may overflow, like that of {@link System#nanoTime()}.
 */
final class EndPlan {
  private static final long MAX_MARGIN_NANOS = 1_000_000_000;

  private final long grace;
  private final long leaseGrace;
  private final long margin;
  private boolean ending;
  private boolean leaseOver;
  private long killAt;

  EndPlan(Duration grace, Duration ttl) {
    this.grace = grace.toNanos();
    this.leaseGrace = leaseGrace(grace, ttl).toNanos();
    this.margin = Math.min(MAX_MARGIN_NANOS, ttl.toNanos() / 20);
  }

  /**
   * A quarter of the ttl at most: the renewal that is due after a third gets no answer for up to a
   * quarter, and the one after it must have time to succeed.
   */
  static Duration leaseGrace(Duration grace, Duration ttl) {
    Duration quarter = ttl.dividedBy(4);
    return grace.compareTo(quarter) < 0 ? grace : quarter;
  }

  /** When SIGTERM is due if the lease ends then and is not renewed. */
  long termAt(long leaseEnd) {
    return leaseEnd - leaseGrace - margin;
  }

  /** SIGTERM came from outside. A second one gives no more time. */
  void terminated(long now) {
    end(now + grace);
  }

  /**
   * The lease is about to end. SIGKILL falls before that; if it is already too late, the lease is
   * as good as lost.
   */
  void leaseRunningOut(long now, long leaseEnd) {
    if (leaseEnd - now > 0) {
      leaseOver = true;
      end(leaseEnd - margin);
    } else {
      leaseLost(now);
    }
  }

  /** Somebody else may hold the lock already, so the command gets no more time than it must. */
  void leaseLost(long now) {
    leaseOver = true;
    end(now + leaseGrace);
  }

  private void end(long kill) {
    if (!ending || kill - killAt < 0) {
      killAt = kill;
    }
    ending = true;
  }

  /** SIGTERM was due. */
  boolean ending() {
    return ending;
  }

  /** The lease's end is what made it due. Never taken back. */
  boolean leaseOver() {
    return leaseOver;
  }

  /** When SIGKILL is due, once {@link #ending}. */
  long killAt() {
    return killAt;
  }
}
