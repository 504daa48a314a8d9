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
 * for it; against starting the same command from a shell. The command says the time by {@code date
 * +%s%N}, so this needs GNU date.
 */
@Command(
    name = "exec-handover",
    description = "From a release to the start of the command of a waiting fen exec.",
    mixinStandardHelpOptions = true)
final class ExecHandoverBench implements Callable<Integer> {

  @Option(names = "--fen", required = true, description = "The fen command.")
  private Path fen = Path.of("fen");

  @Option(names = "--rounds", description = "Hand-overs (${DEFAULT-VALUE}).")
  private int rounds = 20;

  @Override
  public Integer call() throws Exception {
    Path place = Files.createTempDirectory("fen-bench");
    double[] handovers = new double[rounds];
    double[] bare = new double[rounds];
    try (LockService service = LockService.onDirectory(place)) {
      for (int round = 0; round < rounds; round++) {
        bare[round] = bareMillis();
        handovers[round] = handoverMillis(service, place);
      }
    }
    System.out.println(rounds + " hand-overs to a waiting fen exec: minimum / median / maximum");
    System.out.println("date; date in one shell       " + new Figures(bare).text("ms"));
    System.out.println("release done to command runs  " + new Figures(handovers).text("ms"));
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
                    "date",
                    "+%s%N"))
            .start();
    // The first byte of "fen: waiting ..."; then time for it to get ready.
    waiting.getErrorStream().read();
    TimeUnit.MILLISECONDS.sleep(2_000);
    lease.close();
    long released = ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
    return (Long.parseLong(output(waiting)) - released) / 1e6;
  }

  private static double bareMillis() throws Exception {
    List<String> lines =
        output(new ProcessBuilder("sh", "-c", "date +%s%N; date +%s%N").start()).lines().toList();
    return (Long.parseLong(lines.get(1)) - Long.parseLong(lines.get(0))) / 1e6;
  }

  private static String output(Process process) throws Exception {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }
}
