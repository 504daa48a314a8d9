package dev.fen.verify.stress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What a worker wants to lock.
 *
 * @param keys the locks: one named one, some models or the global one, as {@link #ALL} writes them
 * @param ttl how long the lease lasts
 * @param maxWait how long to wait for it
 */
record Wish(List<String> keys, Duration ttl, Duration maxWait) {

  static final String NAMED = "named:";
  static final String MODEL = "model:";
  static final String GLOBAL = "global";
  static final List<String> MODELS =
      List.of(MODEL + "m/0", MODEL + "m/1", MODEL + "m/2", MODEL + "m/3");

  /** Every lock there is. */
  static final List<String> ALL =
      List.of(
          NAMED + "n0",
          NAMED + "n1",
          MODELS.get(0),
          MODELS.get(1),
          MODELS.get(2),
          MODELS.get(3),
          GLOBAL);

  static final Duration LONGEST_TTL = Duration.ofSeconds(3);

  static Wish draw(Random random) {
    Duration ttl = Duration.ofMillis(1_000 + random.nextInt(2_001));
    Duration maxWait = Duration.ofSeconds(List.of(0, 1, 3, 8).get(random.nextInt(4)));
    int kind = random.nextInt(100);
    if (kind < 40) {
      return new Wish(List.of(ALL.get(random.nextInt(2))), ttl, maxWait);
    }
    if (kind < 85) {
      return new Wish(some(MODELS, 1 + random.nextInt(3), random), ttl, maxWait);
    }
    return new Wish(List.of(GLOBAL), ttl, maxWait);
  }

  private static List<String> some(List<String> of, int count, Random random) {
    List<String> shuffled = new ArrayList<>(of);
    Collections.shuffle(shuffled, random);
    return List.copyOf(shuffled.subList(0, count));
  }

  /** What work under these locks changes: under the global one it is some models. */
  List<String> resources(Random random) {
    return keys.contains(GLOBAL) ? some(MODELS, 2, random) : keys;
  }

  /** Its name without what kind it is. */
  static String nameOf(String key) {
    return key.substring(key.indexOf(':') + 1);
  }
}
