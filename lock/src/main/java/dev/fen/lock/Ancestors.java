package dev.fen.lock;

import dev.fen.lock.Claims.Claim;
import dev.fen.lock.Claims.Place;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The locks under which this process was started, as far as they are of the service's store. */
final class Ancestors {

  /** What a look at a claim showed. */
  enum Look {
    /** The record is held under the nonce that was claimed. */
    BEARS,
    /** It is not. */
    BEARS_NOT,
    /** The store did not tell. */
    UNKNOWN
  }

  private static final StoreFailure UNTOLD =
      StoreFailure.passing(
          "the store did not tell whether it is still held by whoever started this process", null);

  /** How many claims are looked at for one check, so that it stays cheap for whoever has many. */
  static final int LOOKED_AT = 16;

  /**
   * What the last look that showed a claim's record said.
   *
   * @param sinceNanos when the first look was sent that showed this version: unless it is renewed,
   *     its holder gives up at {@link #endNanos()} at the latest
   */
  private record Proof(Version version, long ttlMillis, long sinceNanos) {

    long endNanos() {
      return sinceNanos + Staleness.beliefNanos(ttlMillis);
    }
  }

  private final LockContext context;
  private final Claims all;
  private final List<Claim> claims;
  private final Map<Claim, Proof> proofs = new ConcurrentHashMap<>();

  Ancestors(LockContext context, Claims all) {
    this.context = context;
    this.all = all;
    this.claims = all.at(new Place(context.store().location(), context.namespace()));
  }

  /** What the process was told, and its children will be. */
  Claims all() {
    return all;
  }

  List<Claim> claims() {
    return claims;
  }

  /** The claim to a lock, or null if no ancestor holds it. */
  @Nullable Claim of(LockName lock) {
    for (Claim claim : claims) {
      if (claim.key().equals(lock.key())) {
        return claim;
      }
    }
    return null;
  }

  /** Whether what was seen of a lock is an ancestor's hold on it. */
  boolean holds(LockName lock, Sighting seen) {
    Claim claim = of(lock);
    return claim != null && isUnder(claim, seen);
  }

  static boolean isUnder(Claim claim, Sighting seen) {
    LockRecord record = seen.record();
    return record != null && bears(claim, record);
  }

  private static boolean bears(Claim claim, LockRecord record) {
    return record.held()
        && record.nonce().equals(claim.nonce())
        && record.token().equals(OptionalLong.of(claim.token()));
  }

  /**
   * Reads the records of models' locks that ancestors hold, until one bears its nonce. That one may
   * be stale already: as long as it bears the nonce no drain has passed it.
   */
  Look anyModelBears(long callsEndNanos) throws InterruptedException {
    Look look = Look.BEARS_NOT;
    for (Claim claim : claims) {
      LockName lock = nameOf(claim);
      if (context.platform().nanoTime() - callsEndNanos >= 0) {
        return Look.UNKNOWN;
      }
      if (lock.kind() == LockKind.MODEL) {
        Look one = lookOrUnknown(lock, claim, callsEndNanos);
        if (one == Look.BEARS) {
          return one;
        }
        look = one == Look.UNKNOWN ? one : look;
      }
    }
    return look;
  }

  private Look lookOrUnknown(LockName lock, Claim claim, long callsEndNanos)
      throws InterruptedException {
    try {
      return look(lock, claim, false, callsEndNanos);
    } catch (LockStoreException unreadable) {
      return Look.UNKNOWN;
    }
  }

  /**
   * Looks at claims, side by side.
   *
   * @param passed those whose locks the caller relies on: they must not be stale either
   * @return those of {@code passed} that the store told nothing about, each with the failure if no
   *     retry cures it
   * @throws LockLostException if one does not match
   */
  private Map<Claim, Optional<LockStoreException>> require(List<Claim> passed, long callsEndNanos)
      throws InterruptedException {
    List<Claim> checked = new ArrayList<>(passed);
    claims.stream().filter(claim -> !passed.contains(claim)).limit(LOOKED_AT).forEach(checked::add);
    Batch<Answered> batch = new Batch<>(context.platform(), checked.size(), late -> {});
    for (int i = 0; i < checked.size(); i++) {
      Claim claim = checked.get(i);
      boolean live = passed.contains(claim);
      batch.start(context.takers(), i, () -> lookOnWorker(claim, live, callsEndNanos));
    }
    List<@Nullable Answered> looks = batch.await(callsEndNanos, () -> {});
    context.requireOpen();
    Map<Claim, Optional<LockStoreException>> unknown = new LinkedHashMap<>();
    for (int i = 0; i < checked.size(); i++) {
      Answered one = looks.get(i);
      if (one != null && one.look() == Look.BEARS_NOT) {
        throw loss(checked.get(i));
      }
      if (i < passed.size() && (one == null || one.look() == Look.UNKNOWN)) {
        unknown.put(
            checked.get(i), one == null ? Optional.empty() : Optional.ofNullable(one.incurable()));
      }
    }
    return unknown;
  }

  /**
   * The same before anything is taken, again and again until the store has told or the time is
   * over.
   *
   * @param pauses before what failed is tried again
   * @throws LockStoreException if no retry cures what fails
   */
  void requireTold(List<Claim> passed, Terms terms, Pauses pauses) throws InterruptedException {
    if (claims.isEmpty()) {
      return;
    }
    Platform platform = context.platform();
    long callsEndNanos = terms.callsEndNanos(terms.startNanos());
    Notices notices = new Notices(terms.whileWaiting());
    while (true) {
      Map<Claim, Optional<LockStoreException>> unknown = require(passed, callsEndNanos);
      if (unknown.isEmpty()) {
        return;
      }
      for (Optional<LockStoreException> incurable : unknown.values()) {
        if (incurable.isPresent()) {
          throw incurable.get();
        }
      }
      long leftNanos = terms.deadlineNanos() - platform.nanoTime();
      Claim first = unknown.keySet().iterator().next();
      if (leftNanos <= 0) {
        throw timeout(first, terms);
      }
      notices.tellFailure(nameOf(first), UNTOLD);
      platform.newSignal().await(Math.min(pauses.afterFailure(), leftNanos));
    }
  }

  /** What a worker brings back; a failure only where no retry cures it. */
  private record Answered(Look look, @Nullable LockStoreException incurable) {}

  private Answered lookOnWorker(Claim claim, boolean live, long callsEndNanos) {
    try {
      return new Answered(look(nameOf(claim), claim, live, callsEndNanos), null);
    } catch (LockStoreException incurable) {
      return new Answered(Look.UNKNOWN, incurable);
    } catch (IllegalStateException closed) {
      // The caller tells of that.
      return new Answered(Look.UNKNOWN, null);
    } catch (InterruptedException nobodyInterruptsWorkers) {
      Thread.currentThread().interrupt();
      return new Answered(Look.UNKNOWN, null);
    }
  }

  private Look look(LockName lock, Claim claim, boolean live, long callsEndNanos)
      throws InterruptedException {
    KeyState keyState = context.use(lock);
    try (Lookout lookout = new Lookout(context, lock, keyState, callsEndNanos, callsEndNanos)) {
      long askedNanos = context.platform().nanoTime();
      Sighting seen = lookout.look();
      if (seen == null) {
        return Look.UNKNOWN;
      }
      if (!isUnder(claim, seen)) {
        return Look.BEARS_NOT;
      }
      boolean outlived = isOutlived(claim, seen.version(), seen.record(), askedNanos);
      return live && (outlived || seen.isStale()) ? Look.BEARS_NOT : Look.BEARS;
    } finally {
      keyState.unuse();
    }
  }

  /**
   * The last look at claims: what is not known then counts as lost if what was seen before is too
   * old.
   *
   * @param passed as for {@link #require}
   * @throws LockLostException if one does not match, or nothing proves that it does
   */
  void requireLast(List<Claim> passed, long callsEndNanos) throws InterruptedException {
    for (Claim claim : require(passed, callsEndNanos).keySet()) {
      Proof proof = proofs.get(claim);
      if (proof == null || context.platform().nanoTime() - proof.endNanos() >= 0) {
        throw loss(claim);
      }
    }
  }

  /** What a look at a claim was answered, and when it was sent. */
  private record Answer(ReadResult result, long askedNanos) {}

  /**
   * Looks at a claim in the background.
   *
   * @param ifLost is told if it does not match any more, or was not renewed in time, on a worker or
   *     the timer thread
   */
  void watch(Claim claim, long limitNanos, Consumer<LockLostException> ifLost) {
    context
        .foreground()
        .start(
            () -> {
              long askedNanos = context.platform().nanoTime();
              return new Answer(context.store().read(claim.key()), askedNanos);
            },
            failure -> new Answer(new ReadResult.Unknown(failure), 0),
            limitNanos,
            answer -> {
              if (!(answer.result() instanceof ReadResult.Unknown) && !isLive(claim, answer)) {
                ifLost.accept(loss(claim));
              }
            });
  }

  private boolean isLive(Claim claim, Answer answer) {
    return answer.result() instanceof ReadResult.Present present
        && LockRecord.parse(present.body()) instanceof LockRecord.Content.Readable readable
        && bears(claim, readable.record())
        && !isOutlived(claim, present.version(), readable.record(), answer.askedNanos());
  }

  /**
   * Notes what a look showed of a record that bears the claim.
   *
   * @return whether its holder must have given up by the time the look was sent, since it has not
   *     renewed it
   */
  private boolean isOutlived(
      Claim claim, @Nullable Version version, @Nullable LockRecord record, long askedNanos) {
    if (version == null || record == null) {
      return false;
    }
    Proof proof =
        proofs.compute(
            claim,
            (same, before) ->
                before != null && before.version().equals(version)
                    ? before
                    : new Proof(
                        version,
                        Math.max(LockOptions.MIN_TTL.toMillis(), record.ttlMillis()),
                        askedNanos));
    return askedNanos - proof.endNanos() >= 0;
  }

  /**
   * How often the holders above renew what they hold: the most frequent of them counts.
   *
   * @param otherwiseTtlNanos what counts as their ttl where no record was seen yet
   */
  long renewalNanos(long otherwiseTtlNanos) {
    long shortest =
        proofs.values().stream().mapToLong(Proof::ttlMillis).min().orElse(Long.MAX_VALUE);
    return (shortest == Long.MAX_VALUE
            ? otherwiseTtlNanos
            : TimeUnit.MILLISECONDS.toNanos(shortest))
        / 3;
  }

  /** How long until the next look is due, see {@link #renewalNanos}. */
  long nanosUntilLook(long otherwiseTtlNanos) {
    long now = context.platform().nanoTime();
    long due = renewalNanos(otherwiseTtlNanos);
    if (claims.size() <= LOOKED_AT) {
      for (Proof proof : proofs.values()) {
        long left = proof.endNanos() - now;
        due = left > 0 ? Math.min(due, left) : due;
      }
    }
    return due;
  }

  LockName nameOf(Claim claim) {
    LockName lock = LockName.ofKey(context.namespace(), claim.key());
    if (lock == null) {
      throw new IllegalStateException("claims of other namespaces were left out");
    }
    return lock;
  }

  private LockLostException loss(Claim claim) {
    LockName lock = nameOf(claim);
    return new LockLostException(
        lock.kind(),
        lock.name(),
        LossCause.ANCESTOR_LOST,
        lock.label()
            + " in "
            + context.store().location()
            + ", under which this process was started (token "
            + claim.token()
            + "), is no longer held by the one that started it. What is done under it may overlap with another"
            + " holder's work; nothing more may be committed",
        null);
  }

  /** That the store told nothing about a claim until the time was over. */
  private LockTimeoutException timeout(Claim claim, Terms terms) {
    return TimeoutMessage.timeout(
        context,
        nameOf(claim),
        null,
        UNTOLD,
        context.platform().nanoTime() - terms.startNanos(),
        terms.options());
  }
}
