package dev.fen.verify.simulation;

/** What a history must have shown often enough for a run to mean anything. */
enum Sight {
  /** A held record was replaced by another holder's, or freed by whoever found it stale. */
  TAKEOVER("takeover", true),
  /** A write was carried out and its answer lost. */
  LOST_ANSWER("lost answer", true),
  /** A write was carried out after its caller had gone on. */
  LATE_WRITE("late write", true),
  /** A request was never answered. */
  NO_ANSWER("call without answer", true),
  /** An answer took longer than the ttl. */
  SLOW_ANSWER("answer after the ttl", true),
  /** A read was answered by unknown. */
  UNKNOWN_READ("unknown read", true),
  /** A write was refused for the moment, or a conflict that was none was told. */
  REFUSED_WRITE("write not applied, or a conflict that was none", true),
  /** A process stood still for longer than its ttl. */
  LONG_PAUSE("pause beyond the ttl", true),
  /** A process died while it held a lock. */
  CRASH("crash of a holder", true),
  /** A monotonic clock drifted. */
  DRIFT("clock drift", true),
  /** A wall clock was stepped. */
  WALL_STEP("wall clock step", true),
  /** The store's clock was stepped. */
  STORE_STEP("store clock that lies", true),
  /** A lock was freed by force. */
  FORCED("force release", true),
  /** A record was removed. */
  REMOVED("removed record", true),
  /** A record was overwritten, or an old one put back. */
  OVERWRITTEN("overwritten or restored record", true),
  /** A process acquired something under its parent's locks. */
  NESTED("nested child", true),
  /** A child of a child did. */
  NESTED_DEEPLY("nested three deep", true),
  /** The global lock was held while a model's was. */
  DRAIN("drain in progress", true),
  /** A run was admitted while somebody else held the global lock. */
  ADMITTED("child admitted while a drain waits", false),
  /** A lease was lost. */
  LOSS("lost lease", true),
  /** An acquisition ran out of time. */
  TIMEOUT("lock time-out", true);

  /** Whether it must be in a twentieth of all histories. */
  final boolean needed;

  final String title;

  Sight(String title, boolean needed) {
    this.title = title;
    this.needed = needed;
  }
}
