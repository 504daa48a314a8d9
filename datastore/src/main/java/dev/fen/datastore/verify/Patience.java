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

  /** It goes on for as long as it takes; each of its calls has a limit all the same. */
  public static final Patience UNBOUNDED = new Patience(FOR_EVER, FOR_EVER);
}
