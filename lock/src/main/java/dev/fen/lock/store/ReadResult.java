package dev.fen.lock.store;

import java.util.OptionalLong;

/** What a read of a register found. Unknown is never to be taken for absent. */
public sealed interface ReadResult {

  /**
   * The register is there.
   *
   * @param version which content this is
   * @param body the content as UTF-8 text, malformed bytes replaced; a content of more than {@link
   *     RegisterStore#MAX_BODY_BYTES} bytes is cut to one byte more than that, so that the reader
   *     can tell
   * @param ageMillis milliseconds since the content was written, both times by the store's own
   *     clock; empty where the store could not tell. Never negative
   * @param storeTimeMillis the store's own clock at this read, in milliseconds since 1970 UTC;
   *     empty where the store could not tell
   */
  record Present(Version version, String body, OptionalLong ageMillis, OptionalLong storeTimeMillis)
      implements ReadResult {}

  /**
   * The register is not there, for certain.
   *
   * @param storeTimeMillis as in {@link Present}
   */
  record Absent(OptionalLong storeTimeMillis) implements ReadResult {}

  /**
   * Nothing is known: the store refused, timed out or failed.
   *
   * @param failure why
   */
  record Unknown(StoreFailure failure) implements ReadResult {}
}
