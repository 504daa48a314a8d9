package dev.fen.datastore.verify;

import dev.fen.datastore.verify.Candidate.LateWriter;
import dev.fen.datastore.verify.Races.Judgement;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a write is refused that has begun before another one on the same condition, and whose
 * content comes when that one is done. Many a store that lets two win a race looks at the condition
 * when it is told of the write, and writes when it has the content: here it shows that each time,
 * while in a race the two have to meet within a moment.
 */
final class Overtaking {

  static final String NAME = "overtaken write";

  /** Of creates and of replaces each, all side by side. */
  private static final int CONTESTS = 5;

  /** What the store gets to look at the condition before the other write comes. */
  private static final long HEAD_START_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** A store may keep the other write waiting until the first one is complete, and then does. */
  private static final long HELD_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final int STEPS = 2;

  private final Ground ground;
  private final Tally creates = new Tally();
  private final Tally replaces = new Tally();
  private boolean isRefused;
  private StoreFailure lastFailure = StoreFailure.passing("there was no answer", null);

  Overtaking(Ground ground) {
    this.ground = ground;
  }

  private static final class Tally {
    int single;
    int faults;
    String firstFault = "";

    /** Of the last try: slow writes that were turned away, and others. */
    int turnedAway;

    int others;

    void nextTry() {
      turnedAway = 0;
      others = 0;
    }

    boolean isOnlyTurnedAway() {
      return turnedAway > 0 && others == 0;
    }
  }

  /** A write that is overtaken, and the one that overtakes it. */
  private record Contest(
      RegisterKey key, ReadResult.@Nullable Present before, String slow, String quick) {

    @Nullable Version expected() {
      return before == null ? null : before.version();
    }
  }

  /** Nothing where the store gets writes as a whole. */
  Optional<Check> run() throws InterruptedException {
    Optional<LateWriter> writer = ground.lateWriter();
    if (writer.isEmpty()) {
      return Optional.empty();
    }
    try {
      for (int tries = 0; tries < Ground.TRIES && !isDecided() && !isTurnedAway(); tries++) {
        List<Contest> contests = new ArrayList<>();
        for (int i = 0; i < CONTESTS; i++) {
          RegisterKey key = ground.key("overtaken-new-" + tries + "-" + i);
          contests.add(new Contest(key, null, ground.body(), ground.body()));
        }
        contests.addAll(onPresent(tries));
        if (tries > 0) {
          ground.pause();
        }
        judge(contests, writer.get());
      }
    } finally {
      ground.calls().start(writer.get()::close);
    }
    return Optional.of(check());
  }

  private boolean isDecided() {
    return creates.faults + replaces.faults > 0 || creates.single > 0 && replaces.single > 0;
  }

  /** Such writes are not for this store, or always come too fast for it. */
  private boolean isTurnedAway() {
    return isRefused
        || (creates.single > 0 || creates.isOnlyTurnedAway())
            && (replaces.single > 0 || replaces.isOnlyTurnedAway());
  }

  private List<Contest> onPresent(int tries) throws InterruptedException {
    List<RegisterKey> keys = new ArrayList<>();
    List<Supplier<WriteResult>> writes = new ArrayList<>();
    for (int i = 0; i < CONTESTS; i++) {
      RegisterKey key = ground.key("overtaken-" + tries + "-" + i);
      RegisterStore connection = ground.connection(i);
      String body = ground.body();
      keys.add(key);
      writes.add(() -> connection.create(key, body));
    }
    for (WriteResult written : ground.calls().together(writes, 1, WriteResult.Unknown::new)) {
      Ground.endIfPermanent(written);
    }
    List<Contest> contests = new ArrayList<>();
    List<ReadResult> found = ground.readAll(keys, tries);
    for (int i = 0; i < keys.size(); i++) {
      if (found.get(i) instanceof ReadResult.Present before) {
        contests.add(new Contest(keys.get(i), before, ground.body(), ground.body()));
      }
    }
    return contests;
  }

  private void judge(List<Contest> contests, LateWriter writer) throws InterruptedException {
    List<Supplier<WriteResult>> writes = new ArrayList<>();
    for (int i = 0; i < contests.size(); i++) {
      Contest contest = contests.get(i);
      RegisterStore connection = ground.connection(i);
      Signal begun = ground.platform().newSignal();
      Signal overtaken = ground.platform().newSignal();
      writes.add(() -> writeSlowly(contest, writer, begun, overtaken));
      writes.add(() -> writeQuickly(contest, connection, begun, overtaken));
    }
    List<WriteResult> told = ground.calls().together(writes, STEPS, WriteResult.Unknown::new);
    creates.nextTry();
    replaces.nextTry();
    List<ReadResult> found = ground.readAll(contests.stream().map(Contest::key).toList(), 1);
    for (int i = 0; i < contests.size(); i++) {
      Contest contest = contests.get(i);
      WriteResult slow = told.get(2 * i);
      WriteResult quick = told.get(2 * i + 1);
      Ground.endIfPermanent(quick);
      count(
          contest,
          slow,
          Judgement.of(
              Map.of(contest.slow, slow, contest.quick, quick), contest.before, found.get(i)));
    }
  }

  private void count(Contest contest, WriteResult slow, Judgement judgement) {
    Tally tally = contest.before == null ? creates : replaces;
    if (slow instanceof WriteResult.NotApplied) {
      tally.turnedAway++;
    } else {
      tally.others++;
    }
    if (judgement instanceof Judgement.Fault fault) {
      if (++tally.faults == 1) {
        tally.firstFault = fault.what() + " (" + contest.key + ")";
      }
    } else if (slow instanceof WriteResult.Unknown unknown) {
      lastFailure = unknown.failure();
    } else if (slow instanceof WriteResult.NotApplied notApplied) {
      isRefused |= notApplied.failure().permanent();
      lastFailure = notApplied.failure();
    } else if (judgement instanceof Judgement.Won) {
      tally.single++;
    }
  }

  private static WriteResult writeSlowly(
      Contest contest, LateWriter writer, Signal begun, Signal overtaken) {
    try {
      return writer.write(
          contest.key,
          contest.expected(),
          contest.slow,
          () -> {
            begun.give();
            await(overtaken);
          });
    } finally {
      begun.give();
    }
  }

  private WriteResult writeQuickly(
      Contest contest, RegisterStore connection, Signal begun, Signal overtaken) {
    try {
      await(begun);
      Signal never = ground.platform().newSignal();
      never.await(HEAD_START_NANOS);
      return Ground.write(connection, contest.key, contest.expected(), contest.quick);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new WriteResult.Unknown(StoreFailure.passing("interrupted", stopped));
    } finally {
      overtaken.give();
    }
  }

  private static void await(Signal other) {
    try {
      boolean ignored = other.await(HELD_NANOS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private Check check() {
    int faults = creates.faults + replaces.faults;
    int single = creates.single + replaces.single;
    if (faults > 0) {
      return new Check(
          NAME,
          Check.Result.FAILED,
          faults
              + " of "
              + (faults + single)
              + " went wrong ("
              + creates.faults
              + " creates, "
              + replaces.faults
              + " replaces); first: "
              + (creates.faults > 0 ? creates.firstFault : replaces.firstFault),
          "two may take a lock, or take it over, at once: the store looks at the condition first and"
              + " writes later, do not keep locks here");
    }
    return isDecided()
        ? new Check(
            NAME,
            Check.Result.PASSED,
            single + " writes whose content came after another write: one winner each",
            "a writer whose connection is slow does not write over the one that came before it")
        : new Check(
            NAME,
            Check.Result.SKIPPED,
            "no such write came to an answer: " + lastFailure.message(),
            "unknown what the store makes of writers whose connection is slow; the races tell more");
  }
}
