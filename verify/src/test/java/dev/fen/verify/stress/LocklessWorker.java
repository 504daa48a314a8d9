package dev.fen.verify.stress;

import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** A worker that does not lock at all. */
final class LocklessWorker {

  private LocklessWorker() {}

  public static void main(String[] args) throws Exception {
    Worker.run(args, new Lockless());
    System.exit(0);
  }

  private static final class Lockless implements Locker {

    private final AtomicLong tokens =
        new AtomicLong(System.currentTimeMillis() * 10_000 + ProcessHandle.current().pid());

    @Override
    public Holding acquire(Wish wish) {
      NavigableMap<String, Long> made = new TreeMap<>();
      wish.keys().forEach(key -> made.put(key, tokens.addAndGet(10_000)));
      return new Holding() {
        @Override
        public NavigableMap<String, Long> tokens() {
          return made;
        }

        @Override
        public void ensureHeld() {}

        @Override
        public void close() {}
      };
    }

    @Override
    public void close() {}
  }
}
