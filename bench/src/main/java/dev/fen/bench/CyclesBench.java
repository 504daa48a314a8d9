package dev.fen.bench;

import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.WriteResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Acquire and release again and again, against the raw read and swaps that the store needs for it.
 */
@Command(
    name = "cycles",
    description = "Lock cycles in one JVM, against one raw read and two raw swaps.",
    mixinStandardHelpOptions = true)
final class CyclesBench implements Callable<Integer> {

  @Option(names = "--cycles", description = "Cycles in all (${DEFAULT-VALUE}).")
  private int cycles = 10_000;

  @Option(names = "--rounds", description = "Rounds they are divided into (${DEFAULT-VALUE}).")
  private int rounds = 20;

  @Option(names = "--directory", description = "Where; a fresh temporary folder by default.")
  private Path directory = Path.of("");

  @Override
  public Integer call() throws Exception {
    Path place =
        directory.toString().isEmpty() ? Files.createTempDirectory("fen-bench") : directory;
    Platform platform = SystemPlatform.get();
    CountingStore store = new CountingStore(FileRegisterStore.open(place, platform));
    double[] raw = new double[rounds];
    double[] locked = new double[rounds];
    double[] ratios = new double[rounds];
    int each = Math.max(1, cycles / rounds);
    long requests;
    try (LockService service = new LockService(store, LockOptions.of("bench"), platform)) {
      rawCycles(store, each);
      lockCycles(service, each);
      store.reads.set(0);
      store.writes.set(0);
      for (int round = 0; round < rounds; round++) {
        long readsBefore = store.reads.get();
        long writesBefore = store.writes.get();
        raw[round] = rawCycles(store, each);
        store.reads.set(readsBefore);
        store.writes.set(writesBefore);
        locked[round] = lockCycles(service, each);
        ratios[round] = locked[round] / raw[round];
      }
      requests = store.reads.get() + store.writes.get();
    }
    System.out.println(
        each * rounds
            + " cycles in "
            + rounds
            + " rounds in "
            + place
            + ": minimum / median / maximum");
    System.out.println("raw read + 2 swaps   " + new Figures(raw).text("us"));
    System.out.println("acquire + release    " + new Figures(locked).text("us"));
    System.out.println("ratio, round by round " + new Figures(ratios).text(""));
    System.out.println("requests per cycle   " + (double) requests / (each * rounds));
    return 0;
  }

  private static double lockCycles(LockService service, int count) throws InterruptedException {
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      service.acquire("bench").close();
    }
    return (System.nanoTime() - start) / 1_000.0 / count;
  }

  private static double rawCycles(RegisterStore store, int count) {
    RegisterKey key = new RegisterKey("raw/bench.lock");
    String padding = "x".repeat(400);
    if (store.read(key) instanceof ReadResult.Absent) {
      store.create(key, "first " + padding);
    }
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      ReadResult.Present present = (ReadResult.Present) store.read(key);
      WriteResult.Applied first =
          (WriteResult.Applied) store.replace(key, present.version(), start + "a" + i + padding);
      store.replace(key, first.version(), start + "b" + i + padding);
    }
    return (System.nanoTime() - start) / 1_000.0 / count;
  }
}
