package dev.fen.datastore;

import dev.fen.datastore.verify.Verdict;
import java.io.Serial;

/**
 * A datastore is not used, since its certification failed: two could hold one lock there. The
 * message names the check that failed and says what to do.
 */
public final class StoreRefusedException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  /** What was found. */
  private final transient Verdict verdict;

  StoreRefusedException(String message, Verdict verdict) {
    super(message);
    this.verdict = verdict;
  }

  /**
   * What was found.
   *
   * @return the verdict, with at least one failed check
   */
  public Verdict verdict() {
    return verdict;
  }
}
