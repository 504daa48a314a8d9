package dev.fen.verify.simulation;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./fen-verify simulate}: plays histories and says what was wrong with them. */
@Command(
    name = "simulate",
    description = "Plays seeded histories of the production classes and checks what is promised.",
    mixinStandardHelpOptions = true)
public final class SimulateCommand implements Callable<Integer> {

  private static final long DEFAULT_HISTORIES = 20_000;

  @Option(
      names = "--histories",
      paramLabel = "N",
      description = "How many histories; 20000 where no time is given. One alone is told in full.")
  private @Nullable Long histories;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "The seed of the first history; each further one has the next.")
  private long seed;

  @Option(names = "--minutes", paramLabel = "M", description = "How long, at most.")
  private @Nullable Long minutes;

  private static final long MOST = 1_000_000_000_000_000L;

  @Spec private @Nullable CommandSpec spec;

  /** For the command line. */
  public SimulateCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    CommandLine commandLine = commandLine();
    requirePositive(commandLine, "--histories", histories);
    requirePositive(commandLine, "--minutes", minutes);
    requireCountable(commandLine, "--seed", seed);
    requireCountable(commandLine, "--histories", histories == null ? 0 : histories);
    // Failing releases are what is simulated here; their warnings would only hide the result.
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
    PrintWriter out = commandLine.getOut();
    if (histories != null && histories == 1) {
      History history = new World(new Planner(seed).plan(), true).play();
      tell(out, history);
      return history.violations().isEmpty() ? 0 : 1;
    }
    long most =
        histories != null ? histories : minutes != null ? Long.MAX_VALUE : DEFAULT_HISTORIES;
    long limit = minutes == null ? Long.MAX_VALUE / 2 : TimeUnit.MINUTES.toNanos(minutes);
    Hunt.Result result = new Hunt(seed, most, System.nanoTime() + limit).run();
    tell(out, result);
    return result.failures().isEmpty() && result.missing().isEmpty() ? 0 : 1;
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("run by the command line alone");
    }
    return spec.commandLine();
  }

  private static void requirePositive(
      CommandLine commandLine, String option, @Nullable Long value) {
    if (value != null && value < 1) {
      throw new ParameterException(commandLine, option + " must be at least 1");
    }
  }

  /** Seeds are counted on from the first one. */
  private static void requireCountable(CommandLine commandLine, String option, long value) {
    if (value < -MOST || value > MOST) {
      throw new ParameterException(commandLine, option + " must not be beyond " + MOST);
    }
  }

  private static void tell(PrintWriter out, Hunt.Result result) {
    double seconds = result.nanos() / 1e9;
    out.printf(
        "%d histories, seeds %d to %d, in %.0f s: %.0f a second%n",
        result.histories(),
        result.firstSeed(),
        result.firstSeed() + result.histories() - 1,
        seconds,
        result.histories() / seconds);
    out.println("They showed:");
    for (Sight sight : Sight.values()) {
      out.printf("  %5.1f %%  %s%n", result.share(sight), sight.title);
    }
    for (Sight sight : result.missing()) {
      out.println("TOO SELDOM, so that the run means little: " + sight.title);
    }
    if (result.failures().isEmpty()) {
      out.println("No violation.");
    }
    for (History failure : result.failures()) {
      out.printf(
          "%nVIOLATION with seed %d: %s%n", failure.plan().seed(), failure.violations().get(0));
    }
    if (!result.failures().isEmpty()) {
      tellSmallest(out, result.failures().get(0));
    }
    out.flush();
  }

  private static void tellSmallest(PrintWriter out, History failure) {
    long seed = failure.plan().seed();
    out.printf("%nReplay it: ./fen-verify simulate --seed %d --histories 1%n", seed);
    Violation.Rule rule = failure.violations().get(0).rule();
    if (rule == Violation.Rule.SPIN) {
      out.println("It is not cut down: each try would leave another thread behind that computes.");
      out.flush();
      return;
    }
    out.printf("Cut down to what it takes, and without what is only repeated:%n%n");
    History smallest = new World(new Shrinker(failure.plan(), rule).shrink(), true).play();
    tell(out, smallest, Trace.withoutRepetition(smallest.trace()));
  }

  private static void tell(PrintWriter out, History history) {
    tell(out, history, history.trace());
  }

  private static void tell(PrintWriter out, History history, List<String> trace) {
    Plan plan = history.plan();
    out.println("seed " + plan.seed() + ", " + plan.setting());
    tell(out, "process", plan.actors());
    tell(out, "fault", plan.faults());
    tell(out, "outage", plan.outages());
    tell(out, "event", plan.events());
    out.println();
    trace.forEach(out::println);
    out.println();
    if (history.violations().isEmpty()) {
      out.println("No violation.");
    }
    history.violations().forEach(violation -> out.println("VIOLATION: " + violation));
    out.flush();
  }

  private static void tell(PrintWriter out, String what, List<?> all) {
    all.forEach(one -> out.println(what + " " + one));
  }
}
