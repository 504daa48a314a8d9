package dev.fen.verify.stress;

import java.util.NavigableMap;

/** What a worker holds while it works. */
interface Holding extends AutoCloseable {

  /** Each lock's key, as {@link Wish} writes it, and its token. */
  NavigableMap<String, Long> tokens();

  /** As a lease's. */
  void ensureHeld();

  @Override
  void close();
}
