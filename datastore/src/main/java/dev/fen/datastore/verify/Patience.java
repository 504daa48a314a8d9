package dev.fen.datastore.verify;

import java.time.Duration;

/**
 * After how long a certification is given up, counted from its beginning.
 *
 * @param untilFirstWrite while the store has acknowledged no write
 * @param inAll once it has
 */
public record Patience(Duration untilFirstWrite, Duration inAll) {

  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

  /**
   * A store that takes no write for 15 s is out of reach; with one that does, it goes on for as
   * long as it takes, and each of its calls has a limit all the same.
   */
  public static final Patience OF_A_WHOLE_CHECK = new Patience(Duration.ofSeconds(15), FOR_EVER);
}
