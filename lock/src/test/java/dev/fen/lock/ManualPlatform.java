package dev.fen.lock;

import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.HolderFiles;
import dev.fen.lock.platform.NoProcesses;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.ProcessTable;
import dev.fen.lock.platform.Signal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * A machine with one thread: whoever waits lets time go by, and what is due meanwhile runs in the
 * waiting thread, the work of pools as well.
 */
final class ManualPlatform implements Platform {

  /** Something that is due at a time. */
  private record Due(long atNanos, Runnable task) {}

  /** A signal that counts how often it was given. */
  final class CountingSignal implements Signal {
    int timesGiven;
    private boolean given;

    @Override
    public void give() {
      timesGiven++;
      given = true;
    }

    @Override
    public boolean await(long nanos) {
      long deadline = nowNanos + nanos;
      while (!given && runNextUntil(deadline)) {
        // What ran may have given it.
      }
      if (!given) {
        nowNanos = Math.max(nowNanos, deadline);
      }
      boolean taken = given;
      given = false;
      return taken;
    }
  }

  final List<CountingSignal> signals = new ArrayList<>();
  private final List<Due> due = new ArrayList<>();
  private long nowNanos;

  /** All randomness: nothing but this. */
  long random;

  /** How much later than it should anything runs that was scheduled. */
  long timersLateNanos;

  /** How much later than at once the pools run what they are given. */
  long workersLateNanos;

  private boolean runNextUntil(long deadline) {
    Optional<Due> next =
        due.stream()
            .min(Comparator.comparingLong(Due::atNanos))
            .filter(first -> first.atNanos() <= deadline);
    next.ifPresent(
        first -> {
          due.remove(first);
          nowNanos = Math.max(nowNanos, first.atNanos());
          first.task().run();
        });
    return next.isPresent();
  }

  private Cancellable at(long delayNanos, Runnable task) {
    Due added = new Due(nowNanos + Math.max(0, delayNanos), task);
    due.add(added);
    return () -> due.remove(added);
  }

  /** How much is scheduled. */
  int scheduled() {
    return due.size();
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  @Override
  public long currentTimeMillis() {
    return 1_774_526_400_000L + nowNanos / 1_000_000;
  }

  @Override
  public Signal newSignal() {
    CountingSignal signal = new CountingSignal();
    signals.add(signal);
    return signal;
  }

  @Override
  public Cancellable schedule(Runnable task, long delayNanos) {
    return at(delayNanos + timersLateNanos, task);
  }

  @Override
  public Executor newWorkers(String name, int maxThreads) {
    return task -> at(workersLateNanos, task);
  }

  @Override
  public long randomLong() {
    return random;
  }

  @Override
  public ProcessTable processes() {
    return new NoProcesses(1);
  }

  @Override
  public HolderFiles holderFiles() {
    return HolderFiles.NONE;
  }

  @Override
  public Cancellable onShutdown(Runnable task) {
    return () -> {};
  }
}
