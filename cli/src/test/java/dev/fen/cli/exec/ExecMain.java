package dev.fen.cli.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A Fen of its own for {@link FenProcess}: a lock that is always held and the runner. It tells by
 * files in a folder how far it is.
 */
final class ExecMain {
  private ExecMain() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    CountDownLatch interrupted = new CountDownLatch(1);
    ExecRequest request =
        new ExecRequest(
            List.of(arguments).subList(1, arguments.length),
            Duration.ofMillis(Long.getLong("grace", 60_000)),
            Duration.ofMillis(Long.getLong("ttl", 3_600_000)),
            message -> System.err.println("fen: " + message),
            number -> {
              write(folder, "interrupted", Integer.toString(number));
              interrupted.countDown();
            });
    int status;
    try (CommandRunner runner = CommandRunner.prepare(request)) {
      write(folder, "prepared", Long.toString(runner.watchdogPid()));
      if (Boolean.getBoolean("await.interrupt")) {
        interrupted.await();
      }
      Outcome outcome = runner.run(new Lock(folder));
      write(folder, "outcome", outcome.ending() + " " + outcome.exitCode());
      if (outcome.ending() == Outcome.Ending.NOT_STARTED) {
        System.err.println("fen: " + outcome.detail());
      }
      status = outcome.status();
    }
    System.exit(status);
  }

  /** Whole or not at all, for a reader that polls. */
  private static void write(Path folder, String name, String text) {
    try {
      Path temporary = Files.writeString(folder.resolve(name + ".tmp"), text);
      Files.move(temporary, folder.resolve(name));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Lock(Path folder) implements HeldLock {
    @Override
    public long endNanos() {
      return System.nanoTime() + TimeUnit.HOURS.toNanos(1);
    }

    @Override
    public void commandStarted(long commandPid) {
      write(folder, "started", Long.toString(commandPid));
    }

    @Override
    public void watchdogReplaced(long watchdogPid) {
      write(folder, "replaced", Long.toString(watchdogPid));
    }
  }
}
