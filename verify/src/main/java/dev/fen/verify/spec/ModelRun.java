package dev.fen.verify.spec;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Checks configurations, several at once, and tells of each whether it came out as expected. */
final class ModelRun {

  private final Tlc tlc;
  private final int atOnce;
  private final PrintWriter out;

  ModelRun(Tlc tlc, int atOnce, PrintWriter out) {
    this.tlc = tlc;
    this.atOnce = atOnce;
    this.out = out;
  }

  /**
   * Runs them all.
   *
   * @return how many came out otherwise than expected
   */
  int run(List<Model> models) throws InterruptedException {
    long start = System.nanoTime();
    int others = 0;
    ExecutorService workers = Executors.newFixedThreadPool(atOnce);
    try {
      List<Future<Boolean>> all = new ArrayList<>();
      for (Model model : models) {
        all.add(workers.submit(() -> isAsExpected(model)));
      }
      for (Future<Boolean> one : all) {
        others += one.get() ? 0 : 1;
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      workers.shutdownNow();
    }
    print(
        String.format(
            Locale.ROOT,
            "%d configurations, %s, %.0f s",
            models.size(),
            others == 0 ? "all as expected" : others + " not as expected",
            seconds(Duration.ofNanos(System.nanoTime() - start))));
    return others;
  }

  private boolean isAsExpected(Model model) throws InterruptedException {
    Tlc.Result result = tlc.check(model);
    boolean expected = result.verdict().equals(model.expected());
    String line =
        String.format(
            Locale.ROOT,
            "%-5s %-26s %,11d states %6.1f s  expected %s, got %s",
            expected ? "ok" : "WRONG",
            model.name(),
            result.states(),
            seconds(result.took()),
            model.expected(),
            result.verdict());
    print(expected ? line : line + "\n" + result.output());
    return expected;
  }

  private synchronized void print(String text) {
    out.println(text);
    out.flush();
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }
}
