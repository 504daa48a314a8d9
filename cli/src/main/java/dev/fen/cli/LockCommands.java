package dev.fen.cli;

import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.ReleaseResult;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.text.Texts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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

  /**
   * Shows one lock, or all of them.
   *
   * @param target which; null for all
   */
  int status(@Nullable Target target) throws InterruptedException {
    Datastore datastore = new DatastoreFinder(settings, terminal::say).find();
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
          in(datastore, () -> target == null ? locks.listAll() : List.of(target.inspect(locks)));
      print(
          () -> LockJson.statuses(datastore.location(), statuses),
          () -> text(datastore, target, statuses));
    }
    return ExitCode.GOOD;
  }

  private void print(Supplier<String> document, Supplier<String> text) {
    if (json) {
      terminal.printJson(document.get());
    } else {
      terminal.print(Texts.lines(text.get()));
    }
  }

  private String text(Datastore datastore, @Nullable Target target, List<LockStatus> statuses) {
    StatusTable table = new StatusTable(Instant.now());
    String place = settings.place(datastore);
    if (target != null) {
      LockStatus status = statuses.get(0);
      return status.token().isEmpty() && status.state() == LockStatus.State.FREE
          ? Target.labelWithArticle(target.kind(), target.name())
              + " is free: it was never taken in "
              + place
          : table.details(status) + "\ndatastore    " + place;
    }
    return statuses.isEmpty() ? "no locks yet in " + place : table.table(statuses);
  }

  /** Frees one lock. */
  int release(Target target, boolean force, OptionalLong token) throws InterruptedException {
    Datastore datastore = datastore();
    try (LockService locks =
        service(datastore.open(SystemPlatform.get(), PATIENCE, terminal::say))) {
      ReleaseResult result = in(datastore, () -> target.release(locks, force, token));
      String outcome = result.outcome().name().toLowerCase(Locale.ROOT);
      ReleaseMessage message = new ReleaseMessage(target, datastore.location(), result);
      if (message.isRefusal()) {
        throw new RefusedException(outcome, message.text(token), result.before());
      }
      print(
          () -> LockJson.release(datastore.location(), outcome, result.before()),
          () -> message.text(token));
      return ExitCode.GOOD;
    }
  }

  /** Frees every lock whose holder is known to be gone. */
  int releaseAllStale() throws InterruptedException {
    Datastore datastore = datastore();
    try (LockService locks =
        service(datastore.open(SystemPlatform.get(), PATIENCE, terminal::say))) {
      List<LockStatus> released = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      RuntimeException failure = null;
      for (LockStatus seen : in(datastore, locks::listAll)) {
        if (seen.state() == LockStatus.State.FREE) {
          continue;
        }
        Target target = Target.of(settings.namespace(), seen);
        try {
          ReleaseResult result =
              in(datastore, () -> target.release(locks, false, OptionalLong.empty()));
          if (result.outcome() == ReleaseResult.Outcome.RELEASED) {
            released.add(result.before());
            text.append(
                    new ReleaseMessage(target, datastore.location(), result)
                        .text(OptionalLong.empty()))
                .append('\n');
          }
        } catch (LockStoreException | CliException one) {
          failure = failure == null ? one : failure;
        }
      }
      if (failure != null) {
        if (!released.isEmpty()) {
          terminal.say(text.toString().stripTrailing());
        }
        throw failure;
      }
      print(
          () -> LockJson.released(datastore.location(), released),
          () ->
              released.isEmpty()
                  ? "no lock is stale in " + settings.place(datastore)
                  : text.toString().stripTrailing());
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

  private Datastore datastore() throws InterruptedException {
    Datastore datastore = new DatastoreFinder(settings, terminal::say).find();
    if (datastore == null) {
      throw CliException.noDatastore(settings.workingFolder(), "the one that the lock is in");
    }
    return datastore;
  }

  private LockService service(RegisterStore store) {
    return new LockService(
        store, settings.namespace(), LockOptions.of("fen"), SystemPlatform.get());
  }
}
