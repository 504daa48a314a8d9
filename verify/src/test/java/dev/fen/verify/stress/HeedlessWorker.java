package dev.fen.verify.stress;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.platform.SystemPlatform;
import java.time.Duration;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** A worker whose lease runs out under its work, and who goes on all the same. */
final class HeedlessWorker {

  private static final String LOCK = Wish.ALL.get(0);

  private HeedlessWorker() {}

  public static void main(String[] args) throws Exception {
    LockService locks =
        new LockService(Ground.open(args[4]), LockOptions.of("stress"), SystemPlatform.get());
    Worker.run(args, new Heedless(locks));
    System.exit(0);
  }

  private record Heedless(LockService locks) implements Locker {

    @Override
    public Holding acquire(Wish wish) throws InterruptedException {
      Lease lease =
          locks.acquire(
              Wish.nameOf(LOCK),
              locks.defaults().withTtl(Duration.ofSeconds(1)).withMaxWait(Duration.ofSeconds(8)));
      lease.abandon();
      AtomicBoolean stoodStill = new AtomicBoolean();
      return new Holding() {
        @Override
        public NavigableMap<String, Long> tokens() {
          return new TreeMap<>(Map.of(LOCK, lease.token()));
        }

        // Stands still at first, as a stopped process does, and then sees no reason to stop.
        @Override
        public void ensureHeld() {
          if (!stoodStill.getAndSet(true)) {
            try {
              Thread.sleep(3_000);
            } catch (InterruptedException stop) {
              Thread.currentThread().interrupt();
            }
          }
        }

        @Override
        public void close() {
          lease.close();
        }
      };
    }

    @Override
    public void close() {
      locks.close();
    }
  }
}
