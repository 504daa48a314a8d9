package dev.fen.verify.stress;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Decides who may work, by the order in which announcements arrive. It lets nobody wait for long:
 * one who has been stopped cannot answer, and what it answers later is judged then.
 */
final class Judge {

  /** How much longer a lock stays out of others' reach than its holder believes in it. */
  static final long MARGIN_MILLIS = 1_000;

  static final String ACQUISITIONS = "acquisitions";

  private static final String OVERLAPS = "overlaps after a force release";

  private static final long PATIENCE_MILLIS = 500;

  private static final long FORCED_NANOS =
      TimeUnit.MILLISECONDS.toNanos(Wish.LONGEST_TTL.toMillis() + MARGIN_MILLIS + PATIENCE_MILLIS);

  private final Findings findings;
  private final LongSupplier nanoTime;
  private final Map<String, Work> works = new HashMap<>();
  private final Map<String, Work> atWork = new HashMap<>();
  private final Map<String, Work> unended = new HashMap<>();
  private final Map<String, Long> highest = new HashMap<>();
  private final Map<String, Work> lastUnended = new HashMap<>();
  private final Set<String> tokensSeen = new HashSet<>();

  /** Until when a lock that is freed by force may be believed in, if that is known. */
  private final Map<String, Long> forced = new HashMap<>();

  private final Map<String, FencedCounter> fenced = new HashMap<>();
  private final Map<String, UpdateTree> unfenced = new HashMap<>();
  private final Map<String, Long> heardNanos = new HashMap<>();
  private final Set<String> excused = new HashSet<>();

  Judge(Findings findings, LongSupplier nanoTime) {
    this.findings = findings;
    this.nanoTime = nanoTime;
  }

  /**
   * Takes note that a lock will be freed from this token by force: its holder may go on a while.
   */
  synchronized void forced(String key, long token) {
    forced.put(key + "=" + token, Long.MAX_VALUE);
  }

  /**
   * It was freed. Whatever renewal was answered after that was sent before, so the lease is over
   * when its ttl is.
   */
  synchronized void freed(String key, long token) {
    forced.put(key + "=" + token, nanoTime.getAsLong() + FORCED_NANOS);
  }

  /** It was not freed. */
  synchronized void notForced(String key, long token) {
    forced.remove(key + "=" + token);
  }

  private synchronized boolean isForced(Map.Entry<String, Long> lock) {
    return forced.containsKey(lock.getKey() + "=" + lock.getValue());
  }

  private synchronized boolean mayBeBelieved(Map.Entry<String, Long> lock) {
    Long until = forced.get(lock.getKey() + "=" + lock.getValue());
    return until != null && (until == Long.MAX_VALUE || nanoTime.getAsLong() - until < 0);
  }

  private boolean mayBeBelieved(Work work) {
    return work.tokens().entrySet().stream().anyMatch(this::mayBeBelieved);
  }

  private boolean isForced(Work work) {
    return work.tokens().entrySet().stream().anyMatch(this::isForced);
  }

  /** The highest token that was announced for a lock, 0 if none was. */
  synchronized long highest(String key) {
    return highest.getOrDefault(key, 0L);
  }

  /** Somebody begins to work; done when the judge has asked whom it must, or got no answer. */
  CompletableFuture<Void> announce(Work newcomer) {
    List<CompletableFuture<Void>> questions = new ArrayList<>();
    List<Work> others;
    List<Map.Entry<String, Long>> late;
    synchronized (this) {
      others = atWork.values().stream().filter(newcomer::excludes).toList();
      late = noteTokens(newcomer);
      works.put(newcomer.id(), newcomer);
      atWork.put(newcomer.id(), newcomer);
      unended.put(newcomer.id(), newcomer);
      findings.count(ACQUISITIONS);
    }
    if (!late.isEmpty()) {
      questions.add(
          ask(newcomer)
              .thenAccept(
                  holds -> {
                    if (holds) {
                      blame(late, "a lower token is held: " + newcomer);
                    }
                  }));
    }
    for (Work other : others) {
      findings.count("asked whether they still hold");
      questions.add(ask(other).thenCompose(holds -> answered(other, newcomer, holds)));
    }
    return CompletableFuture.allOf(questions.toArray(new CompletableFuture<?>[0]))
        .completeOnTimeout(null, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static CompletableFuture<Boolean> ask(Work work) {
    return work.witness().stillHolds(work);
  }

  /** The newcomer's locks whose tokens are lower than one announced before. */
  private List<Map.Entry<String, Long>> noteTokens(Work newcomer) {
    List<Map.Entry<String, Long>> late = new ArrayList<>();
    for (Map.Entry<String, Long> lock : newcomer.tokens().entrySet()) {
      String key = lock.getKey();
      if (!tokensSeen.add(key + "=" + lock.getValue())) {
        findings.violation("a token was given twice: " + key + "=" + lock.getValue());
      }
      long before = highest(key);
      if (lock.getValue() < before) {
        late.add(lock);
      }
      highest.put(key, Math.max(before, lock.getValue()));
      Work last = lastUnended.put(key, newcomer);
      if (last != null) {
        findings.count(isForced(last) ? "takes after a force release" : "takeovers");
      }
    }
    return late;
  }

  private CompletableFuture<Void> answered(Work other, Work newcomer, boolean holds) {
    if (!holds) {
      overtaken(other);
      return CompletableFuture.completedFuture(null);
    }
    List<Map.Entry<String, Long>> taken = newcomer.takenAfter(other);
    if (!taken.isEmpty()) {
      blame(taken, "one holds what another one was given after it: " + other + " and " + newcomer);
      return CompletableFuture.completedFuture(null);
    }
    return ask(newcomer)
        .thenAccept(
            too -> {
              if (too) {
                judgeBoth(other, newcomer);
              }
            });
  }

  /** Two believe in locks of the two levels at one time. */
  private void judgeBoth(Work one, Work two) {
    if (mayBeBelieved(one) || mayBeBelieved(two)) {
      findings.count(OVERLAPS);
    } else {
      findings.violation("two hold what excludes one another: " + one + " and " + two);
    }
  }

  /** Somebody holds locks that it no longer has, which only a force release excuses for a while. */
  private void blame(List<Map.Entry<String, Long>> locks, String what) {
    if (locks.stream().allMatch(this::mayBeBelieved)) {
      findings.count(OVERLAPS);
    } else {
      findings.violation(what);
    }
  }

  private synchronized void overtaken(Work work) {
    atWork.remove(work.id());
  }

  /** Somebody says that its work is over, before it gives its locks back. */
  synchronized void ended(String id) {
    atWork.remove(id);
    Work work = unended.remove(id);
    if (work != null) {
      work.tokens().keySet().forEach(key -> lastUnended.remove(key, work));
    }
  }

  /** Somebody says that its lease has ended. */
  synchronized void lost(String id, String cause) {
    atWork.remove(id);
    unended.remove(id);
    findings.count("lost leases: " + cause);
  }

  /** Somebody was refused by a fenced resource, and its lease says that it holds the lock. */
  synchronized void superseded(String id, String key, long token) {
    blame(List.of(Map.entry(key, token)), id + " was refused, and holds " + key + "=" + token);
  }

  /** A process has ended. Where it was silent for long, what it did last may have come late. */
  synchronized void gone(Witness process) {
    for (Work work : List.copyOf(unended.values())) {
      if (work.witness().equals(process)) {
        atWork.remove(work.id());
        unended.remove(work.id());
        long silent = nanoTime.getAsLong() - heardNanos.getOrDefault(work.id(), 0L);
        if (silent > TimeUnit.MILLISECONDS.toNanos(MARGIN_MILLIS)) {
          excused.add(work.id());
        }
      }
    }
  }

  /** A line about a work has come. */
  synchronized void heard(String id) {
    heardNanos.put(id, nanoTime.getAsLong());
  }

  synchronized boolean touch(String key, long token) {
    boolean taken = counter(key).touch(token);
    if (!taken) {
      findings.count("refused by the fenced counter");
    }
    return taken;
  }

  synchronized long read(String key) {
    return counter(key).value();
  }

  synchronized boolean write(String id, String key, long token, long value) {
    FencedCounter.Written written = counter(key).write(token, value);
    switch (written) {
      case YES -> findings.count("fenced updates");
      case REFUSED -> findings.count("refused by the fenced counter");
      case LOST_ANOTHER ->
          findings.violation("a fenced update is lost by " + id + " under " + key + "=" + token);
    }
    return written != FencedCounter.Written.REFUSED;
  }

  private FencedCounter counter(String key) {
    return fenced.computeIfAbsent(key, k -> new FencedCounter());
  }

  /**
   * An unfenced counter was written.
   *
   * @param millis what passed since just before the writer's lease said that it was held
   */
  synchronized void wrote(String resource, UnfencedCounter.Update update, long millis) {
    findings.count("unfenced updates");
    unfenced.computeIfAbsent(resource, r -> new UpdateTree()).add(update);
    if (millis > MARGIN_MILLIS) {
      excused.add(update.name());
    }
  }

  /** Counts what was lost of the unfenced counters. */
  synchronized void countLosses() {
    unfenced.forEach(
        (resource, tree) -> {
          for (List<String> fork : tree.forks()) {
            long bad = UpdateTree.unexcused(fork, this::isExcused);
            for (int i = 1; i < fork.size(); i++) {
              findings.count("lost unfenced updates");
            }
            if (bad > 0) {
              findings.violation("unfenced updates of " + resource + " are lost: " + fork);
            }
          }
        });
  }

  private boolean isExcused(String update) {
    String id = update.substring(0, update.indexOf('/'));
    Work work = works.get(id);
    return excused.contains(update) || excused.contains(id) || (work != null && isForced(work));
  }
}
