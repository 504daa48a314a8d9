package dev.fen.cli;

import dev.fen.cli.exec.CommandRunner;
import dev.fen.cli.exec.ExecException;
import dev.fen.cli.exec.ExecRequest;
import dev.fen.lock.Claims;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.Namespace;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.text.Texts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code fen exec}: takes locks, runs a command under them, gives them back. */
final class ExecCommand {

  private static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);

  private final Terminal terminal;
  private final Settings settings;
  private final boolean json;
  private final Wanted wanted;
  private final List<String> command;
  private final AtomicInteger interruptedBy = new AtomicInteger();

  ExecCommand(
      Terminal terminal, Settings settings, boolean json, Wanted wanted, List<String> command) {
    this.terminal = terminal;
    this.settings = settings;
    this.json = json;
    this.wanted = wanted;
    this.command = command;
  }

  /**
   * Runs it.
   *
   * @return how to exit
   * @throws dev.fen.lock.LockTimeoutException if a lock was not to be had in time; nothing was run
   *     then
   * @throws InterruptedException if the thread is interrupted before that
   */
  int run() throws InterruptedException {
    DatastoreFinder finder = new DatastoreFinder(settings, terminal::say);
    LockOptions options = options();
    Duration grace = grace(options.ttl());
    Claims handedDown = handedDown();
    Namespace namespace = settings.namespace();
    long startNanos = System.nanoTime();
    Datastore datastore = finder.findOrMake(options.maxWait());
    warnInCi(finder, datastore);
    Platform platform = SystemPlatform.get();
    LockService locks =
        new LockService(
            datastore.open(platform, options.maxWait(), terminal::say),
            namespace,
            options,
            platform);
    KnownReleases known =
        new KnownReleases(
            KnownReleases.cache(settings.environment()),
            datastore.location() + " " + namespace.name());
    // Closed last: until then signals do not keep the locks from being given back.
    try (CommandRunner runner = prepare(grace, options.ttl())) {
      return new LockedRun(
              terminal,
              json,
              runner,
              locks,
              locks.models(handedDown, known),
              settings.place(datastore),
              startNanos,
              interruptedBy::get)
          .run(wanted, options);
    } finally {
      known.keep();
    }
  }

  /** The locks under which this process was started. */
  private Claims handedDown() {
    try {
      return Claims.parse(settings.environment().getOrDefault(HeldLeases.CLAIMS, ""));
    } catch (IllegalArgumentException wrong) {
      throw CliException.configuration(
          HeldLeases.CLAIMS
              + ": "
              + wrong.getMessage()
              + "; it is set by the fen exec that this one runs under, and by nobody else: unset it, or leave it as it was",
          wrong);
    }
  }

  private LockOptions options() {
    Settings.Value operation = settings.find("operation");
    LockOptions defaults =
        LockOptions.of(operation == null ? programName() : operation.text())
            .withLink(CiRun.link(settings.environment()));
    LockOptions withTtl = settings.duration("ttl", defaults, defaults::withTtl);
    return settings.duration("wait", withTtl, withTtl::withMaxWait);
  }

  private Duration grace(Duration ttl) {
    Duration grace = settings.duration("grace", DEFAULT_GRACE, given -> given);
    Duration most = ttl.dividedBy(4);
    Settings.Value given = settings.find("grace");
    if (given != null && grace.compareTo(most) > 0) {
      terminal.say(
          "warning: "
              + given.origin()
              + ": if the lock is lost or cannot be renewed, the command has "
              + Texts.duration(most)
              + " between SIGTERM and SIGKILL, a quarter of the ttl, and not "
              + Texts.duration(grace)
              + "; if it needs more then, give a --ttl of four times that");
    }
    return grace;
  }

  /** Never the arguments: they may hold secrets. */
  private String programName() {
    String program = command.get(0);
    return program.substring(program.lastIndexOf('/') + 1);
  }

  private void warnInCi(DatastoreFinder finder, Datastore datastore) {
    if (!(datastore instanceof DirectoryDatastore found) || !CiRun.isOne(settings.environment())) {
      return;
    }
    Path checkout = finder.gitRoot();
    if (checkout != null && isBelow(found.directory(), checkout)) {
      terminal.say(
          "warning: the datastore "
              + found.location()
              + " is inside this checkout, so jobs on other runners do not see its locks;"
              + " name a shared directory or a bucket with --datastore or FEN_DATASTORE");
    }
  }

  /** Whatever links lead there. */
  private static boolean isBelow(Path directory, Path folder) {
    try {
      return directory.toRealPath().startsWith(folder.toRealPath());
    } catch (IOException unknown) {
      return directory.startsWith(folder);
    }
  }

  private CommandRunner prepare(Duration grace, Duration ttl) {
    Thread waiting = Thread.currentThread();
    try {
      return CommandRunner.prepare(
          new ExecRequest(
              command,
              grace,
              ttl,
              terminal::say,
              signal -> {
                interruptedBy.set(signal);
                waiting.interrupt();
              }));
    } catch (ExecException failed) {
      throw CliException.configuration(String.valueOf(failed.getMessage()), failed);
    }
  }
}
