package dev.fen.verify.stress;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long this process got no processor in all, as far as a thread that does nothing but sleep can
 * tell: a busy machine breaks no promise.
 */
final class Stalls implements AutoCloseable {

  private static final long NAP_MILLIS = 20;

  private final AtomicLong nanos = new AtomicLong();
  private final Thread sleeper = new Thread(this::sleep, "stalls");

  private Stalls() {}

  /** Begins to measure. */
  static Stalls start() {
    Stalls stalls = new Stalls();
    stalls.sleeper.setDaemon(true);
    stalls.sleeper.start();
    return stalls;
  }

  private void sleep() {
    try {
      while (true) {
        long start = System.nanoTime();
        Thread.sleep(NAP_MILLIS);
        nanos.addAndGet(System.nanoTime() - start - TimeUnit.MILLISECONDS.toNanos(NAP_MILLIS));
      }
    } catch (InterruptedException over) {
      // Nobody wants to know any more.
    }
  }

  long millis() {
    return TimeUnit.NANOSECONDS.toMillis(nanos.get());
  }

  @Override
  public void close() {
    sleeper.interrupt();
  }
}
