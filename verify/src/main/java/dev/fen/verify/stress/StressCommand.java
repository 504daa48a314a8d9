package dev.fen.verify.stress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./fen-verify stress}. */
@Command(
    name = "stress",
    mixinStandardHelpOptions = true,
    description = "Real processes that are killed, stopped and lied to, watched by a referee.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:nothing was found", "1:a violation", "2:bad usage"})
public final class StressCommand implements Callable<Integer> {

  private static final int PROCESSES = 5;
  private static final String CEPH = "FEN_TEST_CEPH";

  /** A week. */
  private static final int LONGEST_MINUTES = 10_080;

  private static final Duration SHORT = Duration.ofSeconds(10);

  /** What can be tried. */
  enum Store {
    directory,
    s3,
    ceph
  }

  @Option(
      names = "--minutes",
      paramLabel = "<minutes>",
      description = "How long in all; without it each store has ten seconds.")
  private @Nullable Double minutes;

  @Option(
      names = "--store",
      paramLabel = "<store>",
      split = ",",
      description =
          "directory, s3 (the fake one) or ceph (at $FEN_TEST_CEPH); the default is directory,s3. They take turns of five minutes at most.")
  private List<Store> stores = List.of(Store.directory, Store.s3);

  @Option(
      names = "--seed",
      paramLabel = "<number>",
      description = "What the driver draws from; the default is another one each time.")
  private @Nullable Long seed;

  @Option(
      names = "--in",
      paramLabel = "<folder>",
      description =
          "An existing folder for the directory store, such as a mount; the default is the system's folder for temporary files.")
  private @Nullable Path parent;

  @Spec private @Nullable CommandSpec spec;

  /** Made by the command line. */
  public StressCommand() {}

  /**
   * Runs it.
   *
   * @return 0 if nothing was found, else 1
   * @throws ParameterException if an option says what cannot be
   */
  @Override
  public Integer call() throws Exception {
    check();
    long first = seed == null ? System.nanoTime() : seed;
    if (!Skew.find().isPossible()) {
      System.out.println("libfaketime is not installed: all wall clocks are right in this run");
    }
    boolean good = true;
    long turn = 0;
    for (Turn next : turns()) {
      good &= play(next, first + turn++);
    }
    return good ? 0 : 1;
  }

  private void check() {
    if (minutes != null && !(minutes > 0 && minutes <= LONGEST_MINUTES)) {
      throw wrong("--minutes must be more than 0, and " + LONGEST_MINUTES + " at the most");
    }
    if (parent != null && !Files.isDirectory(parent)) {
      throw wrong("--in must name an existing folder, and " + parent + " is none");
    }
    if (stores.contains(Store.ceph) && System.getenv(CEPH) == null) {
      throw wrong(CEPH + " is not set: \".ci/ceph start <folder>\" prints what to set it to");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  private record Turn(Store store, Duration length) {}

  private List<Turn> turns() {
    List<Turn> turns = new ArrayList<>();
    if (minutes == null) {
      stores.forEach(store -> turns.add(new Turn(store, SHORT)));
      return turns;
    }
    Duration each = Duration.ofMillis(Math.round(minutes * 60_000 / stores.size()));
    long rounds = Math.max(1, each.toMinutes() / 5);
    for (long round = 0; round < rounds; round++) {
      stores.forEach(store -> turns.add(new Turn(store, each.dividedBy(rounds))));
    }
    return turns;
  }

  private boolean play(Turn turn, long turnSeed) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("fen-stress-");
    Findings findings = new Findings();
    Random random = new Random(turnSeed);
    try (Ground ground = ground(turn.store(), folder, random, findings)) {
      System.out.println(
          "stress on " + ground.name() + ", " + turn.length().toSeconds() + " s, seed " + turnSeed);
      Path files = Files.createDirectory(folder.resolve("files"));
      new Stress(WorkerCommand.of(Worker.class), PROCESSES, ground, files, findings, turnSeed)
          .run(turn.length());
    }
    findings.lines().forEach(System.out::println);
    boolean good = findings.violations().isEmpty();
    if (good) {
      delete(folder);
    } else {
      System.out.println("  what the processes printed is in " + folder);
    }
    return good;
  }

  private Ground ground(Store store, Path folder, Random random, Findings findings)
      throws IOException {
    return switch (store) {
      case directory ->
          new DirectoryGround(
              parent == null
                  ? Files.createDirectory(folder.resolve("locks"))
                  : Files.createTempDirectory(parent, "fen-stress-"));
      case s3 -> {
        useCredentials();
        yield S3Ground.fake(random, findings);
      }
      case ceph -> {
        useCredentials();
        String endpoint = Objects.requireNonNull(System.getenv(CEPH));
        yield S3Ground.ceph(URI.create(endpoint), random, findings);
      }
    };
  }

  /** Those of the user that .ci/ceph makes, where the environment has none; the fake takes any. */
  static void useCredentials() {
    if (System.getenv("AWS_ACCESS_KEY_ID") == null) {
      System.setProperty("aws.accessKeyId", "tester");
      System.setProperty("aws.secretAccessKey", "secret-of-tests");
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException failed) {
                  throw new UncheckedIOException(failed);
                }
              });
    }
  }
}
