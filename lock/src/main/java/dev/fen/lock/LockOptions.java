package dev.fen.lock;

import dev.fen.lock.text.Texts;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a lock is asked for.
 *
 * @param ttl how long the lease lasts after its last renewal, from 1 s to 1 h; it is renewed every
 *     third of that
 * @param maxWait how long an acquisition may take in all; zero means one attempt
 * @param operation what the holder is doing, for whoever waits: a program's name, never its
 *     arguments
 * @param link where to read about the holder's run, such as the CI job's page, or null
 * @param companions numbers of further processes of this machine that must have ended before the
 *     holder counts as dead
 * @param waited how much of {@code maxWait} is over already when a call is made, for whoever has
 *     several things to wait for with one wait
 */
public record LockOptions(
    Duration ttl,
    Duration maxWait,
    String operation,
    @Nullable String link,
    List<Long> companions,
    Duration waited) {

  /** The shortest ttl. */
  public static final Duration MIN_TTL = Duration.ofSeconds(1);

  /** The longest ttl. */
  public static final Duration MAX_TTL = Duration.ofHours(1);

  /** The longest wait. */
  public static final Duration MAX_WAIT = Duration.ofDays(7);

  /**
   * Checks the options.
   *
   * @param ttl as above
   * @param maxWait as above
   * @param operation control characters are taken out
   * @param link control characters are taken out
   * @param companions copied; 8 at the most
   * @param waited as above; a negative one counts as none
   * @throws IllegalArgumentException if one is out of its bounds; the message names it and the rule
   */
  public LockOptions {
    if (ttl.compareTo(MIN_TTL) < 0 || ttl.compareTo(MAX_TTL) > 0) {
      throw new IllegalArgumentException(
          "a ttl of "
              + refused(ttl, MAX_TTL)
              + " is not possible: it must be from 1 s (shorter leases run out while a slow store answers) to 1 h"
              + " (longer ones block everybody for too long after a crash)");
    }
    if (maxWait.isNegative() || maxWait.compareTo(MAX_WAIT) > 0) {
      throw new IllegalArgumentException(
          "a wait of "
              + (maxWait.isNegative() ? "less than zero" : refused(maxWait, MAX_WAIT))
              + " is not possible: it must be from 0 (one attempt) to 7 days, since no call waits for ever");
    }
    waited = waited.isNegative() ? Duration.ZERO : waited;
    operation = Texts.printable(operation, 200);
    link = link == null || link.isBlank() ? null : Texts.printable(link, 500);
    companions = List.copyOf(new LinkedHashSet<>(companions));
    if (companions.size() > LockRecord.MAX_COMPANIONS) {
      throw new IllegalArgumentException(
          companions.size() + " companions are more than " + LockRecord.MAX_COMPANIONS);
    }
  }

  /** Rounded, what is just beyond the limit would read like the limit itself. */
  private static String refused(Duration duration, Duration limit) {
    String rounded = Texts.duration(duration);
    return rounded.equals(Texts.duration(limit)) ? "more than " + rounded : rounded;
  }

  /**
   * Ttl 30 s, wait 60 s.
   *
   * @param operation what the holder is doing
   * @return the defaults
   */
  public static LockOptions of(String operation) {
    return new LockOptions(
        Duration.ofSeconds(30), Duration.ofSeconds(60), operation, null, List.of(), Duration.ZERO);
  }

  /**
   * The same with another ttl.
   *
   * @param newTtl from 1 s to 1 h
   * @return new options
   * @throws IllegalArgumentException if it is out of bounds
   */
  public LockOptions withTtl(Duration newTtl) {
    return new LockOptions(newTtl, maxWait, operation, link, companions, waited);
  }

  /**
   * The same with another wait.
   *
   * @param newMaxWait from 0 to 7 days
   * @return new options
   * @throws IllegalArgumentException if it is out of bounds
   */
  public LockOptions withMaxWait(Duration newMaxWait) {
    return new LockOptions(ttl, newMaxWait, operation, link, companions, waited);
  }

  /**
   * The same with another operation.
   *
   * @param newOperation what the holder is doing; control characters are taken out
   * @return new options
   */
  public LockOptions withOperation(String newOperation) {
    return new LockOptions(ttl, maxWait, newOperation, link, companions, waited);
  }

  /**
   * The same with another link.
   *
   * @param newLink where to read about the holder's run, or null
   * @return new options
   */
  public LockOptions withLink(@Nullable String newLink) {
    return new LockOptions(ttl, maxWait, operation, newLink, companions, waited);
  }

  /**
   * The same with other companions.
   *
   * @param newCompanions numbers of processes of this machine
   * @return new options
   */
  public LockOptions withCompanions(List<Long> newCompanions) {
    return new LockOptions(ttl, maxWait, operation, link, newCompanions, waited);
  }

  /**
   * The same for a caller that has waited already.
   *
   * @param newWaited how much of the wait is over
   * @return new options
   */
  public LockOptions withWaited(Duration newWaited) {
    return new LockOptions(ttl, maxWait, operation, link, companions, newWaited);
  }
}
