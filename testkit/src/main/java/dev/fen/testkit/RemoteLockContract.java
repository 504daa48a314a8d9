package dev.fen.testkit;

import java.time.Duration;

/**
 * The contract suite for a store that a server keeps: each request is a real one there, so every
 * test is played in one order. The orders of events are tried out in memory.
 */
public abstract class RemoteLockContract extends LockContract {

  /** For subclasses. */
  protected RemoteLockContract() {}

  @Override
  public int seeds() {
    return 1;
  }

  @Override
  public Duration forEver() {
    return Duration.ofMinutes(100);
  }
}
