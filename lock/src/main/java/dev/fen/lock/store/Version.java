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

  // Written out: a record's own methods are made at run time, which costs the command's start time.
  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return other instanceof Version that && tag.equals(that.tag);
  }

  @Override
  public int hashCode() {
    return tag.hashCode();
  }
}
