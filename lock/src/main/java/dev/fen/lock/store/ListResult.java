package dev.fen.lock.store;

import java.util.List;

/** What a listing of registers found. */
public sealed interface ListResult {

  /**
   * The version of an entry for what could not be looked into: whether that is a register, and
   * which are below it, is not known. No read gives this version.
   */
  Version NOT_LOOKED_INTO = new Version("not looked into");

  /**
   * The registers under the prefix, in the order of their keys.
   *
   * @param entries one entry for each register that is there
   */
  record Listed(List<Entry> entries) implements ListResult {
    /**
     * Copies the list.
     *
     * @param entries one entry for each register that is there
     */
    public Listed {
      entries = List.copyOf(entries);
    }
  }

  /**
   * Nothing is known: the store refused, timed out or failed.
   *
   * @param failure why
   */
  record Unknown(StoreFailure failure) implements ListResult {}

  /**
   * One register of a listing.
   *
   * @param key its key
   * @param version which content the listing saw; equal to what a read of that content gives
   */
  record Entry(RegisterKey key, Version version) {}
}
