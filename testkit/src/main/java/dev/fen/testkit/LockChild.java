package dev.fen.testkit;

import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.WriteResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a real process does in the tests of the contract that need one: it takes locks and tells on
 * its standard output how that went. The main method of a store's own child opens the store and
 * calls {@link #run}.
 */
public final class LockChild {

  static final String HOLD = "hold";
  static final String COUNT = "count";
  static final String ONCE = "once";
  static final String TRY = "try";
  static final String MIX = "mix";

  /** How runs are ordered of a {@link #MIX} child; everything else is structural commands. */
  static final String RUN = "run";

  /** Long enough for a run that does not wait to come in. */
  private static final long STRUCTURAL_WORK_MILLIS = 150;

  private static final Duration STRUCTURAL_WAIT = Duration.ofSeconds(2);

  /** What is counted up under the lock; whoever writes it bears the token of its lease. */
  static final RegisterKey COUNTER = new RegisterKey("counter");

  private final RegisterStore store;
  private final LockService locks;
  private final BufferedReader input =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  private int writes;

  private LockChild(RegisterStore store, Duration ttl) {
    this.store = store;
    this.locks =
        new LockService(
            store,
            LockOptions.of("test").withTtl(ttl).withMaxWait(Duration.ofMinutes(2)),
            SystemPlatform.get());
  }

  /**
   * Does what a test orders, and returns when it is done or the test closes the standard input.
   *
   * @param store a store of this process's own on the medium of the test
   * @param orders the arguments that followed those of {@link Medium#childCommand}
   * @throws Exception whatever goes wrong; the test sees it on the standard output
   */
  public static void run(RegisterStore store, List<String> orders) throws Exception {
    Duration ttl = Duration.ofMillis(Long.parseLong(orders.get(1)));
    LockChild child = new LockChild(store, ttl);
    switch (orders.get(0)) {
      case HOLD -> child.hold();
      case ONCE -> child.once();
      case TRY -> child.tryOnce();
      case MIX -> child.mix(new FileReferee(Path.of(orders.get(2))));
      default -> child.count();
    }
  }

  private static void say(String text) {
    System.out.println(text);
    System.out.flush();
  }

  /** Holds the lock; says whether it still does when it is asked. */
  private void hold() throws IOException, InterruptedException {
    Lease lease = locks.acquire(Scenario.LOCK);
    say("held " + lease.token());
    while (input.readLine() != null) {
      try {
        lease.ensureHeld();
        say("held");
      } catch (LockLostException lost) {
        say("lost " + lost.lossCause());
      }
    }
    lease.close();
  }

  /** Takes the lock, which must be to be had without waiting, and gives it back. */
  private void once() throws InterruptedException {
    try (Lease lease = locks.acquire(Scenario.LOCK, locks.defaults().withMaxWait(Duration.ZERO))) {
      say("token " + lease.token());
    }
    locks.close();
    say("done");
  }

  /** Makes one attempt and says whether it got the lock. */
  private void tryOnce() throws InterruptedException {
    try (LockService service = locks) {
      say(service.tryAcquire(Scenario.LOCK).isPresent() ? "got it" : "somebody holds it");
    }
  }

  /**
   * Counts up under the lock as often as each line says. Whoever comes at once again is not waited
   * for by anybody: on a store that is polled the others would hardly get a turn.
   */
  private void count() throws IOException, InterruptedException {
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      for (int i = Integer.parseInt(line); i > 0; i--) {
        try (Lease lease = locks.acquire(Scenario.LOCK)) {
          say("token " + lease.token());
          say(countUp(lease));
        } catch (LockLostException lost) {
          say("lost");
        }
      }
    }
    locks.close();
    say("done");
  }

  /**
   * As everybody does who guards a thing by the token: first the token is raised, so that no
   * earlier holder can write any more, and only then it is read and written.
   */
  private String countUp(Lease lease) {
    WriteResult raised = write(lease, 0);
    while (!(raised instanceof WriteResult.Applied)) {
      lease.ensureHeld();
      raised = write(lease, 0);
    }
    WriteResult counted = write(lease, 1);
    if (counted instanceof WriteResult.Applied) {
      return "counted";
    }
    lease.ensureHeld();
    return counted instanceof WriteResult.Conflict ? "overlap" : "doubt";
  }

  /** One swap of the counter: {@code count token unique}. */
  private WriteResult write(Lease lease, long more) {
    String mark = " " + lease.token() + " " + ProcessHandle.current().pid() + "-" + ++writes;
    ReadResult read = store.read(COUNTER);
    if (read instanceof ReadResult.Present present) {
      String[] parts = present.body().split(" ", 3);
      if (Long.parseLong(parts[1]) > lease.token()) {
        return new WriteResult.Conflict();
      }
      return store.replace(COUNTER, present.version(), (Long.parseLong(parts[0]) + more) + mark);
    }
    return read instanceof ReadResult.Unknown unknown
        ? new WriteResult.NotApplied(unknown.failure())
        : store.create(COUNTER, more + mark);
  }

  /**
   * Makes runs or structural commands, as the line says: {@code run 6 1} is six runs, on models
   * that are drawn by the seed 1.
   */
  private void mix(FileReferee referee) throws IOException, InterruptedException {
    say("ready");
    String[] order = Objects.requireNonNull(input.readLine()).split(" ");
    Random random = new Random(Long.parseLong(order[2]));
    for (int turn = Integer.parseInt(order[1]); turn > 0 && !input.ready(); ) {
      Set<String> models = order[0].equals(RUN) ? someModels(random) : Set.of();
      try (LeaseGroup group = acquire(models)) {
        String beside = referee.enter(models);
        say(beside == null ? "worked" : "overlap: " + models + " beside " + beside);
        Thread.sleep(models.isEmpty() ? STRUCTURAL_WORK_MILLIS : 5 + random.nextInt(15));
        group.ensureHeld();
        referee.leave();
        turn--;
      } catch (LockTimeoutException busy) {
        // A structural command tries again: what keeps it out are runs, which come to an end.
      }
    }
    locks.close();
    say("done");
  }

  private LeaseGroup acquire(Set<String> models) throws InterruptedException {
    return models.isEmpty()
        ? locks.models().acquireGlobal(locks.defaults().withMaxWait(STRUCTURAL_WAIT), status -> {})
        : locks.models().acquireModels(models);
  }

  private static Set<String> someModels(Random random) {
    Set<String> models = new TreeSet<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      models.add("t/m" + random.nextInt(4));
    }
    return models;
  }
}
