package dev.fen.cli;

import com.grack.nanojson.JsonWriter;
import dev.fen.datastore.Verification;
import dev.fen.datastore.verify.CannotVerifyException;
import dev.fen.datastore.verify.Check;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Verdict;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.text.Texts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code fen datastore verify}. */
final class VerifyCommand {

  private final Terminal terminal;
  private final Settings settings;
  private final boolean json;
  private final Extent extent;

  VerifyCommand(Terminal terminal, Settings settings, boolean json, Extent extent) {
    this.extent = extent;
    this.terminal = terminal;
    this.settings = settings;
    this.json = json;
  }

  /**
   * Certifies the datastore.
   *
   * @param atLeast how long it goes on at least
   * @return how to exit
   */
  int run(Duration atLeast) throws InterruptedException {
    Datastore datastore = find();
    if (datastore == null) {
      throw CliException.noDatastore(settings.workingFolder(), "the one to verify");
    }
    Verification.Outcome outcome = verify(datastore, atLeast);
    Verdict verdict = outcome.verdict();
    requireAnswers(datastore.location(), verdict);
    if (json) {
      terminal.printJson(document(datastore.location(), verdict, outcome.notKept()));
    } else {
      terminal.print(Texts.lines(text(datastore.location(), verdict)));
    }
    outcome
        .notKept()
        .ifPresent(
            why ->
                terminal.say(
                    "warning: this verdict could not be kept as fen-store.json, so another one may still be in force: "
                        + why));
    return verdict.passed() ? ExitCode.GOOD : ExitCode.FAILED;
  }

  private @Nullable Datastore find() throws InterruptedException {
    try {
      return new DatastoreFinder(settings, terminal::say).find();
    } catch (CliException told) {
      if (told.exitCode() != ExitCode.FAILED) {
        throw told;
      }
      // That is for a datastore that did not pass.
      throw new CliException(
          ExitCode.BAD_CONFIGURATION, "cannot_verify", String.valueOf(told.getMessage()), told);
    }
  }

  private Verification.Outcome verify(Datastore datastore, Duration atLeast)
      throws InterruptedException {
    Verification verification = new Verification(SystemPlatform.get(), Main.version());
    try (VerifyProgress progress = new VerifyProgress(terminal, atLeast)) {
      return datastore.verify(verification, extent.lasting(atLeast), progress);
    } catch (CannotVerifyException unknown) {
      throw new CliException(
          ExitCode.BAD_CONFIGURATION,
          "cannot_verify",
          String.valueOf(unknown.getMessage()),
          unknown);
    }
  }

  /** Where nothing was answered there is nothing to show. */
  static void requireAnswers(String datastore, Verdict verdict) {
    Check unanswered = verdict.checks().get(0);
    if (verdict.checks().size() == 1 && unanswered.result() == Check.Result.UNDECIDED) {
      throw new CliException(
          ExitCode.BAD_CONFIGURATION,
          "cannot_verify",
          (unanswered.measured().contains(datastore) ? "" : datastore + ": ")
              + unanswered.measured()
              + "; nothing can be said of it, try again when it is well"
              + String.join("", verdict.remarks().stream().map(remark -> "; " + remark).toList()),
          null);
    }
  }

  static String document(String datastore, Verdict verdict, Optional<String> notKept) {
    StringBuilder json = new StringBuilder("{\"datastore\":").append(JsonWriter.string(datastore));
    notKept.ifPresent(why -> json.append(",\"notKept\":").append(JsonWriter.string(why)));
    return json.append(",\"verdict\":").append(verdict.toJson()).append('}').toString();
  }

  static String text(String datastore, Verdict verdict) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("CHECK", "RESULT", "WHAT IT MEANS"));
    for (Check check : verdict.checks()) {
      rows.add(
          List.of(check.name(), check.result().name().toLowerCase(Locale.ROOT), check.meaning()));
    }
    StringBuilder text = new StringBuilder(Columns.lines(rows, 3)).append("\nSeen:\n");
    List<List<String>> seen = new ArrayList<>();
    for (Check check : verdict.checks()) {
      seen.add(List.of("  " + check.name(), check.measured()));
    }
    text.append(Columns.lines(seen, 2)).append('\n');
    verdict.remarks().forEach(remark -> text.append("Note: ").append(remark).append('\n'));
    return text.append(conclusion(datastore, verdict)).toString();
  }

  private static String conclusion(String datastore, Verdict verdict) {
    if (!verdict.failed().isEmpty()) {
      return "FAILED: "
          + datastore
          + " does not keep its word ("
          + String.join(", ", verdict.failed().stream().map(Check::name).toList())
          + "). Do not keep locks there: two could hold one at once.";
    }
    if (!verdict.passed()) {
      return "UNDECIDED: "
          + datastore
          + " answered too rarely to be judged. Try again when it is well.";
    }
    return "passed: "
        + verdict.rounds()
        + " rounds of racing creates and as many of racing replaces, one winner in each, in "
        + datastore
        + ".\nA fault in "
        + String.format(Locale.ROOT, "%.2g %%", 100 * verdict.excludedFaultRate())
        + " of the rounds or more would have shown in 95 of 100 such runs. A pass is evidence, not proof.";
  }
}
