package dev.fen.datastore.verify;

import dev.fen.lock.store.StoreFailure;

/** What one go at a check came to. */
sealed interface Finding {

  /** As it should be. */
  record Good(String measured) implements Finding {}

  /** The store broke a promise. */
  record Fault(String measured) implements Finding {}

  /** There was no answer to go by. */
  record Undecided(StoreFailure failure) implements Finding {}
}
