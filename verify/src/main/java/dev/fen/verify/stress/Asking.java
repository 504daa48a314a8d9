package dev.fen.verify.stress;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Who asks for locks at present, and until when an answer is due. The time in which a process was
 * stopped does not count.
 */
final class Asking {

  /** For a timer thread that gets no processor: a busy machine breaks no promise. */
  private static final long BUSY_MILLIS = 5_000;

  private final Findings findings;
  private final LongSupplier nanoTime;
  private final Map<String, Ask> asks = new HashMap<>();
  private final Map<String, Long> stoppedSince = new HashMap<>();
  private final Map<String, Long> stoppedNanos = new HashMap<>();

  private record Ask(
      String worker, long startNanos, long stoppedBefore, long waitMillis, long requestMillis) {}

  /** Who asks, by that clock. */
  Asking(Findings findings, LongSupplier nanoTime) {
    this.findings = findings;
    this.nanoTime = nanoTime;
  }

  synchronized void stopped(String worker) {
    stoppedSince.putIfAbsent(worker, nanoTime.getAsLong());
  }

  synchronized void continued(String worker) {
    Long since = stoppedSince.remove(worker);
    if (since != null) {
      stoppedNanos.merge(worker, nanoTime.getAsLong() - since, Long::sum);
    }
  }

  private long stoppedNanos(String worker) {
    Long since = stoppedSince.get(worker);
    return stoppedNanos.getOrDefault(worker, 0L)
        + (since == null ? 0 : nanoTime.getAsLong() - since);
  }

  synchronized void asks(String worker, String work, long waitMillis, long requestMillis) {
    asks.put(
        work,
        new Ask(worker, nanoTime.getAsLong(), stoppedNanos(worker), waitMillis, requestMillis));
  }

  synchronized void asked(String work, String outcome) {
    Ask ask = asks.remove(work);
    if (ask == null) {
      return;
    }
    findings.count("acquire calls: " + outcome);
    long late = lateMillis(ask);
    findings.most("latest end of an acquire call after its deadline, ms", Math.max(0, late));
    if (late > ask.requestMillis() + BUSY_MILLIS) {
      findings.violation("an acquire call of " + work + " ended " + late + " ms late");
    }
  }

  private long lateMillis(Ask ask) {
    long took =
        nanoTime.getAsLong()
            - ask.startNanos()
            - (stoppedNanos(ask.worker()) - ask.stoppedBefore());
    return TimeUnit.NANOSECONDS.toMillis(took) - ask.waitMillis();
  }

  /** Looks for calls that should have ended. */
  synchronized void check() {
    asks.entrySet()
        .removeIf(
            one -> {
              boolean hangs =
                  lateMillis(one.getValue()) > one.getValue().requestMillis() + BUSY_MILLIS;
              if (hangs) {
                findings.violation("an acquire call of " + one.getKey() + " does not end");
              }
              return hangs;
            });
  }

  synchronized void gone(String worker) {
    asks.values().removeIf(ask -> ask.worker().equals(worker));
  }
}
