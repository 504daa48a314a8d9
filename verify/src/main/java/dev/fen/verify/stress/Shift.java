package dev.fen.verify.stress;

import dev.fen.lock.LockLostException;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.LockTimeoutException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One thread of a worker. */
final class Shift implements Runnable {

  /** How long an acquisition may take however short its wait, and the limit of its last request. */
  private static final Duration FIRST_ATTEMPT = Duration.ofSeconds(5);

  private static final Duration REQUEST = Duration.ofSeconds(10);

  private final String name;
  private final Locker locker;
  private final RefereeLine line;
  private final Path folder;
  private final Random random;
  private int works;
  private int updates;

  Shift(String name, Locker locker, RefereeLine line, Path folder, Random random) {
    this.name = name;
    this.locker = locker;
    this.line = line;
    this.folder = folder;
    this.random = random;
  }

  @Override
  public void run() {
    try {
      while (true) {
        once();
        Thread.sleep(random.nextInt(100));
      }
    } catch (InterruptedException | ClosedByInterruptException stop) {
      // The referee said so.
    } catch (IOException | RuntimeException broken) {
      line.say("broken " + name + " " + broken.toString().replace('\n', ' '));
    }
  }

  private void once() throws InterruptedException, IOException {
    String work = name + "." + ++works;
    Wish wish = Wish.draw(random);
    Holding holding = acquire(work, wish);
    if (holding == null) {
      return;
    }
    line.begin(work, holding);
    try {
      work(work, wish, holding);
    } catch (LockLostException lost) {
      line.say("lost " + work + " " + lost.lossCause().name().toLowerCase(Locale.ROOT));
    } finally {
      line.finish(work);
      holding.close();
    }
  }

  private @Nullable Holding acquire(String work, Wish wish) throws InterruptedException {
    Duration wait = wish.maxWait().compareTo(FIRST_ATTEMPT) < 0 ? FIRST_ATTEMPT : wish.maxWait();
    line.say("asks " + work + " " + wait.toMillis() + " " + REQUEST.toMillis());
    String outcome = "interrupted";
    try {
      Holding holding = locker.acquire(wish);
      outcome = "got";
      return holding;
    } catch (LockTimeoutException late) {
      outcome = "timeout";
    } catch (LockStoreException failed) {
      System.out.println(work + ": " + failed.getMessage());
      outcome = "store";
    } catch (LockLostException lost) {
      outcome = "lost";
    } finally {
      line.say("asked " + work + " " + outcome);
    }
    return null;
  }

  private void work(String work, Wish wish, Holding holding)
      throws InterruptedException, IOException {
    String unused =
        line.ask(
            "work",
            work,
            holding.tokens().entrySet().stream()
                .map(one -> one.getKey() + "=" + one.getValue())
                .collect(Collectors.joining(",")));
    try {
      for (int step = random.nextInt(4); step >= 0; step--) {
        linger(wish.ttl());
        changeFenced(work, holding);
        for (String resource : wish.resources(random)) {
          changeUnfenced(work, resource, holding);
        }
      }
      holding.ensureHeld();
      unused = line.ask("end", work, "");
    } catch (InterruptedException | ClosedByInterruptException stop) {
      unused = line.ask("end", work, "");
      throw stop;
    }
  }

  /** Mostly a short time, now and then one in which the lease must be renewed. */
  private void linger(Duration ttl) throws InterruptedException {
    int most = random.nextInt(8) == 0 ? (int) ttl.toMillis() * 2 : 60;
    Thread.sleep(random.nextInt(most));
  }

  private void changeFenced(String work, Holding holding) {
    for (Map.Entry<String, Long> lock : holding.tokens().entrySet()) {
      String which = lock.getKey() + " " + lock.getValue();
      if (!isChanged(work, which)) {
        // Somebody has the lock who was given it later: that this one has lost it is known by now.
        holding.ensureHeld();
        line.say("superseded " + work + " " + which);
        return;
      }
    }
  }

  /** As a user is told to: touch it with the token, read it, write it. False when refused. */
  private boolean isChanged(String work, String which) {
    if (line.ask("touch", work, which).equals("refused")) {
      return false;
    }
    long read = Long.parseLong(line.ask("read", work, which));
    return !line.ask("write", work, which + " " + (read + 1)).equals("refused");
  }

  private void changeUnfenced(String work, String resource, Holding holding)
      throws InterruptedException, IOException {
    // Counts from before the lease is asked: what is longer than a takeover's margin is no loss to
    // blame the lock for.
    long start = System.nanoTime();
    holding.ensureHeld();
    int pause = random.nextInt(20);
    UnfencedCounter.Update update =
        new UnfencedCounter(folder, resource)
            .update(work + "/" + ++updates, () -> Thread.sleep(pause));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    line.say(
        "wrote "
            + work
            + " "
            + String.join(" ", resource, update.name(), update.parent(), update.grandparent())
            + " "
            + millis);
  }
}
