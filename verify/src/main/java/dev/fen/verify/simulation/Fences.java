package dev.fen.verify.simulation;

import java.util.HashMap;
import java.util.Map;

/**
 * A small resource beside each lock: whoever has got the lock touches it with the token first, and
 * from then on lower tokens are refused.
 */
final class Fences {

  private static final class Fence {
    private long highest;

    /** The latest acquisition, in the order in which the register saw them, that has touched it. */
    private long latest;
  }

  private final Judge judge;
  private final Map<String, Fence> fences = new HashMap<>();

  Fences(Judge judge) {
    this.judge = judge;
  }

  /** Touches what lies beside all locks of a holding, or writes to it. */
  void touch(Holding holding) {
    holding.tokens.forEach((key, token) -> touch(holding, key, token));
  }

  private void touch(Holding holding, String key, long token) {
    Fence fence = fences.computeIfAbsent(key, k -> new Fence());
    long order = judge.orderOf(key, token);
    boolean accepted = token >= fence.highest;
    if (!judge.hasRisingTokens(key)) {
      return;
    }
    if (accepted && order < fence.latest) {
      judge.violated(
          Violation.Rule.FENCE,
          holding + " is accepted on " + key + " although a later holder has begun to work");
    } else if (!accepted && order > fence.latest) {
      judge.violated(
          Violation.Rule.FENCE,
          holding + " is refused on " + key + " although nobody got the lock later");
    }
    if (accepted) {
      fence.highest = token;
      fence.latest = Math.max(fence.latest, order);
    }
  }
}
