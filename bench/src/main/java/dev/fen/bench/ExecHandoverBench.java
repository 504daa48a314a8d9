package dev.fen.bench;

import dev.fen.lock.Lease;
import dev.fen.lock.LockService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long from the release of a lock to the start of the command of a {@code fen exec} that waited
 * for it. The command says the time by {@code date +%s%N}, so this needs GNU date; what that takes
 * from its start until it looks at the clock is measured beside it, and is the command's own.
 */
@Command(
    name = "exec-handover",
    description = "From a release to the start of the command of a waiting fen exec.",
    mixinStandardHelpOptions = true)
final class ExecHandoverBench implements Callable<Integer> {

  private static final List<String> DATE = List.of("date", "+%s%N");

  @Option(names = "--fen", required = true, description = "The fen command.")
  private Path fen = Path.of("fen");

  @Option(names = "--rounds", description = "Hand-overs (${DEFAULT-VALUE}).")
  private int rounds = 20;

  @Override
  public Integer call() throws Exception {
    Path place = Files.createTempDirectory("fen-bench");
    double[] handovers = new double[rounds];
    double[] own = new double[rounds];
    double[] starts = new double[rounds];
    double ignored = ownMillis(); // so that the clock's own classes are loaded
    try (LockService service = LockService.onDirectory(place)) {
      for (int round = 0; round < rounds; round++) {
        own[round] = ownMillis();
        handovers[round] = handoverMillis(service, place);
        starts[round] = handovers[round] - own[round];
      }
    }
    System.out.println(rounds + " hand-overs to a waiting fen exec: minimum / median / maximum");
    System.out.println("release done to date's time    " + new Figures(handovers).text("ms"));
    System.out.println("date's start to date's time    " + new Figures(own).text("ms"));
    System.out.println("release done to date's start   " + new Figures(starts).text("ms"));
    return 0;
  }

  private double handoverMillis(LockService service, Path place) throws Exception {
    Lease lease = service.acquire("bench");
    Process waiting =
        new ProcessBuilder(
                List.of(
                    fen.toAbsolutePath().toString(),
                    "exec",
                    "--datastore",
                    place.toString(),
                    "--lock",
                    "bench",
                    "--",
                    DATE.get(0),
                    DATE.get(1)))
            .start();
    // The first byte of "fen: waiting ..."; then time for it to get ready.
    waiting.getErrorStream().read();
    TimeUnit.MILLISECONDS.sleep(2_000);
    lease.close();
    return sinceMillis(now(), waiting);
  }

  /** A process has been started, and runs its own program, when {@code start} returns. */
  private static double ownMillis() throws Exception {
    Process date = new ProcessBuilder(DATE).start();
    return sinceMillis(now(), date);
  }

  private static long now() {
    return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
  }

  private static double sinceMillis(long nanos, Process saying) throws Exception {
    return (Long.parseLong(output(saying)) - nanos) / 1e6;
  }

  private static String output(Process process) throws Exception {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }
}
