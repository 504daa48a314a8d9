package dev.fen.datastore.verify;

/**
 * What one check came to.
 *
 * @param name what was checked, a few words, always the same for the same check
 * @param result whether it held
 * @param measured what was seen
 * @param meaning what that means for a lock on this store
 */
public record Check(String name, Result result, String measured, String meaning) {

  /** Whether a check held. */
  public enum Result {
    /** It held. */
    PASSED,
    /** It did not hold: the store broke a promise. */
    FAILED,
    /** The store answered too rarely to tell; another time it may. */
    UNDECIDED,
    /** It was not made, since the store cannot be asked this, or another check failed first. */
    SKIPPED
  }
}
