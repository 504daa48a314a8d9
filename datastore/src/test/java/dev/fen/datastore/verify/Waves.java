package dev.fen.datastore.verify;

import static dev.fen.datastore.verify.Certifications.memory;

import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Counts requests that have to wait for each other, however slow this machine is. */
final class Waves extends JumpingPlatform {

  /** How often something was waited for that did not come. */
  final AtomicLong pauses = new AtomicLong();

  private final long requestMillis;
  private final ThreadLocal<Wave> present = ThreadLocal.withInitial(() -> new Wave(null, 0));

  Waves(long requestMillis) {
    this.requestMillis = requestMillis;
  }

  long reached() {
    return present.get().reached();
  }

  /** As if only requests took time. */
  @Override
  public long nanoTime() {
    return requestMillis * TimeUnit.MILLISECONDS.toNanos(reached());
  }

  void request() {
    Wave wave = present.get();
    wave.reach(wave.reached() + 1);
  }

  @Override
  public Executor newWorkers(String name, int maxThreads) {
    Executor workers = super.newWorkers(name, maxThreads);
    return task -> {
      Wave giver = present.get();
      Wave wave = new Wave(giver, giver.reached());
      workers.execute(
          () -> {
            present.set(wave);
            task.run();
          });
    };
  }

  @Override
  public Signal newSignal() {
    Signal signal = real.newSignal();
    return new Signal() {
      @Override
      public void give() {
        signal.give();
      }

      @Override
      public boolean await(long nanos) throws InterruptedException {
        boolean isGiven = signal.await(nanos);
        if (!isGiven) {
          pauses.incrementAndGet();
        }
        return isGiven;
      }
    };
  }

  /** How far a thread has come, in requests made one after the other. */
  private static final class Wave {
    private final @Nullable Wave giver;
    private long reached;

    Wave(@Nullable Wave giver, long reached) {
      this.giver = giver;
      this.reached = reached;
    }

    synchronized long reached() {
      return reached;
    }

    /** Whoever gave out the task waits for it. */
    void reach(long to) {
      synchronized (this) {
        reached = Math.max(reached, to);
      }
      if (giver != null) {
        giver.reach(to);
      }
    }
  }

  /** Each of its requests takes a wave. */
  private static final class Requests extends ForwardingStore {
    private final Waves waves;

    Requests(RegisterStore store, Waves waves) {
      super(store);
      this.waves = waves;
    }

    @Override
    public ReadResult read(RegisterKey key) {
      waves.request();
      return store.read(key);
    }

    @Override
    public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
      waves.request();
      return store.readAgain(key, last);
    }

    @Override
    public WriteResult create(RegisterKey key, String body) {
      waves.request();
      return store.create(key, body);
    }

    @Override
    public WriteResult replace(RegisterKey key, Version expected, String body) {
      waves.request();
      return store.replace(key, expected, body);
    }

    @Override
    public ListResult list(String prefix) {
      waves.request();
      return store.list(prefix);
    }
  }

  /** Its ages would be real, and the time that passes is not. */
  MemoryCandidate candidate() {
    return memory(memory -> new Requests(new Aged(memory, OptionalLong.empty()), this));
  }
}
