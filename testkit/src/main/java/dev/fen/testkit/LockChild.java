package dev.fen.testkit;

import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.WriteResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

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
}
