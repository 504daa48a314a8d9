package dev.fen.bench;

import dev.fen.lock.Lease;
import dev.fen.lock.LockService;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * The other process of {@link HandoverBench}: for each line on its input it takes the lock and says
 * when it had it.
 */
@Command(name = "contender", hidden = true)
final class Contender implements Callable<Integer> {

  @Parameters private Path directory = Path.of("");

  @Override
  public Integer call() throws Exception {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (LockService service = LockService.onDirectory(directory)) {
      while (commands.readLine() != null) {
        System.out.println("waiting");
        try (Lease lease = service.acquire("bench")) {
          long had = System.nanoTime();
          lease.ensureHeld();
          System.out.println(had);
        }
        System.out.println("released");
      }
    }
    return 0;
  }
}
