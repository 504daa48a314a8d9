package dev.fen.lock.store;

/** How a conditional write ended: the outcome of exactly one attempt. */
public sealed interface WriteResult {

  /**
   * The register now holds, or held until somebody changed it further, what was written.
   *
   * @param version which content was written
   */
  record Applied(Version version) implements WriteResult {}

  /** The register was not as the condition asked; nothing was written by this attempt. */
  record Conflict() implements WriteResult {}

  /**
   * Nothing was written, for certain, for another reason than the condition.
   *
   * @param failure why
   */
  record NotApplied(StoreFailure failure) implements WriteResult {}

  /**
   * It may have been written, or may be written later still: only a read decides.
   *
   * @param failure why
   */
  record Unknown(StoreFailure failure) implements WriteResult {}
}
