package dev.fen.lock;

import dev.fen.lock.Claims.Claim;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.StoreFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
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

  /** How many claims are looked at for one check, so that it stays cheap for whoever has many. */
  static final int LOOKED_AT = 16;

  private final LockContext context;
  private final Claims all;
  private final List<Claim> claims;

  Ancestors(LockContext context, Claims all) {
    this.context = context;
    this.all = all;
    this.claims = all.at(context.store().location(), context.namespace());
  }

  /**
   * Finds out which of the claims are of the service's store, although the processes above may have
   * come to it by another path or address: a record here that bears a nonce from there proves it.
   */
  static Ancestors find(LockContext context, Claims handedDown, long callsEndNanos)
      throws InterruptedException {
    String here = context.store().location();
    Claims found = handedDown;
    for (String location : handedDown.locations()) {
      List<Claim> there = handedDown.at(location, context.namespace());
      if (!location.equals(here) && !there.isEmpty()) {
        Claims moved = found.moved(location, here);
        Ancestors ancestors = new Ancestors(context, moved);
        Claim first = there.get(0);
        if (ancestors.look(ancestors.nameOf(first), first, false, callsEndNanos) == Look.BEARS) {
          found = moved;
        }
      }
    }
    return new Ancestors(context, found);
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

  private static boolean isUnder(Claim claim, Sighting seen) {
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
        Look one = look(lock, claim, false, callsEndNanos);
        if (one == Look.BEARS) {
          return one;
        }
        look = one == Look.UNKNOWN ? one : look;
      }
    }
    return look;
  }

  /**
   * Looks at claims before anything is taken, side by side.
   *
   * @param passed those whose locks the caller relies on: they must not be stale either
   * @return those of {@code passed} that the store told nothing about
   * @throws LockLostException if one does not match
   */
  List<Claim> require(List<Claim> passed, long callsEndNanos) throws InterruptedException {
    List<Claim> checked = new ArrayList<>(passed);
    claims.stream().filter(claim -> !passed.contains(claim)).limit(LOOKED_AT).forEach(checked::add);
    Batch<Look> batch = new Batch<>(context.platform(), checked.size(), look -> {});
    for (int i = 0; i < checked.size(); i++) {
      Claim claim = checked.get(i);
      boolean live = passed.contains(claim);
      batch.start(context.takers(), i, () -> lookOnWorker(claim, live, callsEndNanos));
    }
    List<@Nullable Look> looks = batch.await(callsEndNanos, () -> {});
    List<Claim> unknown = new ArrayList<>();
    for (int i = 0; i < checked.size(); i++) {
      if (looks.get(i) == Look.BEARS_NOT) {
        throw loss(checked.get(i));
      }
      if (looks.get(i) != Look.BEARS && i < passed.size()) {
        unknown.add(checked.get(i));
      }
    }
    return unknown;
  }

  /** The same, again and again until the store has told or the time is over. */
  void requireTold(List<Claim> passed, Terms terms) throws InterruptedException {
    if (claims.isEmpty()) {
      return;
    }
    Platform platform = context.platform();
    long callsEndNanos = terms.callsEndNanos(terms.startNanos());
    Pauses pauses = new Pauses(platform);
    List<Claim> unknown = require(passed, callsEndNanos);
    while (!unknown.isEmpty()) {
      long leftNanos = terms.deadlineNanos() - platform.nanoTime();
      if (leftNanos <= 0) {
        throw timeout(unknown.get(0), terms);
      }
      platform.newSignal().await(Math.min(pauses.afterFailure(), leftNanos));
      unknown = require(passed, callsEndNanos);
    }
  }

  private Look lookOnWorker(Claim claim, boolean live, long callsEndNanos) {
    try {
      return look(nameOf(claim), claim, live, callsEndNanos);
    } catch (IllegalStateException closedMeanwhile) {
      return Look.UNKNOWN;
    } catch (InterruptedException nobodyInterruptsWorkers) {
      Thread.currentThread().interrupt();
      return Look.UNKNOWN;
    }
  }

  private Look look(LockName lock, Claim claim, boolean live, long callsEndNanos)
      throws InterruptedException {
    KeyState keyState = context.use(lock);
    try (Lookout lookout = new Lookout(context, lock, keyState, callsEndNanos, callsEndNanos)) {
      Sighting seen = lookout.look();
      if (seen == null) {
        return Look.UNKNOWN;
      }
      return isUnder(claim, seen) && !(live && seen.isStale()) ? Look.BEARS : Look.BEARS_NOT;
    } catch (LockStoreException unreadable) {
      return Look.UNKNOWN;
    } finally {
      keyState.unuse();
    }
  }

  /**
   * Looks at a claim in the background.
   *
   * @param ifLost is told if it does not match any more, on a worker or the timer thread
   */
  void watch(Claim claim, long limitNanos, Consumer<LockLostException> ifLost) {
    context
        .foreground()
        .start(
            () -> context.store().read(claim.key()),
            ReadResult.Unknown::new,
            limitNanos,
            result -> {
              if (!(result instanceof ReadResult.Unknown) && !bears(claim, result)) {
                ifLost.accept(loss(claim));
              }
            });
  }

  private static boolean bears(Claim claim, ReadResult result) {
    return result instanceof ReadResult.Present present
        && LockRecord.parse(present.body()) instanceof LockRecord.Content.Readable readable
        && bears(claim, readable.record());
  }

  private LockName nameOf(Claim claim) {
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
        StoreFailure.passing("whether it is still held by whoever started this process", null),
        context.platform().nanoTime() - terms.startNanos(),
        terms.options());
  }
}
