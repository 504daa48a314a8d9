package dev.fen.cli;

import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.ReleaseResult;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.RegisterStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code fen lock status} and {@code fen lock release}. */
final class LockCommands {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Terminal terminal;
  private final Settings settings;
  private final boolean json;

  LockCommands(Terminal terminal, Settings settings, boolean json) {
    this.terminal = terminal;
    this.settings = settings;
    this.json = json;
  }

  int status(@Nullable String name) throws InterruptedException {
    Datastore datastore = new DatastoreFinder(settings).find();
    if (datastore == null) {
      print(
          () -> LockJson.statuses(null, List.of()),
          () ->
              "no locks: there is no datastore yet (no .fen from "
                  + settings.workingFolder()
                  + " upwards, and none is named with --datastore)");
      return ExitCode.GOOD;
    }
    try (LockService locks = service(datastore.openToLook(SystemPlatform.get()))) {
      List<LockStatus> statuses =
          in(datastore, () -> name == null ? locks.list() : List.of(locks.inspect(name)));
      print(
          () -> LockJson.statuses(datastore.location(), statuses),
          () -> text(datastore, name, statuses));
    }
    return ExitCode.GOOD;
  }

  private void print(Supplier<String> document, Supplier<String> text) {
    if (json) {
      terminal.printJson(document.get());
    } else {
      terminal.print(text.get());
    }
  }

  private static String text(
      Datastore datastore, @Nullable String name, List<LockStatus> statuses) {
    StatusTable table = new StatusTable(Instant.now());
    if (name != null) {
      LockStatus status = statuses.get(0);
      return status.token().isEmpty() && status.state() == LockStatus.State.FREE
          ? "lock \"" + name + "\" is free: it was never taken in " + datastore.location()
          : table.details(status) + "\ndatastore    " + datastore.location();
    }
    return statuses.isEmpty() ? "no locks yet in " + datastore.location() : table.table(statuses);
  }

  int release(String name, boolean force, OptionalLong token) throws InterruptedException {
    Datastore datastore = new DatastoreFinder(settings).find();
    if (datastore == null) {
      throw CliException.noDatastore(settings.workingFolder(), "the one that the lock is in");
    }
    try (LockService locks =
        service(datastore.open(SystemPlatform.get(), PATIENCE, terminal::say))) {
      ReleaseResult result =
          in(
              datastore,
              () -> force ? locks.forceRelease(name, token) : locks.releaseIfStale(name, token));
      String outcome = result.outcome().name().toLowerCase(Locale.ROOT);
      ReleaseMessage message = new ReleaseMessage(name, datastore.location(), result);
      if (message.isRefusal()) {
        throw new RefusedException(outcome, message.text(token), result.before());
      }
      print(
          () -> LockJson.release(datastore.location(), outcome, result.before()),
          () -> message.text(token));
      return ExitCode.GOOD;
    }
  }

  /** A store that does not answer is not always named by what is said of that. */
  private static <T> T in(Datastore datastore, Interruptible.Work<T> work)
      throws InterruptedException {
    try {
      return work.make();
    } catch (LockStoreException failed) {
      String message = String.valueOf(failed.getMessage());
      if (failed.isPermanent() || message.contains(datastore.location())) {
        throw failed;
      }
      throw new CliException(
          ExitCode.FAILED, "store_unreachable", datastore.location() + ": " + message, failed);
    }
  }

  private static LockService service(RegisterStore store) {
    return new LockService(store, LockOptions.of("fen"), SystemPlatform.get());
  }
}
