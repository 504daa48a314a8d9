package dev.fen.verify.simulation;

import java.util.HashMap;
import java.util.Map;

/**
 * A small resource beside each lock: whoever has got the lock touches it with the token first, and
 * from then on lower tokens are refused. It holds a counter, which is read before it is written.
 */
final class Fences {

  private static final class Fence {
    private long highest;

    /** The latest acquisition, in the order in which the register saw them, that has touched it. */
    private long latest;

    private long value;
    private long writer;
  }

  private final Judge judge;
  private final Map<String, Fence> fences = new HashMap<>();

  Fences(Judge judge) {
    this.judge = judge;
  }

  /** Touches what lies beside all locks of a holding. */
  void touch(Holding holding) {
    holding.tokens.forEach((key, token) -> isAccepted(holding, key, token));
  }

  /** Reads what lies beside all of them. */
  void read(Holding holding) {
    holding.tokens.keySet().forEach(key -> holding.read.put(key, fence(key).value));
  }

  /** Writes one more than was read. */
  void write(Holding holding) {
    holding.read.forEach((key, read) -> write(holding, key, read));
  }

  private void write(Holding holding, String key, long read) {
    long token = holding.tokens.getOrDefault(key, 0L);
    Fence fence = fence(key);
    if (!isAccepted(holding, key, token)) {
      return;
    }
    // Who passes through a lock has the token of its parent, and is not kept apart from it.
    if (fence.value != read && fence.writer != token && judge.hasRisingTokens(key)) {
      judge.violated(
          Violation.Rule.FENCE,
          holding + " overwrites what token " + fence.writer + " wrote to " + key + " meanwhile");
    }
    fence.value = read + 1;
    fence.writer = token;
  }

  private Fence fence(String key) {
    return fences.computeIfAbsent(key, k -> new Fence());
  }

  private boolean isAccepted(Holding holding, String key, long token) {
    Fence fence = fence(key);
    long order = judge.orderOf(key, token);
    boolean accepted = token >= fence.highest;
    if (!judge.hasRisingTokens(key)) {
      return accepted;
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
    return accepted;
  }
}
