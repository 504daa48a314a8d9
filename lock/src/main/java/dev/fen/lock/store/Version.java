package dev.fen.lock.store;

import org.jspecify.annotations.Nullable;

/**
 * Which content of a register was seen: opaque to everyone but the store that made it, compared by
 * equality only.
 *
 * <p>Callers never write the same body to a register twice, so one version stands for one body.
 *
 * @param tag the store's own mark, such as an entity tag, verbatim
 */
public record Version(String tag) {

  // Written out, as in RegisterKey: what a record would bring of its own is put together at the
  // first call, which costs a command of a tenth of a second a good part of it.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Version that && tag.equals(that.tag);
  }

  @Override
  public int hashCode() {
    return tag.hashCode();
  }

  @Override
  public String toString() {
    return tag;
  }
}
