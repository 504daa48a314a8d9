package dev.fen.testkit;

import java.time.Duration;

/**
 * For a store that a server keeps, beside a half of the contract suite: each request is a real one
 * there, so every test is played in one order. The orders of events are tried out in memory.
 */
public interface RemoteContract extends Contract {

  @Override
  default int seeds() {
    return 1;
  }

  @Override
  default Duration forEver() {
    return Duration.ofMinutes(100);
  }
}
