package dev.fen.lock;

/** Why a lease ended before it was closed. */
public enum LossCause {
  /** Somebody took the lock over, having found it stale. */
  TAKEN_OVER,
  /** Somebody released the lock by force. */
  FORCE_RELEASED,
  /** The record is gone from the store. It is never made anew by a renewal. */
  REMOVED,
  /** The record was overwritten with something that is no record of this lock. */
  OVERWRITTEN,
  /** The store took or answered no renewal until the lease had run out. */
  STORE_UNREACHABLE,
  /** This process stood still (stopped, suspended, starved) until the lease had run out. */
  PROCESS_PAUSED,
  /** The process that started this one has no longer the lock that it was started under. */
  ANCESTOR_LOST
}
