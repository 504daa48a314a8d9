package dev.fen.datastore.verify;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A number that many count up by reading it and replacing it if it is still the same. */
final class Counter {

  static final String NAME = "counter";

  private static final int COUNTERS = 16;

  private final Ground ground;
  private final Extent extent;
  private final Progress progress;

  Counter(Ground ground, Extent extent, Progress progress) {
    this.ground = ground;
    this.extent = extent;
    this.progress = progress;
  }

  private record Counted(int applied, int unknown, Optional<StoreFailure> permanent) {}

  Check run() throws InterruptedException {
    RegisterKey key = ground.created("counter");
    if (key == null) {
      return tooRarely("the counter could not be created");
    }
    int goes = Math.max(5, extent.rounds() / 12);
    int applied = 0;
    int unknown = 0;
    int inVain = 0;
    for (int go = 0; go < goes && inVain < Ground.TRIES; go++) {
      int before = applied;
      List<Supplier<Counted>> counters = new ArrayList<>();
      for (int i = 0; i < COUNTERS; i++) {
        RegisterStore connection = ground.connection(i);
        counters.add(() -> count(connection, key));
      }
      // One whose call ran out of time may have counted.
      for (Counted counted :
          ground.calls().together(counters, 2, failure -> new Counted(0, 1, Optional.empty()))) {
        counted.permanent.ifPresent(Ground::endIfPermanent);
        applied += counted.applied;
        unknown += counted.unknown;
      }
      progress.at(NAME, go + 1, goes);
      inVain = applied > before ? 0 : inVain + 1;
      if (inVain > 0) {
        ground.pause();
      }
    }
    ReadResult found = ground.read(1, key);
    if (!(found instanceof ReadResult.Present present)) {
      return found instanceof ReadResult.Unknown
          ? tooRarely("the counter could not be read")
          : lost("the counter was gone after " + applied + " increments");
    }
    int value = ground.valueOf(present.body());
    String measured =
        applied
            + " increments by "
            + COUNTERS
            + " at once, "
            + (unknown == 0 ? "" : unknown + " more without an answer, ")
            + "counted to "
            + value;
    if (value < applied || value > applied + unknown) {
      return lost(measured);
    }
    return applied >= 2
        ? new Check(NAME, Check.Result.PASSED, measured, "no change to a register is lost")
        : tooRarely(measured);
  }

  private Counted count(RegisterStore connection, RegisterKey key) {
    ReadResult read = connection.read(key);
    if (!(read instanceof ReadResult.Present present)) {
      return new Counted(
          0,
          0,
          read instanceof ReadResult.Unknown unknown
              ? Optional.of(unknown.failure())
              : Optional.empty());
    }
    int next = ground.valueOf(present.body()) + 1;
    WriteResult written = connection.replace(key, present.version(), ground.body(next));
    if (written instanceof WriteResult.Applied) {
      return new Counted(1, 0, Optional.empty());
    }
    if (written instanceof WriteResult.Unknown unknown) {
      return new Counted(0, 1, Optional.of(unknown.failure()));
    }
    return new Counted(
        0,
        0,
        written instanceof WriteResult.NotApplied notApplied
            ? Optional.of(notApplied.failure())
            : Optional.empty());
  }

  private static Check lost(String measured) {
    return new Check(
        NAME,
        Check.Result.FAILED,
        measured,
        "acknowledged changes get lost, so two may hold one lock: do not keep locks here");
  }

  private static Check tooRarely(String measured) {
    return new Check(
        NAME,
        Check.Result.UNDECIDED,
        measured,
        "the store answered too rarely to be judged: try again when it is well");
  }
}
