package dev.fen.datastore;

import dev.fen.datastore.verify.Verdict;
import dev.fen.datastore.verify.Verdict.Reading;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.WriteResult;
import org.jspecify.annotations.Nullable;

/**
 * The verdict that lies in the datastore it is about, for all who use it: a register of its own.
 */
final class KeptVerdict {

  static final String NAME = "fen-store.json";

  private static final RegisterKey KEY = new RegisterKey(NAME);
  private static final int TRIES = 5;

  private KeptVerdict() {}

  static ReadResult read(RegisterStore store) {
    return store.read(KEY);
  }

  /** The verdict in what was read; null where there is none that can be read. */
  static @Nullable Verdict of(ReadResult read) {
    return read instanceof ReadResult.Present present
            && Verdict.parse(present.body()) instanceof Reading.Readable readable
        ? readable.verdict()
        : null;
  }

  /**
   * What is in force after a verdict was to be kept.
   *
   * @param verdict the one that was to be kept, or one that others have found at the same time
   * @param notKept why it is not in the datastore; null if it is
   */
  record Kept(Verdict verdict, @Nullable StoreFailure notKept) {}

  /**
   * Keeps a verdict. Where others have certified the same datastore meanwhile, a failure that
   * somebody saw outranks a pass.
   *
   * @param before what was read before the certification began
   */
  static Kept keep(RegisterStore store, Verdict verdict, ReadResult before) {
    StoreFailure failure = StoreFailure.passing("others write it all the time", null);
    for (int tries = 0; tries < TRIES; tries++) {
      ReadResult found = read(store);
      if (found instanceof ReadResult.Unknown unknown) {
        failure = unknown.failure();
        continue;
      }
      Verdict others = isNewer(found, before) ? of(found) : null;
      if (others != null && verdict.passed() && !others.failed().isEmpty()) {
        return new Kept(others, null);
      }
      WriteResult written =
          found instanceof ReadResult.Present present
              ? store.replace(KEY, present.version(), verdict.toJson())
              : store.create(KEY, verdict.toJson());
      if (written instanceof WriteResult.Applied) {
        return new Kept(verdict, null);
      }
      if (written instanceof WriteResult.Unknown unknown) {
        failure = unknown.failure();
      } else if (written instanceof WriteResult.NotApplied notApplied) {
        failure = notApplied.failure();
      }
      if (failure.permanent()) {
        break;
      }
    }
    return new Kept(verdict, failure);
  }

  private static boolean isNewer(ReadResult found, ReadResult before) {
    if (before instanceof ReadResult.Unknown || !(found instanceof ReadResult.Present present)) {
      return false;
    }
    return !(before instanceof ReadResult.Present old) || !old.version().equals(present.version());
  }
}
