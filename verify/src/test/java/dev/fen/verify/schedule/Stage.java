package dev.fen.verify.schedule;

import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.testkit.ForwardingRegisterStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One service on one machine, for one schedule. What any of its threads throws fails the schedule,
 * and so does a thread that waits for ever.
 */
final class Stage {

  /** What one schedule plays. */
  @FunctionalInterface
  interface Scene {
    void play(Stage stage) throws Exception;
  }

  /** What one thread of it does. */
  @FunctionalInterface
  interface Part {
    void play() throws Exception;
  }

  static final Duration TTL = Duration.ofSeconds(30);

  private static final int RUNS = 60;

  /** For one run, which takes a millisecond or two. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  final ExploredPlatform platform = new ExploredPlatform();
  final MemoryRegisterStore store = new MemoryRegisterStore(platform::currentTimeMillis);
  final AtomicInteger reads = new AtomicInteger();
  final LockService service =
      new LockService(new CountedReads(), LockOptions.of("test").withTtl(TTL), platform);

  private final List<Throwable> thrown = new ArrayList<>();

  private Stage() {}

  /** Plays it again and again, with pauses at random wherever somebody looks at the clock. */
  static void explore(Scene scene) {
    for (int run = 0; run < RUNS; run++) {
      playWithin(LIMIT, scene);
    }
  }

  private static void playWithin(Duration limit, Scene scene) {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread player =
        new Thread(
            () -> {
              try {
                scene.play(new Stage());
              } catch (Exception | Error failure) {
                thrown.set(failure);
              }
            },
            "fen-scene");
    player.setDaemon(true);
    player.start();
    try {
      player.join(limit.toMillis());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
    if (player.isAlive()) {
      throw new AssertionError("somebody waits for ever:\n" + stacks());
    }
    Throwable failure = thrown.get();
    if (failure != null) {
      throw new AssertionError(failure.toString(), failure);
    }
  }

  private static String stacks() {
    StringBuilder all = new StringBuilder();
    Thread.getAllStackTraces()
        .forEach(
            (thread, stack) -> {
              if (thread.getName().startsWith("fen-")) {
                all.append(thread.getName()).append(' ').append(thread.getState()).append('\n');
                for (StackTraceElement frame : stack) {
                  all.append("    at ").append(frame).append('\n');
                }
              }
            });
    return all.toString();
  }

  /** What must hold in every schedule. */
  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  private final class CountedReads extends ForwardingRegisterStore {
    CountedReads() {
      super(store);
    }

    @Override
    public ReadResult read(RegisterKey key) {
      reads.incrementAndGet();
      return super.read(key);
    }
  }

  /** Goes on, without a pause, when so many reads have begun. */
  void awaitReads(int count) {
    while (reads.get() < count) {
      Thread.onSpinWait();
    }
  }

  /** How many writes the store has carried out, if there is only one record. */
  long writes() {
    return Long.parseLong(entries().get(0).version().tag());
  }

  /** What all records say. */
  String bodies() {
    return entries().stream()
        .map(entry -> ((ReadResult.Present) store.read(entry.key())).body())
        .collect(Collectors.joining("\n"));
  }

  /** Whatever was taken has been given back, and the process may end. */
  void requireAllReleased() {
    String bodies = bodies();
    require(!bodies.contains("\"held\""), "not released: " + bodies);
  }

  private List<ListResult.Entry> entries() {
    return ((ListResult.Listed) store.list("")).entries();
  }

  /** Runs these side by side, each in a thread of its own, and then what they left to workers. */
  void sideBySide(Part... parts) throws InterruptedException {
    platform.workSideBySide(true);
    List<Thread> threads = new ArrayList<>();
    for (Part part : parts) {
      threads.add(daemon(() -> play(part)));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    platform.joinWorkers();
    platform.workSideBySide(false);
    synchronized (thrown) {
      for (Throwable one : thrown) {
        throw new AssertionError("a thread failed", one);
      }
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "fen-part");
    thread.setDaemon(true);
    return thread;
  }

  private void play(Part part) {
    try {
      part.play();
    } catch (Exception | Error unexpected) {
      synchronized (thrown) {
        thrown.add(unexpected);
      }
    }
  }
}
