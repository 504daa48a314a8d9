package dev.fen.datastore.verify;

import dev.fen.lock.platform.Platform;
import dev.fen.s3.TagForm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Certifies that a store keeps what {@link dev.fen.lock.store.RegisterStore} promises.
 *
 * <p>Everything happens under keys of its own, {@code verify/<random id>/...}, which are removed as
 * far as the store lets them. Each store call has a time limit of 15 s; one over it counts as
 * unknown, and a store that does not answer is not certified. Threads are bounded by the extent,
 * and none keeps the process alive, not even one that hangs in the store.
 */
public final class Certification {

  static final String CLEAN_UP = "clean-up";
  static final String TAG_FORM = "tag form";

  private static final Duration CALL_LIMIT = Duration.ofSeconds(15);

  /** Some stores allow one write a second to a key. */
  private static final Duration PAUSE = Duration.ofMillis(1_200);

  private static final int SPARE_THREADS = 32;

  private final Platform platform;
  private final String version;
  private final Duration callLimit;
  private final Duration pause;

  /**
   * A certification.
   *
   * @param platform the machine
   * @param version the Fen that certifies, as the verdict names it
   */
  public Certification(Platform platform, String version) {
    this(platform, version, CALL_LIMIT, PAUSE);
  }

  /** Tests have no time for the real limits. */
  Certification(Platform platform, String version, Duration callLimit, Duration pause) {
    this.platform = platform;
    this.version = version;
    this.callLimit = callLimit;
    this.pause = pause;
  }

  /**
   * Makes all checks.
   *
   * @param candidate the store; whoever made it closes it
   * @param extent how much is done
   * @param patience after how long it is given up
   * @param progress is told how far it is, on this thread
   * @return what was found
   * @throws CannotVerifyException if nothing can be said of the store, since it cannot be reached,
   *     refuses for good or takes too long. What was written is removed, as far as that is possible
   *     within 5 s; the message says what is left
   * @throws InterruptedException if the thread is interrupted. What was written is removed in the
   *     same way; the message says what is left, and is null if nothing is
   */
  public Verdict run(Candidate candidate, Extent extent, Patience patience, Progress progress)
      throws InterruptedException {
    int threads =
        SPARE_THREADS + Math.max(Ground.SWEPT_AT_ONCE, extent.racers() * extent.parallelRounds());
    Ground ground =
        new Ground(candidate, platform, new Calls(platform, threads, callLimit), pause, patience);
    Farthest farthest = new Farthest(progress);
    try {
      return run(candidate, ground, extent, farthest);
    } catch (InterruptedException stopped) {
      ground.abandon();
      List<String> left = ground.leftovers();
      throw left.isEmpty() ? stopped : new InterruptedException(String.join("; ", left));
    } catch (Calls.OutOfTimeException late) {
      ground.abandon();
      throw new CannotVerifyException(
          candidate.location()
              + " could not be verified: "
              + (ground.hasTakenWrite()
                  ? "after "
                      + patience.inAll().toSeconds()
                      + " s it was given up, at "
                      + farthest.reached()
                  : "it acknowledged no write within "
                      + patience.untilFirstWrite().toSeconds()
                      + " s ("
                      + ground.lastFailure()
                      + ")")
              + "; try again when the store is well"
              + also(ground.leftovers()),
          false,
          late);
    } catch (CannotVerifyException failed) {
      ground.abandon();
      throw new CannotVerifyException(
          failed.getMessage() + also(ground.leftovers()), failed.isPermanent(), failed.getCause());
    } catch (RuntimeException failed) {
      ground.abandon();
      throw failed;
    }
  }

  private static String also(List<String> leftovers) {
    return leftovers.isEmpty() ? "" : "; " + String.join("; ", leftovers);
  }

  /** Remembers how far it came. */
  private static final class Farthest implements Progress {
    private final Progress progress;
    private String reached = "the beginning";

    Farthest(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void at(String check, int done, int of) {
      reached = check + " (" + done + " of " + of + ")";
      progress.at(check, done, of);
    }

    String reached() {
      return reached;
    }
  }

  private Verdict run(Candidate candidate, Ground ground, Extent extent, Progress progress)
      throws InterruptedException {
    Races races = new Races(ground, extent, progress, platform.nanoTime());
    TagForm tagForm = ground.connect();
    Times times = new Times(ground);
    List<Check> checks = new ArrayList<>();
    Check answers = new Basics(ground).answers();
    checks.add(answers);
    progress.at(Basics.ANSWERS, 1, 1);
    if (answers.result() == Check.Result.PASSED) {
      makeChecks(ground, extent, progress, races, times, checks);
      tagCheck(candidate.tagForms(), tagForm).ifPresent(checks::add);
    }
    progress.at(CLEAN_UP, 0, 1);
    try {
      ground.sweep();
      ground.close();
    } catch (Calls.OutOfTimeException late) {
      // What was found holds all the same.
      ground.abandon();
    }
    progress.at(CLEAN_UP, 1, 1);
    int rounds = races.decided();
    return new Verdict(
        Verdict.isPass(checks),
        checks,
        rounds,
        Verdict.excludedBy(rounds),
        times.clockDifference(),
        tagForm,
        Instant.ofEpochMilli(platform.currentTimeMillis()),
        version,
        remarks(ground, times.clockDifference()),
        List.of(candidate.identity()));
  }

  private static void makeChecks(
      Ground ground, Extent extent, Progress progress, Races races, Times times, List<Check> checks)
      throws InterruptedException {
    times.start();
    List<Check> refusals = new Basics(ground).refusals();
    progress.at(Basics.REFUSALS, refusals.size(), refusals.size());
    Optional<Check> overtaking = new Overtaking(ground).run();
    progress.at(Overtaking.NAME, 1, 1);
    boolean isOver = isOver(extent, overtaking.stream().toList());
    try {
      races.run(isOver);
    } catch (Calls.OutOfTimeException late) {
      if (!isOver) {
        throw late;
      }
    }
    checks.addAll(races.checks());
    overtaking.ifPresent(checks::add);
    checks.addAll(refusals);
    if (isOver(extent, checks)) {
      return;
    }
    Visibility visibility = new Visibility(ground, extent, progress);
    checks.addAll(visibility.afterWrite());
    checks.add(visibility.cross());
    checks.add(new Counter(ground, extent, progress).run());
    times.end();
    checks.add(times.ages());
    checks.add(times.clock());
  }

  private static boolean isOver(Extent extent, List<Check> checks) {
    return extent.endsAtFault()
        && checks.stream().anyMatch(check -> check.result() == Check.Result.FAILED);
  }

  private static Optional<Check> tagCheck(List<TagForm> forms, @Nullable TagForm found) {
    if (forms.isEmpty()) {
      return Optional.empty();
    }
    String form = found == null ? "" : found.name().toLowerCase(Locale.ROOT);
    if (found == null) {
      return Optional.of(
          new Check(
              TAG_FORM,
              Check.Result.FAILED,
              "no tag was taken back, neither with its quotes nor without",
              "no lock can be renewed or given back here: the store refuses If-Match with the right"
                  + " tag"));
    }
    return Optional.of(
        forms.size() == 1
            ? new Check(
                TAG_FORM,
                Check.Result.SKIPPED,
                form + ", as it is set",
                "the other form was not tried; the checks were made with this one")
            : new Check(
                TAG_FORM,
                Check.Result.PASSED,
                form,
                "this is how Fen sends entity tags to this store"));
  }

  private List<String> remarks(Ground ground, OptionalLong clockDifference) {
    List<String> remarks = new ArrayList<>(ground.leftovers());
    if (clockDifference.isPresent() && Math.abs(clockDifference.getAsLong()) > 60_000) {
      remarks.add("the clocks of the store and of this machine are more than a minute apart");
    }
    return remarks;
  }
}
