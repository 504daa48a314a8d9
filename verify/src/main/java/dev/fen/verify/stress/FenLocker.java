package dev.fen.verify.stress;

import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.ModelLocks;
import dev.fen.lock.platform.SystemPlatform;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Locks as a program does that uses Fen. */
final class FenLocker implements Locker {

  private final LockService locks;
  private final ModelLocks models;

  FenLocker(String address) {
    locks = new LockService(Ground.open(address), LockOptions.of("stress"), SystemPlatform.get());
    models = locks.models();
  }

  @Override
  public Holding acquire(Wish wish) throws InterruptedException {
    LockOptions options = locks.defaults().withTtl(wish.ttl()).withMaxWait(wish.maxWait());
    String first = wish.keys().get(0);
    if (first.startsWith(Wish.NAMED)) {
      return new Single(first, locks.acquire(Wish.nameOf(first), options));
    }
    if (first.equals(Wish.GLOBAL)) {
      return new Group("", models.acquireGlobal(options, status -> {}));
    }
    return new Group(
        Wish.MODEL,
        models.acquireModels(
            wish.keys().stream().map(Wish::nameOf).toList(), options, status -> {}));
  }

  @Override
  public void close() {
    locks.close();
  }

  private record Single(String key, Lease lease) implements Holding {

    @Override
    public NavigableMap<String, Long> tokens() {
      return new TreeMap<>(Map.of(key, lease.token()));
    }

    @Override
    public void ensureHeld() {
      lease.ensureHeld();
    }

    @Override
    public void close() {
      lease.close();
    }
  }

  private record Group(String prefix, LeaseGroup group) implements Holding {

    @Override
    public NavigableMap<String, Long> tokens() {
      NavigableMap<String, Long> tokens = new TreeMap<>();
      group.tokens().forEach((name, token) -> tokens.put(prefix + name, token));
      return tokens;
    }

    @Override
    public void ensureHeld() {
      group.ensureHeld();
    }

    @Override
    public void close() {
      group.close();
    }
  }
}
