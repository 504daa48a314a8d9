package dev.fen.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long from the end of one {@code fen exec}'s command to the start of the next one's, which
 * waited; against the same two commands in one shell. Both say the time by {@code date +%s%N}, so
 * this needs GNU date.
 */
@Command(
    name = "exec-handover",
    description = "From the end of one fen exec's command to the start of the waiting one's.",
    mixinStandardHelpOptions = true)
final class ExecHandoverBench implements Callable<Integer> {

  @Option(names = "--fen", required = true, description = "The fen command.")
  private Path fen = Path.of("fen");

  @Option(names = "--rounds", description = "Hand-overs (${DEFAULT-VALUE}).")
  private int rounds = 10;

  @Override
  public Integer call() throws Exception {
    Path place = Files.createTempDirectory("fen-bench");
    double[] handovers = new double[rounds];
    double[] bare = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      bare[round] = bareMillis(place);
      handovers[round] = handoverMillis(place);
    }
    System.out.println(rounds + " hand-overs between two fen exec: minimum / median / maximum");
    System.out.println("date; date in one shell      " + new Figures(bare).text("ms"));
    System.out.println("end of one to start of next  " + new Figures(handovers).text("ms"));
    return 0;
  }

  private double handoverMillis(Path place) throws Exception {
    Path held = place.resolve("held");
    Path go = place.resolve("go");
    Files.deleteIfExists(held);
    Files.deleteIfExists(go);
    Process first =
        fenExec(
            place,
            "touch " + held + "; while ! [ -e " + go + " ]; do sleep 0.05; done; date +%s%N");
    while (!Files.exists(held)) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    Process second = fenExec(place, "date +%s%N");
    second.getErrorStream().read();
    TimeUnit.MILLISECONDS.sleep(1_000);
    Files.createFile(go);
    return millisBetween(output(first), output(second));
  }

  private Process fenExec(Path place, String script) throws Exception {
    return new ProcessBuilder(
            List.of(
                fen.toAbsolutePath().toString(),
                "exec",
                "--datastore",
                place.toString(),
                "--lock",
                "bench",
                "--",
                "sh",
                "-c",
                script))
        .start();
  }

  private static double bareMillis(Path place) throws Exception {
    String[] lines =
        output(
                new ProcessBuilder("sh", "-c", "date +%s%N; date +%s%N")
                    .directory(place.toFile())
                    .start())
            .split("\n", -1);
    return millisBetween(lines[0], lines[1]);
  }

  private static String output(Process process) throws Exception {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  private static double millisBetween(String earlier, String later) {
    return (Long.parseLong(later) - Long.parseLong(earlier)) / 1e6;
  }
}
