package dev.fen.datastore;

import dev.fen.datastore.verify.Calls;
import dev.fen.datastore.verify.Verdict;
import dev.fen.datastore.verify.Verdict.Reading;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.WriteResult;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The verdict that lies in the datastore it is about, for all who use it: a register of its own.
 * Whatever the store does, no call takes longer than its limit.
 */
final class KeptVerdict {

  static final String NAME = "fen-store.json";

  /** How long one request may take. */
  static final Duration LIMIT = Duration.ofSeconds(10);

  private static final RegisterKey KEY = new RegisterKey(NAME);
  private static final int TRIES = 5;

  private final RegisterStore store;
  private final Calls calls;

  /**
   * The verdict in a store, which may be none yet.
   *
   * @param store closed by whoever has opened it
   * @param calls makes the requests
   */
  KeptVerdict(RegisterStore store, Calls calls) {
    this.store = store;
    this.calls = calls;
  }

  /**
   * Reads what is kept.
   *
   * @param limit how long that may take; {@link #LIMIT} at the most
   */
  ReadResult read(Duration limit) throws InterruptedException {
    return calls.one(
        () -> store.read(KEY), limit.compareTo(LIMIT) < 0 ? limit : LIMIT, ReadResult.Unknown::new);
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
   * somebody saw outranks a pass. A pass goes on for those stores that the one before has passed.
   *
   * @param before what was read before the certification began
   */
  Kept keep(Verdict verdict, ReadResult before) throws InterruptedException {
    // All tries together take no longer than one request may.
    return calls.one(() -> keepNow(verdict, before), LIMIT, failure -> new Kept(verdict, failure));
  }

  private Kept keepNow(Verdict verdict, ReadResult before) {
    StoreFailure failure = StoreFailure.passing("others write it all the time", null);
    ReadResult refusedOn = null;
    for (int tries = 0; tries < TRIES; tries++) {
      ReadResult found = store.read(KEY);
      if (found instanceof ReadResult.Unknown unknown) {
        failure = unknown.failure();
        continue;
      }
      if (refusedOn != null && isSame(refusedOn, found)) {
        failure =
            StoreFailure.passing(
                "the store refused the write as if others had written meanwhile, and nobody had",
                null);
      }
      Verdict others = of(found);
      if (others != null
          && isNewer(found, before)
          && isOfOneStore(verdict, others)
          && verdict.passed()
          && !others.failed().isEmpty()) {
        return new Kept(others, null);
      }
      Verdict kept =
          others != null
                  && verdict.passed()
                  && others.passed()
                  && others.tagForm() == verdict.tagForm()
              ? verdict.alsoOn(others.stores())
              : verdict;
      WriteResult written =
          found instanceof ReadResult.Present present
              ? store.replace(KEY, present.version(), kept.toJson())
              : store.create(KEY, kept.toJson());
      if (written instanceof WriteResult.Applied) {
        return new Kept(kept, null);
      }
      if (written instanceof WriteResult.Unknown unknown) {
        failure = unknown.failure();
      } else if (written instanceof WriteResult.NotApplied notApplied) {
        failure = notApplied.failure();
      } else {
        refusedOn = found;
      }
      if (failure.permanent()) {
        break;
      }
    }
    return new Kept(verdict, failure);
  }

  private static boolean isOfOneStore(Verdict one, Verdict other) {
    return other.stores().stream().anyMatch(one.stores()::contains);
  }

  private static boolean isSame(ReadResult one, ReadResult other) {
    return Objects.equals(versionOf(one), versionOf(other));
  }

  private static @Nullable Object versionOf(ReadResult read) {
    return read instanceof ReadResult.Present present ? present.version() : null;
  }

  private static boolean isNewer(ReadResult found, ReadResult before) {
    return found instanceof ReadResult.Present
        && !(before instanceof ReadResult.Unknown)
        && !isSame(before, found);
  }
}
