package dev.fen.datastore.verify;

import dev.fen.s3.TagForm;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a certification found. A pass is evidence, not proof: {@link #excludedFaultRate} says how
 * much.
 *
 * @param passed whether no check failed, and none was left undecided
 * @param checks every check, in the order in which people should read them
 * @param rounds how many races of creates and of replaces each were decided
 * @param excludedFaultRate the smallest share of faulty rounds that a pass of so many rounds
 *     excludes with 95 % confidence; 1 where no round was decided
 * @param clockDifferenceMillis how far the store's clock is before (positive) or behind this
 *     machine's; empty where the store does not tell its time. Often no finer than a second
 * @param tagForm how the store wants its entity tags back; null where it has none, or takes none
 * @param at when the certification ended, by this machine's clock
 * @param version the Fen that made it
 * @param remarks what else people should know
 * @param stores which stores it goes for, as {@link Candidate#identity} calls them: one, or several
 *     names of one that is reached over several addresses
 */
public record Verdict(
    boolean passed,
    List<Check> checks,
    int rounds,
    double excludedFaultRate,
    OptionalLong clockDifferenceMillis,
    @Nullable TagForm tagForm,
    Instant at,
    String version,
    List<String> remarks,
    List<String> stores) {

  private static final int MOST_STORES = 10;

  /**
   * Copies the lists.
   *
   * @param passed whether no check failed, and none was left undecided
   * @param checks every check
   * @param rounds how many races of creates and of replaces each were decided
   * @param excludedFaultRate the smallest share of faulty rounds that a pass excludes
   * @param clockDifferenceMillis how far the store's clock is before this machine's
   * @param tagForm how the store wants its entity tags back, or null
   * @param at when the certification ended
   * @param version the Fen that made it
   * @param remarks what else people should know
   * @param stores which stores it goes for
   * @throws IllegalArgumentException if it says passed although a check did not
   */
  public Verdict {
    checks = List.copyOf(checks);
    remarks = List.copyOf(remarks);
    stores = List.copyOf(stores);
    if (passed && !isPass(checks)) {
      throw new IllegalArgumentException("a verdict with a failed check cannot be a pass");
    }
  }

  /**
   * The same, for further stores too: a copy of a verdict says nothing of where it was copied to,
   * but those who reach one store over two addresses must not certify it in turns.
   *
   * @param others which; the first ten in all are kept
   * @return another verdict
   */
  public Verdict alsoOn(List<String> others) {
    return new Verdict(
        passed,
        checks,
        rounds,
        excludedFaultRate,
        clockDifferenceMillis,
        tagForm,
        at,
        version,
        remarks,
        Stream.concat(stores.stream(), others.stream()).distinct().limit(MOST_STORES).toList());
  }

  static boolean isPass(List<Check> checks) {
    return checks.stream()
        .noneMatch(
            check ->
                check.result() == Check.Result.FAILED || check.result() == Check.Result.UNDECIDED);
  }

  /**
   * The checks that the store failed. Where there are none and it has not passed either, it
   * answered too rarely, and another time it may pass.
   *
   * @return the checks by which it broke a promise
   */
  public List<Check> failed() {
    return checks.stream().filter(check -> check.result() == Check.Result.FAILED).toList();
  }

  /**
   * The smallest rate of faulty rounds that would, in 95 of 100 certifications, have shown at least
   * once in so many rounds.
   *
   * @param rounds how many rounds
   * @return a rate from 0 to 1; 1 for no rounds
   */
  public static double excludedBy(int rounds) {
    return rounds < 1 ? 1 : 1 - Math.pow(0.05, 1.0 / rounds);
  }

  /**
   * The verdict as it is kept in the store.
   *
   * @return one JSON object
   */
  public String toJson() {
    return VerdictJson.write(this);
  }

  /**
   * Reads a verdict that was kept. Unknown fields are ignored, and whatever may be printed is free
   * of control characters.
   *
   * @param body any text
   * @return the verdict, or why it is none; never fails
   */
  public static Reading parse(String body) {
    return VerdictJson.read(body);
  }

  /** What a body that should be a verdict means. */
  public sealed interface Reading {

    /**
     * It is a verdict.
     *
     * @param verdict which
     */
    record Readable(Verdict verdict) implements Reading {}

    /**
     * It is none, or one of another format: the store counts as not certified.
     *
     * @param why a few words, fit to follow "it cannot be read:"
     */
    record Unreadable(String why) implements Reading {}
  }
}
