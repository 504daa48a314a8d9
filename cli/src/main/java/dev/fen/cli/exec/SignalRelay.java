package dev.fen.cli.exec;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Finds out, for every signal that Fen gets, whether its whole process group got it. */
final class SignalRelay implements AutoCloseable {
  /** Whoever ends a service often signals its processes one by one: that counts as the group. */
  static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** On a busy machine a JVM learns of a signal later than the witness that died of it. */
  static final long SAME_HAND_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final int STARTS = 3;
  private static final long FIRST_WITNESS_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Witness.Starter starter;
  private final LongSupplier clock;
  private final Consumer<Event.Signalled> receiver;
  private final LinkedBlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private final CountDownLatch firstWitness = new CountDownLatch(1);
  private final Thread thread;
  private @Nullable Witness witness;
  private long witnessSince;
  private int lastDeath = Witness.UNKNOWN;

  SignalRelay(Witness.Starter starter, LongSupplier clock, Consumer<Event.Signalled> receiver) {
    this.starter = starter;
    this.clock = clock;
    this.receiver = receiver;
    thread = new Thread(this::run, "fen-signals");
    thread.setDaemon(true);
    thread.start();
  }

  /** Takes a signal; the answer goes to the receiver. */
  void received(SignalNumber signal) {
    received.add(new Received(signal, clock.getAsLong()));
  }

  /**
   * Waits until there is a witness, or until it is clear that there will be none: a command that
   * runs before that could get its first Ctrl-C twice.
   */
  void awaitWitness() throws InterruptedException {
    boolean ignored = firstWitness.await(FIRST_WITNESS_NANOS, TimeUnit.NANOSECONDS);
  }

  private void run() {
    try {
      callWitness();
      firstWitness.countDown();
      while (true) {
        Received next = received.take();
        boolean groupWide = reachedGroup(next);
        receiver.accept(new Event.Signalled(next.signal, next.nanos, groupWide));
      }
    } catch (InterruptedException e) {
      dismissWitness();
    }
  }

  private boolean reachedGroup(Received signal) throws InterruptedException {
    int number = signal.signal.number();
    if (witness == null) {
      callWitness();
      return false;
    }
    // The one before died of the same signal, and this one may have been sent before the new one
    // was there: the same hand on the same keys.
    boolean sameHand = lastDeath == number && signal.nanos - witnessSince < SAME_HAND_NANOS;
    TimeUnit.NANOSECONDS.sleep(signal.nanos + GATHER_NANOS - clock.getAsLong());
    int death = witness.ask();
    if (death == Witness.ALIVE) {
      return sameHand;
    }
    lastDeath = death;
    dismissWitness();
    callWitness();
    return sameHand || death == number;
  }

  /** A witness counts from its first answer on. */
  private void callWitness() throws InterruptedException {
    for (int i = 0; i < STARTS; i++) {
      try {
        Witness started = starter.start();
        witness = started;
        int answer = started.ask();
        if (answer == Witness.ALIVE) {
          witnessSince = clock.getAsLong();
          return;
        }
        lastDeath = answer;
      } catch (IOException e) {
        // No witness, then: signals are passed on, a command that gets one twice is the lesser
        // evil.
      }
      dismissWitness();
    }
  }

  private void dismissWitness() {
    if (witness != null) {
      witness.close();
      witness = null;
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private record Received(SignalNumber signal, long nanos) {}
}
