package dev.fen.verify.stress;

import java.util.concurrent.CompletableFuture;

/** Whom the judge can ask about a work: the process that announced it. */
interface Witness {

  /** Whether it still holds the locks of a work; who has ended holds nothing. */
  CompletableFuture<Boolean> stillHolds(Work work);
}
