package dev.fen.s3;

/**
 * How a store wants the entity tag in {@code If-Match}. Set by the operator or by the verdict of a
 * verification, and never tried at run time: on a store that ignores a malformed tag the trial
 * would be a blind overwrite.
 */
public enum TagForm {
  /** Verbatim as the store gave it, with its quotes, as RFC 9110 has it. */
  QUOTED,
  /** Without the quotes, as Ceph 16 and some others want it. */
  UNQUOTED
}
