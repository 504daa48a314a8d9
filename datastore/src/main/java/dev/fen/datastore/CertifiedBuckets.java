package dev.fen.datastore;

import dev.fen.datastore.verify.Calls;
import dev.fen.datastore.verify.CannotVerifyException;
import dev.fen.datastore.verify.Check;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Patience;
import dev.fen.datastore.verify.Verdict;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.s3.S3RegisterStore;
import dev.fen.s3.S3Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens buckets for use, once they are known to keep their word: Amazon's own always, any other
 * with a verdict, which is made by a short certification where there is none. What was found is
 * remembered, so that a verdict is read once for each bucket.
 *
 * <p>Safe for any number of threads; one opens at a time.
 */
public final class CertifiedBuckets {

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** However short the patience is, a store gets so long to answer once. */
  private static final Duration FIRST_ANSWER = Duration.ofSeconds(5);

  /** However short the patience is, a certification that was begun gets so long. */
  private static final Duration CERTIFICATION = Duration.ofSeconds(30);

  private static final Duration SHORTEST = Duration.ofMillis(100);

  /** Some may hang for as long as the store sends a byte now and then. */
  private static final int MAX_THREADS = 32;

  private final Platform platform;
  private final Verification verification;
  private final Consumer<String> notices;
  private final Extent extent;
  private final Calls calls;
  private final Map<S3Settings, S3Settings> known = new HashMap<>();

  /**
   * Buckets, none of them known yet.
   *
   * @param platform the machine
   * @param version the Fen that certifies, as its verdicts name it
   * @param notices is told, one line at a time, what people should know: that a bucket is certified
   *     now, or used although it is not
   */
  public CertifiedBuckets(Platform platform, String version, Consumer<String> notices) {
    this(platform, new Verification(platform, version), notices, Extent.SHORT);
  }

  /** Tests have no time for so many rounds, and for the real pauses. */
  CertifiedBuckets(
      Platform platform, Verification verification, Consumer<String> notices, Extent extent) {
    this.platform = platform;
    this.verification = verification;
    this.notices = notices;
    this.extent = extent;
    this.calls = new Calls(platform, MAX_THREADS, KeptVerdict.LIMIT);
  }

  /**
   * Opens a bucket, with the form of tags that is set, or else the one that the verdict names.
   *
   * @param settings which, and how it is reached
   * @param patience for how long it goes on in all. A verdict that cannot be read is asked for
   *     again until then; the first attempt has 5 s. A certification that this needs is given up
   *     then, but not before 30 s, or 5 s while the store has acknowledged no write
   * @return the store; whoever asked for it closes it
   * @throws IllegalArgumentException if there is no region, or the files of AWS cannot be
   *     understood
   * @throws StoreRefusedException if its certification failed, now or earlier
   * @throws CannotVerifyException if there is no verdict and none can be made now
   * @throws InterruptedException if the thread is interrupted
   */
  public synchronized RegisterStore open(S3Settings settings, Duration patience)
      throws InterruptedException {
    Rest rest = new Rest(platform, patience);
    S3Settings found = known.get(settings);
    if (found == null) {
      S3RegisterStore store = settings.open();
      if (store.isAmazons()) {
        return store;
      }
      // The next one is open before this one is closed: the credentials are had once for both.
      try (store) {
        found = with(verdictOn(settings, store, rest), settings);
        known.put(settings, found);
        return found.open();
      }
    }
    return found.open();
  }

  /** What is left of a patience. */
  private record Rest(Platform platform, long startNanos, Duration patience) {

    Rest(Platform platform, Duration patience) {
      this(platform, platform.nanoTime(), patience);
    }

    Duration left() {
      return patience.minusNanos(platform.nanoTime() - startNanos);
    }

    Duration orAtLeast(Duration least) {
      Duration left = left();
      return left.compareTo(least) < 0 ? least : left;
    }
  }

  /**
   * Opens a bucket although nobody knows whether it keeps its word, and says so where that is so.
   *
   * @param settings which, and how it is reached
   * @param patience how long its verdict, which tells the form of its tags, is waited for; at least
   *     5 s, and 10 s at the most
   * @return the store; whoever asked for it closes it
   * @throws IllegalArgumentException if there is no region, or the files of AWS cannot be
   *     understood
   * @throws InterruptedException if the thread is interrupted
   */
  public RegisterStore openUnverified(S3Settings settings, Duration patience)
      throws InterruptedException {
    S3RegisterStore first = settings.open();
    if (first.isAmazons()) {
      return first;
    }
    try (first) {
      ReadResult read =
          new KeptVerdict(first, calls).read(new Rest(platform, patience).orAtLeast(FIRST_ANSWER));
      Verdict verdict = applicable(KeptVerdict.of(read), settings);
      if (verdict == null || !verdict.passed()) {
        notices.accept(
            "warning: "
                + settings.place()
                + (verdict != null
                    ? " is used although it failed its verification (" + first(verdict).name() + ")"
                    : read instanceof ReadResult.Unknown unknown
                        ? " is used although " + unread(settings, unknown.failure())
                        : " is used without having been verified")
                + ": if the store lets two writers win, two may hold one lock at once");
      }
      return with(verdict, settings).open();
    }
  }

  private Verdict verdictOn(S3Settings settings, RegisterStore store, Rest rest)
      throws InterruptedException {
    ReadResult read = read(settings, store, rest);
    Verdict found = KeptVerdict.of(read);
    Verdict kept = applicable(found, settings);
    if (kept != null && kept.passed()) {
      return kept;
    }
    if (kept != null && !kept.failed().isEmpty()) {
      throw refused(settings, kept, " failed its verification on " + kept.at());
    }
    notices.accept(
        settings.place()
            + (read instanceof ReadResult.Absent
                ? " has no verdict yet"
                : found != null && !found.stores().isEmpty() && !isOn(found, settings)
                    ? " has no verdict but one that was copied from "
                        + found.stores().get(0)
                        + ", or is reached over another address now ("
                        + BucketIdentity.of(settings)
                        + ")"
                    : " has no verdict that is of use here")
            + ": checking, once, for some seconds, that it keeps locks apart");
    Verification.Outcome outcome =
        verification.ofBucket(
            settings,
            extent,
            new Patience(rest.orAtLeast(FIRST_ANSWER), rest.orAtLeast(CERTIFICATION)),
            (check, done, of) -> {});
    Verdict verdict = outcome.verdict();
    for (String remark : verdict.remarks()) {
      notices.accept(settings.place() + ": " + remark);
    }
    outcome
        .notKept()
        .ifPresent(
            why ->
                notices.accept(
                    "warning: the verdict could not be kept in "
                        + settings.place()
                        + ", so that every command checks anew: "
                        + why));
    if (verdict.passed()) {
      return verdict;
    }
    if (verdict.failed().isEmpty()) {
      Check undecided = undecided(verdict);
      throw new CannotVerifyException(
          settings.place()
              + " could not be verified before its first use: "
              + undecided.name()
              + ": "
              + undecided.measured()
              + "; try again when the store is well",
          false,
          null);
    }
    throw refused(settings, verdict, " failed its verification");
  }

  /** Reads what is kept, again where there is no answer. */
  private ReadResult read(S3Settings settings, RegisterStore store, Rest rest)
      throws InterruptedException {
    KeptVerdict verdict = new KeptVerdict(store, calls);
    Duration limit = rest.orAtLeast(FIRST_ANSWER);
    long pauseNanos = FIRST_PAUSE_NANOS;
    @Nullable StoreFailure failure = null;
    while (true) {
      Rest attempt = new Rest(platform, limit);
      ReadResult read = verdict.read(limit);
      if (!(read instanceof ReadResult.Unknown unknown)) {
        return read;
      }
      // That the last attempt was cut short tells less than how the one before ended.
      if (failure == null || !attempt.left().isNegative()) {
        failure = unknown.failure();
      }
      long leftNanos = rest.left().toNanos();
      if (failure.permanent() || leftNanos <= 0) {
        throw new CannotVerifyException(
            unread(settings, failure), failure.permanent(), failure.cause());
      }
      Signal never = platform.newSignal();
      never.await(Math.min(pauseNanos, leftNanos));
      pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
      limit = rest.orAtLeast(SHORTEST);
    }
  }

  private static String unread(S3Settings settings, StoreFailure failure) {
    String place = settings.place().toString();
    return "the verdict "
        + settings.place().prefix()
        + KeptVerdict.NAME
        + " could not be read: "
        + (failure.message().contains(place)
            ? failure.message()
            : place + ": " + failure.message());
  }

  private static boolean isOn(Verdict verdict, S3Settings settings) {
    return verdict.stores().contains(BucketIdentity.of(settings));
  }

  /** A verdict says nothing of another store or form of tags than it was made with. */
  private static @Nullable Verdict applicable(@Nullable Verdict verdict, S3Settings settings) {
    boolean isAsSet =
        verdict != null
            && isOn(verdict, settings)
            && (settings.tagForm() == null || settings.tagForm() == verdict.tagForm())
            && (verdict.tagForm() != null || !verdict.passed());
    return isAsSet ? verdict : null;
  }

  private static S3Settings with(@Nullable Verdict verdict, S3Settings settings) {
    return verdict == null || verdict.tagForm() == null
        ? settings
        : settings.withTagForm(verdict.tagForm());
  }

  private static StoreRefusedException refused(S3Settings settings, Verdict verdict, String when) {
    Check failed = first(verdict);
    return new StoreRefusedException(
        settings.place()
            + when
            + ": "
            + failed.name()
            + ": "
            + failed.measured()
            + "; "
            + failed.meaning()
            + ". Name another datastore, or check this one again: fen datastore verify --datastore '"
            + settings.place()
            + "' (--unverified uses it all the same, and two may then hold one lock)",
        verdict);
  }

  private static Check first(Verdict verdict) {
    return verdict.failed().get(0);
  }

  private static Check undecided(Verdict verdict) {
    return verdict.checks().stream()
        .filter(check -> check.result() == Check.Result.UNDECIDED)
        .findFirst()
        .orElseThrow();
  }
}
