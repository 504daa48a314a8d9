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
  /** A process stood still for a minute and more, in true time. */
  PAUSE_OF_MINUTES("pause of a minute and more", false),
  /** Something befell a request that its process made late. */
  LATE_FAULT("fault beyond a process's 24th request", false),
  /** A process died while it held a lock. */
  CRASH("crash of a holder", true),
  /** A monotonic clock drifted. */
  DRIFT("clock drift", true),
  /** The store's clock drifted. */
  STORE_DRIFT("store clock that drifts", true),
  /** A wall clock was stepped. */
  WALL_STEP("wall clock step", true),
  /** The store's clock was stepped. */
  STORE_STEP("store clock that lies", true),
  /** A lock was taken from a dead holder on its own machine, where its death can be proven. */
  DEAD_HERE("dead holder's lock on its own machine", false),
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
  /** Something beside a model was touched that runs and structural commands both change. */
  LEVELS_FENCED("fenced resource of both levels", true),
  /** The global lock was held while a model's was. */
  DRAIN("drain in progress", true),
  /** A run was admitted while somebody else held the global lock. */
  ADMITTED("child admitted while a drain waits", false),
  /** A lease was lost. */
  LOSS("lost lease", true),
  /** An acquisition ran out of time. */
  TIMEOUT("lock time-out", true),
  /** Nothing in it was excused by a clock out of bounds, or by an old record put back. */
  JUDGED("judged throughout, with no excuse", true);

  /** Whether it must be in a twentieth of all histories. */
  final boolean needed;

  final String title;

  Sight(String title, boolean needed) {
    this.title = title;
    this.needed = needed;
  }
}
