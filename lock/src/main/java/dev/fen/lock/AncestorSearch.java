package dev.fen.lock;

import dev.fen.lock.Claims.Claim;
import dev.fen.lock.Claims.Place;
import dev.fen.lock.store.StoreFailure;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which claims are of the service's store and namespace although the processes above call
 * that place otherwise: another path, another address, a folder instead of a namespace.
 *
 * <p>A record here that bears a claim's nonce is no proof: it may be in a copy of that place, where
 * nobody renews it and others will take it over. It is one when it is renewed here, under that
 * nonce. Where the store itself tells that the other name is one of its own, nobody waits for that.
 */
final class AncestorSearch {

  /** What a read of one claim's record showed; null if the store did not tell. */
  private record Found(Claim claim, @Nullable Sighting seen) {

    long ttlMillis() {
      LockRecord record = seen == null ? null : seen.record();
      return record == null ? Long.MAX_VALUE : record.ttlMillis();
    }
  }

  private final LockContext context;
  private final Terms terms;
  private final long callsEndNanos;
  private final Place here;

  AncestorSearch(LockContext context, Terms terms) {
    this.context = context;
    this.terms = terms;
    this.callsEndNanos = terms.callsEndNanos(terms.startNanos());
    this.here = new Place(context.store().location(), context.namespace());
  }

  /**
   * Searches.
   *
   * @return with the claims as they are called here
   * @throws LockTimeoutException if the time was over before one could be told from a copy
   */
  Ancestors find(Claims handedDown) throws InterruptedException {
    Claims found = handedDown;
    for (Place place : handedDown.places()) {
      if (!place.equals(here) && isHere(place, handedDown)) {
        found = found.moved(place, here);
      }
    }
    return new Ancestors(context, found);
  }

  private boolean isHere(Place place, Claims handedDown) throws InterruptedException {
    boolean sameStore =
        place.location().equals(here.location())
            || context
                .foreground()
                .await(
                    () -> context.store().isAlso(place.location()),
                    unanswered -> false,
                    Lookout.callLimitNanos(callsEndNanos - context.platform().nanoTime()));
    return sameStore
        ? place.namespace().equals(here.namespace())
        : isProven(
            place, new Ancestors(context, Claims.of(handedDown.at(place)).moved(place, here)));
  }

  /** Whether a record of a claim is renewed here. */
  private boolean isProven(Place place, Ancestors asHere) throws InterruptedException {
    Pauses pauses = new Pauses(context.platform());
    while (true) {
      List<Found> looks = look(asHere);
      // Who renews it most often is waited for the shortest time.
      Optional<Found> bearing =
          looks.stream()
              .filter(
                  found -> found.seen() != null && Ancestors.isUnder(found.claim(), found.seen()))
              .min(Comparator.comparingLong(Found::ttlMillis));
      if (bearing.isPresent()) {
        return isRenewed(place, asHere.nameOf(bearing.get().claim()), bearing.get());
      }
      long left = terms.deadlineNanos() - context.platform().nanoTime();
      if (left <= 0 || looks.stream().noneMatch(found -> found.seen() == null)) {
        return false;
      }
      context.platform().newSignal().await(Math.min(pauses.afterFailure(), left));
    }
  }

  private List<Found> look(Ancestors asHere) throws InterruptedException {
    List<Claim> looked = asHere.claims().stream().limit(Ancestors.LOOKED_AT).toList();
    Batch<Found> batch = new Batch<>(context.platform(), looked.size(), late -> {});
    for (int i = 0; i < looked.size(); i++) {
      Claim claim = looked.get(i);
      batch.start(context.takers(), i, () -> lookOnWorker(asHere.nameOf(claim), claim));
    }
    List<@Nullable Found> looks = batch.await(callsEndNanos, () -> {});
    context.requireOpen();
    return looks.stream().filter(Objects::nonNull).toList();
  }

  private Found lookOnWorker(LockName lock, Claim claim) {
    KeyState keyState;
    try {
      keyState = context.use(lock);
    } catch (IllegalStateException closed) {
      // The caller tells of that.
      return new Found(claim, null);
    }
    try (Lookout lookout = new Lookout(context, lock, keyState, callsEndNanos, callsEndNanos)) {
      return new Found(claim, lookout.look());
    } catch (LockStoreException unreadable) {
      return new Found(claim, null);
    } catch (InterruptedException nobodyInterruptsWorkers) {
      Thread.currentThread().interrupt();
      return new Found(claim, null);
    } finally {
      keyState.unuse();
    }
  }

  /**
   * Waits until the record is another one of the same nonce.
   *
   * @return false if it is not renewed as long as a living holder would have done it at the latest,
   *     or bears the nonce no longer
   */
  private boolean isRenewed(Place place, LockName lock, Found first) throws InterruptedException {
    KeyState keyState = context.use(lock);
    try (Lookout lookout =
        new Lookout(context, lock, keyState, terms.deadlineNanos(), callsEndNanos)) {
      Sighting before = Objects.requireNonNull(first.seen());
      Sighting seen = before;
      long end = before.atNanos() + Staleness.beliefNanos(first.ttlMillis());
      boolean told = false;
      while (Ancestors.isUnder(first.claim(), seen)) {
        if (!Objects.equals(seen.version(), before.version())) {
          return true;
        }
        if (seen.isStale() || seen.atNanos() - end >= 0) {
          return false;
        }
        if (lookout.leftNanos() <= 0) {
          throw untold(place, lock, seen);
        }
        if (!told) {
          told = true;
          terms.whileWaiting().accept(asTold(place, seen.toStatus(lock, false)));
        }
        lookout.awaitChange(seen);
        Sighting next = lookout.look();
        while (next == null && lookout.leftNanos() > 0) {
          lookout.pauseAfterFailure();
          next = lookout.look();
        }
        seen = next == null ? seen : next;
      }
      return false;
    } finally {
      keyState.unuse();
    }
  }

  private static LockStatus asTold(Place place, LockStatus status) {
    return new LockStatus(
        status.kind(),
        status.name(),
        status.state(),
        null,
        status.token(),
        status.renewedAgo(),
        status.expiresIn(),
        false,
        "it seems to be the one that this process was started under, which is called "
            + place
            + " there; its next renewal tells");
  }

  private LockTimeoutException untold(Place place, LockName lock, Sighting seen) {
    return TimeoutMessage.timeout(
        context,
        lock,
        seen,
        StoreFailure.passing(
            "it seems to be the one that this process was started under, which is called "
                + place
                + " there, and only its renewal tells that from a copy: name the datastore and its namespace alike in"
                + " both",
            null),
        context.platform().nanoTime() - terms.startNanos(),
        terms.options());
  }
}
