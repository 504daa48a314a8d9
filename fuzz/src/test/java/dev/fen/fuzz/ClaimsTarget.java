package dev.fen.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.fen.lock.Claims;

/** Any text as what a process is told of the locks above it. */
final class ClaimsTarget {

  static final int RUNS = 30_000;

  private ClaimsTarget() {}

  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    Claims claims;
    try {
      claims = Claims.parse(data.consumeRemainingAsString());
    } catch (IllegalArgumentException refused) {
      Checks.printable(refused.getMessage());
      return;
    }
    Checks.require(Claims.parse(claims.toText()).equals(claims), "handed down otherwise", claims);
  }
}
