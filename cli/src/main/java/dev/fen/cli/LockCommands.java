package dev.fen.cli;

import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.ReleaseResult;
import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.SystemPlatform;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** {@code fen lock status} and {@code fen lock release}. */
final class LockCommands {

  private final Terminal terminal;
  private final Settings settings;
  private final boolean json;

  LockCommands(Terminal terminal, Settings settings, boolean json) {
    this.terminal = terminal;
    this.settings = settings;
    this.json = json;
  }

  int status(@Nullable String name) throws InterruptedException {
    Path datastore = new DatastoreFinder(settings).find();
    if (datastore == null) {
      terminal.print(
          json
              ? LockJson.statuses(null, List.of())
              : "no datastore: there is no .fen from "
                  + settings.workingFolder()
                  + " upwards, so nothing was ever locked here");
      return ExitCode.GOOD;
    }
    try (LockService locks = open(datastore)) {
      List<LockStatus> statuses = name == null ? locks.list() : List.of(locks.inspect(name));
      terminal.print(
          json
              ? LockJson.statuses(datastore.toString(), statuses)
              : text(datastore, name, statuses));
    }
    return ExitCode.GOOD;
  }

  private static String text(Path datastore, @Nullable String name, List<LockStatus> statuses) {
    StatusTable table = new StatusTable(Instant.now());
    if (name != null) {
      LockStatus status = statuses.get(0);
      return status.token().isEmpty() && status.state() == LockStatus.State.FREE
          ? "lock \"" + name + "\" was never taken in " + datastore
          : table.details(status) + "\ndatastore    " + datastore;
    }
    return statuses.isEmpty() ? "no locks yet in " + datastore : table.table(statuses);
  }

  int release(String name, boolean force, OptionalLong token) throws InterruptedException {
    Path datastore = new DatastoreFinder(settings).find();
    if (datastore == null) {
      throw CliException.configuration(
          "there is no datastore: no .fen from "
              + settings.workingFolder()
              + " upwards; name the one that the lock is in with --datastore",
          null);
    }
    try (LockService locks = open(datastore)) {
      ReleaseResult result =
          force ? locks.forceRelease(name, token) : locks.releaseIfStale(name, token);
      boolean refused =
          result.outcome() != ReleaseResult.Outcome.RELEASED
              && result.outcome() != ReleaseResult.Outcome.NOT_HELD;
      String message = message(name, datastore, force, token, result);
      if (refused && json) {
        throw new CliException(
            ExitCode.FAILED, result.outcome().name().toLowerCase(Locale.ROOT), message, null);
      }
      terminal.print(
          json
              ? LockJson.release(
                  datastore.toString(),
                  result.outcome().name().toLowerCase(Locale.ROOT),
                  result.before())
              : message);
      return refused ? ExitCode.FAILED : ExitCode.GOOD;
    }
  }

  private static String message(
      String name, Path datastore, boolean force, OptionalLong token, ReleaseResult result) {
    LockStatus before = result.before();
    String lock = "lock \"" + name + "\" in " + datastore;
    String now = WaitNotice.describe(before) + tokenText(before);
    return switch (result.outcome()) {
      case RELEASED ->
          lock
              + " was released; it was "
              + now
              + (force && before.state() == LockStatus.State.HELD
                  ? ". If that holder still runs, it may go on until its next renewal: make sure that it has ended"
                  : "");
      case NOT_HELD -> lock + " is not held by anybody; nothing was done";
      case OTHER_TOKEN ->
          lock
              + " was not released: it is held with another token than "
              + token.orElse(0)
              + ", so it changed hands; "
              + now;
      case HOLDER_CHANGED ->
          lock + " was not released: another holder got it in the meantime; " + now;
      case NOT_STALE ->
          lock
              + " was not released: its holder is not known to be gone; "
              + now
              + ". If you are sure that it is: add --force"
              + (before.token().isPresent() ? " --token " + before.token().getAsLong() : "");
    };
  }

  private static String tokenText(LockStatus status) {
    return status.token().isPresent() ? ", token " + status.token().getAsLong() : "";
  }

  private static LockService open(Path datastore) {
    Platform platform = SystemPlatform.get();
    return new LockService(
        FileRegisterStore.open(datastore, platform), LockOptions.of("fen"), platform);
  }
}
