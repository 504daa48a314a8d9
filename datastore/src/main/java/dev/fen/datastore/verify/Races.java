package dev.fen.datastore.verify;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Many writers on one condition, released together, round after round. Each round is a race of
 * creates on a fresh key, and then a race of replaces on what that has left.
 */
final class Races {

  static final String CREATES = "create race";
  static final String REPLACES = "replace race";

  /** A store that is known to fail needs no further rounds. */
  private static final int ENOUGH_FAULTS = 50;

  /** The last ones are removed with all else, but a long run must not pile them up. */
  private static final int SWEPT_AT = 500;

  private final Ground ground;
  private final Extent extent;
  private final Progress progress;
  private final long startNanos;
  private final Tally creates = new Tally();
  private final Tally replaces = new Tally();
  private final List<RegisterKey> finished = new ArrayList<>();
  private int lastKey;

  /**
   * The races of one certification.
   *
   * @param startNanos when the certification began, for the time it has to last at least
   */
  Races(Ground ground, Extent extent, Progress progress, long startNanos) {
    this.ground = ground;
    this.extent = extent;
    this.progress = progress;
    this.startNanos = startNanos;
  }

  /**
   * Makes the races.
   *
   * @param briefly whether it is known already that the store fails: then they only tell more
   */
  void run(boolean briefly) throws InterruptedException {
    progress.at("races", 0, extent.rounds());
    while (isMoreToDo() && !(briefly && ended() > 0)) {
      int left = extent.rounds() - ended();
      round(left > 0 ? Math.min(left, extent.parallelRounds()) : extent.parallelRounds());
      progress.at("races", ended(), Math.max(ended(), extent.rounds()));
    }
  }

  private int ended() {
    return Math.min(creates.ended(), replaces.ended());
  }

  private boolean isMoreToDo() {
    if (hasGivenUp() || faults() >= (extent.endsAtFault() ? 1 : ENOUGH_FAULTS)) {
      return false;
    }
    boolean isTimeLeft = ground.platform().nanoTime() - startNanos < extent.atLeast().toNanos();
    return ended() < extent.rounds() || isTimeLeft && faults() == 0;
  }

  private int faults() {
    return creates.faults + replaces.faults;
  }

  private boolean hasGivenUp() {
    // A few lost answers in ten thousand requests say nothing about the store; it goes on for
    // those, yet not for ever.
    int allowed = 5 + ended() / 4;
    return Math.max(creates.undecided, replaces.undecided) > allowed;
  }

  int decided() {
    return Math.min(creates.won, replaces.won);
  }

  List<Check> checks() {
    return List.of(
        creates.check(
            CREATES,
            extent,
            "of all who take a free lock at once, one gets it",
            "two may take a free lock at once: do not keep locks here"),
        replaces.check(
            REPLACES,
            extent,
            "of all who take over a lock at once, one gets it",
            "two may take over a lock at once: do not keep locks here"));
  }

  private void round(int side) throws InterruptedException {
    List<Contest> onCreate = new ArrayList<>();
    for (int i = 0; i < side; i++) {
      onCreate.add(new Contest(ground.key("race-" + ++lastKey), null));
    }
    settle(onCreate, creates);
    List<Contest> onReplace = new ArrayList<>();
    for (Contest contest : onCreate) {
      if (contest.left == null) {
        replaces.undecided++;
      } else {
        onReplace.add(new Contest(contest.key, contest.left));
      }
    }
    settle(onReplace, replaces);
    finished.addAll(onCreate.stream().map(contest -> contest.key).toList());
    if (finished.size() >= SWEPT_AT) {
      ground.sweep(finished);
      finished.clear();
    }
  }

  /** Runs the contests side by side, those without a winner again. */
  private void settle(List<Contest> contests, Tally tally) throws InterruptedException {
    List<Contest> open = new ArrayList<>(contests);
    for (int tries = 0; !open.isEmpty(); tries++) {
      race(open);
      List<ReadResult> found =
          ground.readAll(open.stream().map(contest -> contest.key).toList(), lastKey + tries);
      List<Contest> again = new ArrayList<>();
      for (int i = 0; i < open.size(); i++) {
        Contest contest = open.get(i);
        contest.left = found.get(i) instanceof ReadResult.Present present ? present : null;
        Judgement judgement = Judgement.of(contest.told, contest.before, found.get(i));
        if (judgement instanceof Judgement.NoWinner && tries + 1 < Ground.TRIES) {
          again.add(contest);
        } else {
          tally.count(judgement, contest);
        }
      }
      open = again;
      if (!open.isEmpty()) {
        ground.pause();
      }
    }
  }

  private void race(List<Contest> contests) throws InterruptedException {
    record Start(Contest contest, String body) {}
    List<Start> starts = new ArrayList<>();
    List<Supplier<WriteResult>> writes = new ArrayList<>();
    for (Contest contest : contests) {
      ReadResult.Present before = contest.before;
      Version expected = before == null ? null : before.version();
      for (int i = 0; i < extent.racers(); i++) {
        String body = ground.body();
        RegisterStore connection = ground.connection(i);
        starts.add(new Start(contest, body));
        writes.add(() -> Ground.write(connection, contest.key, expected, body));
      }
    }
    List<WriteResult> results = ground.calls().together(writes, 1, WriteResult.Unknown::new);
    for (int i = 0; i < results.size(); i++) {
      Ground.endIfPermanent(results.get(i));
      Start start = starts.get(i);
      start.contest.told.put(start.body, results.get(i));
    }
  }

  /** One race: what its racers wrote and were told. */
  private static final class Contest {
    final RegisterKey key;
    final ReadResult.@Nullable Present before;
    final Map<String, WriteResult> told = new LinkedHashMap<>();
    ReadResult.@Nullable Present left;

    Contest(RegisterKey key, ReadResult.@Nullable Present before) {
      this.key = key;
      this.before = before;
    }
  }

  /** What a race comes to. */
  sealed interface Judgement {
    /**
     * There was one winner.
     *
     * @param isTold whether it was told so, and not only found to be the winner by the read
     */
    record Won(boolean isTold) implements Judgement {}

    record Fault(String what) implements Judgement {}

    /** Nobody got through, and nobody was told that somebody else had. */
    record NoWinner() implements Judgement {}

    /** The register could not be read. */
    record Unread() implements Judgement {}

    /**
     * Judges a race.
     *
     * @param told what each racer wrote and was told
     * @param before what was there before, or null
     * @param found what was there after
     */
    static Judgement of(
        Map<String, WriteResult> told, ReadResult.@Nullable Present before, ReadResult found) {
      List<String> winners = new ArrayList<>();
      boolean anyConflict = false;
      for (Map.Entry<String, WriteResult> one : told.entrySet()) {
        if (one.getValue() instanceof WriteResult.Applied) {
          winners.add(one.getKey());
        }
        anyConflict |= one.getValue() instanceof WriteResult.Conflict;
      }
      if (winners.size() > 1) {
        return new Fault(winners.size() + " of " + told.size() + " racers were told they had won");
      }
      if (found instanceof ReadResult.Unknown) {
        return new Unread();
      }
      String body = found instanceof ReadResult.Present present ? present.body() : null;
      if (winners.size() == 1) {
        return winners.get(0).equals(body)
            ? new Won(true)
            : new Fault("one racer was told it had won, but its write was not there afterwards");
      }
      if (body == null ? before == null : before != null && body.equals(before.body())) {
        return anyConflict
            ? new Fault("racers were told that somebody else had won, but nobody had")
            : new NoWinner();
      }
      WriteResult toldWriter = body == null ? null : told.get(body);
      if (toldWriter == null) {
        return new Fault("afterwards there was something that no racer had written");
      }
      return toldWriter instanceof WriteResult.Unknown
          ? new Won(false)
          : new Fault("a racer was told it had not written, but its write was there");
    }
  }

  private static final class Tally {
    int won;
    int untold;
    int faults;
    int undecided;
    String firstFault = "";

    int ended() {
      return won + faults;
    }

    void count(Judgement judgement, Contest contest) {
      if (judgement instanceof Judgement.Won win) {
        won++;
        untold += win.isTold() ? 0 : 1;
      } else if (judgement instanceof Judgement.Fault fault) {
        if (++faults == 1) {
          firstFault = fault.what() + " (" + contest.key + ")";
        }
      } else {
        undecided++;
      }
    }

    Check check(String name, Extent extent, String good, String bad) {
      String none = undecided == 0 ? "" : "; " + undecided + " more without a winner or an answer";
      if (faults > 0) {
        return new Check(
            name,
            Check.Result.FAILED,
            faults + " of " + ended() + " rounds went wrong" + none + "; first: " + firstFault,
            bad);
      }
      String measured =
          won
              + " rounds of "
              + extent.racers()
              + " racers, one winner in each"
              + (untold == 0 ? "" : ", in " + untold + " without an answer to it")
              + none;
      if (won < extent.rounds() && undecided == 0) {
        return new Check(
            name,
            Check.Result.SKIPPED,
            measured,
            "too few rounds to judge by: something else has gone wrong");
      }
      return won >= extent.rounds() && untold <= won / 2
          ? new Check(name, Check.Result.PASSED, measured, good)
          : new Check(
              name,
              Check.Result.UNDECIDED,
              measured,
              "the store answered too rarely to be judged: try again when it is well");
    }
  }
}
