package dev.fen.datastore.verify;

import java.time.Duration;

/**
 * How much a certification does.
 *
 * @param rounds how many races are to be decided, of creates and of replaces each
 * @param racers how many writers are released together in each race
 * @param parallelRounds how many races, each on a key of its own, run side by side
 * @param atLeast how long the certification goes on at least, with further races
 * @param endsAtFault whether it is over when a race or an overtaken write goes wrong; otherwise it
 *     goes on, to tell what else does
 */
public record Extent(
    int rounds, int racers, int parallelRounds, Duration atLeast, boolean endsAtFault) {

  /** What {@code fen datastore verify} does. */
  public static final Extent FULL = new Extent(200, 50, 2, Duration.ZERO);

  /**
   * What is done before a store is used for the first time: under 10 s at 50 ms a request. Where
   * store and machine are fast there are more races in the same time.
   */
  public static final Extent SHORT = new Extent(60, 20, 12, Duration.ofSeconds(3), true);

  /**
   * Checks the numbers.
   *
   * @param rounds how many races are to be decided, of creates and of replaces each
   * @param racers how many writers are released together in each race
   * @param parallelRounds how many races run side by side
   * @param atLeast how long the certification goes on at least
   * @param endsAtFault whether it is over when something goes wrong
   * @throws IllegalArgumentException if there would be no race, or more than 1000 threads
   */
  public Extent {
    if (rounds < 1 || racers < 2 || parallelRounds < 1 || (long) racers * parallelRounds > 1_000) {
      throw new IllegalArgumentException(
          "a certification needs a round, two racers, and at most 1000 writers at once");
    }
  }

  /**
   * An extent that goes on after a fault.
   *
   * @param rounds how many races are to be decided, of creates and of replaces each
   * @param racers how many writers are released together in each race
   * @param parallelRounds how many races run side by side
   * @param atLeast how long the certification goes on at least
   * @throws IllegalArgumentException if there would be no race, or more than 1000 threads
   */
  public Extent(int rounds, int racers, int parallelRounds, Duration atLeast) {
    this(rounds, racers, parallelRounds, atLeast, false);
  }

  /**
   * The same for a longer time.
   *
   * @param time how long at least
   * @return another extent
   */
  public Extent lasting(Duration time) {
    return new Extent(rounds, racers, parallelRounds, time, endsAtFault);
  }
}
