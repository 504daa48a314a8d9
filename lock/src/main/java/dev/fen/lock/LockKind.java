package dev.fen.lock;

/** What a lock stands for; locks of different kinds may have the same name. */
public enum LockKind {
  /** A lock that a program named. */
  NAMED,
  /** The lock of one model, see {@link ModelLocks}. */
  MODEL,
  /** The one lock over all models of a namespace, see {@link ModelLocks}. */
  GLOBAL
}
