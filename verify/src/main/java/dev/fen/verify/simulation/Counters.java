package dev.fen.verify.simulation;

import dev.fen.verify.simulation.Violation.Rule;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A counter beside each lock that nothing guards but the lock: whoever holds it counts on from what
 * it read, or wrote last. A structural command counts on what lies beside all models.
 */
final class Counters {

  private static final class Counter {
    private long value;
    private @Nullable Holding writer;
  }

  private final Judge judge;
  private final Map<String, Counter> counters = new HashMap<>();

  Counters(Judge judge) {
    this.judge = judge;
  }

  /** Reads what it has not read yet. Call it when it surely holds its locks. */
  void read(Holding holding) {
    for (String key : judge.guardedBy(holding)) {
      holding.counted.computeIfAbsent(key, k -> counter(k).value);
    }
  }

  /** Counts on. Call it when it still believes to hold them. */
  void write(Holding holding) {
    holding.counted.replaceAll((key, known) -> count(holding, key, known));
  }

  private long count(Holding holding, String key, long known) {
    Counter counter = counter(key);
    Holding writer = counter.writer;
    if (counter.value != known && writer != null && judge.exclude(holding, writer, key)) {
      judge.violated(
          Rule.LOST_UPDATE,
          holding + " overwrites what " + writer + " counted beside " + key + " meanwhile");
    }
    counter.value = Math.max(counter.value, known) + 1;
    counter.writer = holding;
    return counter.value;
  }

  private Counter counter(String key) {
    return counters.computeIfAbsent(key, k -> new Counter());
  }
}
