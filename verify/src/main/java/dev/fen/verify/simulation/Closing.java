package dev.fen.verify.simulation;

import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.ModelLocks;
import dev.fen.verify.simulation.Violation.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Comes when all have gone, from a machine of its own or one on which a holder died, and takes
 * every lock there ever was: each is to be had as soon as its record must count as stale, or is
 * proven to be of a dead process, and then nothing is held.
 */
final class Closing {

  private interface Ask {
    LeaseGroup with(LockOptions options) throws InterruptedException;
  }

  private final World world;
  private final Member member;

  Closing(World world, Member member) {
    this.world = world;
    this.member = member;
  }

  void run() throws InterruptedException {
    List<String> named = new ArrayList<>();
    List<String> models = new ArrayList<>();
    for (String key : world.judge().everUsed()) {
      String name = key.replaceAll("locks/(named|models)/|\\.lock", "");
      if (key.startsWith("locks/named/")) {
        named.add(name);
      } else if (!key.equals(Plan.GLOBAL)) {
        models.add(name);
      }
    }
    ModelLocks locks = member.locks().models();
    for (String name : named) {
      take(List.of(name), options -> locks.acquireNamed(List.of(name), options, status -> {}));
    }
    if (!models.isEmpty()) {
      take(models, options -> locks.acquireModels(models, options, status -> {}));
    }
    if (world.judge().everUsed().contains(Plan.GLOBAL)) {
      take(List.of(Plan.GLOBAL), options -> locks.acquireGlobal(options, status -> {}));
    }
    requireNothingHeld();
  }

  private void take(List<String> names, Ask ask) throws InterruptedException {
    // A model is not to be had while somebody holds the global lock either.
    long ttl =
        Stream.concat(names.stream(), Stream.of(Plan.GLOBAL))
            .mapToLong(this::millisToWaitFor)
            .max()
            .orElseThrow();
    Duration promised = Duration.ofMillis(ttl + ttl / 20 + 1_000 + Judge.LOOKS_MILLIS);
    LockOptions options = member.locks().defaults().withMaxWait(promised);
    try (LeaseGroup group = ask.with(options)) {
      for (Lease lease : group.leases()) {
        lease.ensureHeld();
      }
    } catch (LockException failed) {
      world
          .judge()
          .violated(
              Rule.PROGRESS,
              names + " are not to be had within " + promised + ": " + failed.getMessage());
    }
  }

  /**
   * The ttl of who holds it; the greatest of all where somebody wrote what cannot be read, of which
   * nobody can tell who holds it, be it in the way of the global lock.
   */
  private long millisToWaitFor(String name) {
    String key = Player.keyOf(name);
    Body body = world.judge().standing().get(key);
    Set<String> unreadable = world.judge().unreadable();
    if (unreadable.contains(key) || key.equals(Plan.GLOBAL) && !unreadable.isEmpty()) {
      return world.plan().longestTtlMillis();
    }
    if (body != null && body.held() && world.judge().deadHere(member, key, body) != null) {
      world.judge().saw(Sight.DEAD_HERE);
      return 0;
    }
    return body != null && body.held() ? body.ttlMillis() : 0;
  }

  private void requireNothingHeld() {
    world
        .judge()
        .standing()
        .forEach(
            (key, body) -> {
              if (body.held()) {
                world.judge().violated(Rule.LEFT_HELD, key + " is held when all have gone");
              }
            });
  }
}
