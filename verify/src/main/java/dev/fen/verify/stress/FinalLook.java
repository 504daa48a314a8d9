package dev.fen.verify.stress;

import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** After everybody has gone: every lock comes free in the time that is promised. */
final class FinalLook {

  /** The longest pause between two looks, and its requests. */
  private static final Duration ONE_LOOK = Duration.ofSeconds(7);

  private static final Duration WAIT = Duration.ofSeconds(60);

  private final LockService locks;
  private final Judge judge;
  private final Findings findings;
  private final LockOptions options;

  FinalLook(LockService locks, Judge judge, Findings findings) {
    this.locks = locks;
    this.judge = judge;
    this.findings = findings;
    this.options = locks.defaults().withMaxWait(WAIT);
  }

  void run() throws InterruptedException {
    List<Thread> takers = new ArrayList<>();
    for (String key : Wish.ALL) {
      if (!key.equals(Wish.GLOBAL)) {
        takers.add(new Thread(() -> take(key)));
      }
    }
    takers.forEach(Thread::start);
    for (Thread taker : takers) {
      taker.join();
    }
    take(Wish.GLOBAL);
  }

  private void take(String key) {
    long start = System.nanoTime();
    try (Stalls stalls = Stalls.start()) {
      long token = takeAndGiveBack(key);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      findings.most("longest wait for a lock after the end, ms", millis);
      long ttl = Wish.LONGEST_TTL.toMillis();
      if (millis > ttl + ttl / 20 + 1_000 + ONE_LOOK.toMillis() + stalls.millis()) {
        findings.violation(
            key + " came free only after " + millis + " ms, stalls " + stalls.millis() + " ms");
      }
      if (token <= judge.highest(key)) {
        findings.violation(key + " has token " + token + " after " + judge.highest(key));
      }
    } catch (LockException failed) {
      findings.violation(key + " does not come free: " + failed.getMessage());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private long takeAndGiveBack(String key) throws InterruptedException {
    String name = Wish.nameOf(key);
    if (key.startsWith(Wish.NAMED)) {
      try (Lease lease = locks.acquire(name, options)) {
        return lease.token();
      }
    }
    try (LeaseGroup group =
        key.equals(Wish.GLOBAL)
            ? locks.models().acquireGlobal(options, status -> {})
            : locks.models().acquireModels(List.of(name), options, status -> {})) {
      return group.leases().get(0).token();
    }
  }
}
