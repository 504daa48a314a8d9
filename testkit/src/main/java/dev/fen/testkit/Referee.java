package dev.fen.testkit;

import dev.fen.lock.LeaseGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.Assertions;

/**
 * Knows who works under which models' locks or under the global one, and who may at the same time.
 * It believes nobody's lease and asks no store.
 */
final class Referee {

  /** One that works; a structural command names no model. */
  record Worker(String name, Set<String> models, List<String> above) {

    /** A run that nobody started under a lock. */
    static Worker run(String name, String... models) {
      return new Worker(name, Set.of(models), List.of());
    }

    static Worker structural(String name) {
      return new Worker(name, Set.of(), List.of());
    }

    /** A run that this one started. */
    Worker child(String childName, String... childModels) {
      List<String> names = new ArrayList<>(above);
      names.add(name);
      return new Worker(childName, Set.of(childModels), names);
    }

    private boolean excludes(Worker other) {
      if (above.contains(other.name) || other.above.contains(name)) {
        return false;
      }
      return models.isEmpty()
          || other.models.isEmpty()
          || models.stream().anyMatch(other.models::contains);
    }
  }

  private final List<Worker> inside = new ArrayList<>();
  private int worked;

  /** Somebody begins to work. */
  void enter(Worker worker) {
    for (Worker other : inside) {
      Assertions.assertThat(worker.excludes(other))
          .as("%s works beside %s", worker, other)
          .isFalse();
    }
    inside.add(worker);
    worked++;
  }

  /** Somebody has ended, or may work no longer. */
  void leave(Worker worker) {
    inside.remove(worker);
  }

  /** How many have begun to work so far. */
  int worked() {
    return worked;
  }

  /** Works for a time and gives the locks back. */
  void work(Worker worker, LeaseGroup group, Simulation.Body body) throws Exception {
    enter(worker);
    try {
      body.run();
      group.ensureHeld();
    } finally {
      leave(worker);
    }
    group.close();
  }
}
