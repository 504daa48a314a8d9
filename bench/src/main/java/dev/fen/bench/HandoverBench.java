package dev.fen.bench;

import dev.fen.lock.Lease;
import dev.fen.lock.LockService;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long from one process's release to the lease of another one that waits; both on one monotonic
 * clock.
 */
@Command(
    name = "handover",
    description = "From one process's release to the waiting process's lease.",
    mixinStandardHelpOptions = true)
final class HandoverBench implements Callable<Integer> {

  @Option(names = "--rounds", description = "Hand-overs (${DEFAULT-VALUE}).")
  private int rounds = 100;

  @Override
  public Integer call() throws Exception {
    Path place = Files.createTempDirectory("fen-bench");
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "contender",
                place.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    double[] millis = new double[rounds];
    try (LockService service = LockService.onDirectory(place);
        OutputStream commands = other.getOutputStream();
        BufferedReader answers =
            new BufferedReader(
                new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8))) {
      for (int round = 0; round < rounds; round++) {
        Lease lease = service.acquire("bench");
        commands.write('\n');
        commands.flush();
        answers.readLine();
        // Long enough for the other to have read, begun its watch and gone to wait.
        TimeUnit.MILLISECONDS.sleep(100);
        long released = System.nanoTime();
        lease.close();
        millis[round] = (Long.parseLong(answers.readLine()) - released) / 1e6;
        answers.readLine();
      }
    } finally {
      other.destroy();
    }
    System.out.println(rounds + " hand-overs between two processes: minimum / median / maximum");
    System.out.println("release begun to lease had   " + new Figures(millis).text("ms"));
    return 0;
  }
}
