package dev.fen.verify.stress;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What each process of a run does: it locks, works and announces until the referee says stop. */
final class Worker {

  private static final int THREADS = 3;

  private Worker() {}

  /**
   * Works.
   *
   * @param args the referee's port, the worker's name, a seed, the folder of the unfenced counters,
   *     the address of the store
   */
  public static void main(String[] args) throws Exception {
    try (Locker locker = new FenLocker(args[4])) {
      run(args, locker);
    }
    System.exit(0);
  }

  static void run(String[] args, Locker locker) throws IOException, InterruptedException {
    String name = args[1];
    Random random = new Random(Long.parseLong(args[2]));
    RefereeLine line = new RefereeLine(Integer.parseInt(args[0]));
    line.open();
    line.say("hello " + name);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Shift shift =
          new Shift(name + "." + i, locker, line, Path.of(args[3]), new Random(random.nextLong()));
      threads.add(new Thread(shift, "shift-" + i));
    }
    threads.forEach(Thread::start);
    line.awaitStop();
    for (Thread thread : threads) {
      thread.interrupt();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
