package dev.fen.lock.store;

/**
 * Which content of a register was seen: opaque to everyone but the store that made it, compared by
 * equality only.
 *
 * <p>Callers never write the same body to a register twice, so one version stands for one body.
 *
 * @param tag the store's own mark, such as an entity tag, verbatim
 */
public record Version(String tag) {
  @Override
  public String toString() {
    return tag;
  }
}
