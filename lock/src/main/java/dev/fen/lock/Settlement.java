package dev.fen.lock;

import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends one acquisition's hold on a register: releases what stands there under its nonce, and sees
 * to it that no write of it still on its way can land later. Runs in the background, step by step,
 * for at most {@link #LIMIT_NANOS} or until a deadline before that.
 *
 * <p>A write of unknown outcome can only land while the version it was conditioned on is still
 * there. So where the register still shows that version, it is swapped for a released record, and
 * whatever comes later is refused.
 */
final class Settlement {

  /** How an attempt to settle ended. */
  sealed interface Outcome {

    /** Released by this settlement: this version stands there, or stood there. */
    record Released(Version version) implements Outcome {}

    /** The register is gone, and nothing of the acquisition is left. */
    record Gone() implements Outcome {}

    /** Nothing of the acquisition is left: the register holds somebody else's record. */
    record Superseded(String by) implements Outcome {}

    /** The time was over first. */
    record GaveUp(StoreFailure failure) implements Outcome {}
  }

  static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final LockContext context;
  private final LockName lock;
  private final KeyState keyState;
  private final LockRecord record;
  private final boolean clean;
  private final long deadlineNanos;
  private final Pauses pauses;
  private final Consumer<Outcome> then;

  /**
   * The version that is ours for certain, or else the one that a write on its way is conditioned
   * on.
   */
  private @Nullable Version version;

  private final boolean certain;
  private long revision;
  private int conflicts;

  /**
   * Prepares a settlement.
   *
   * @param record the last record that was, or may have been, written under the nonce
   * @param version the version it has if {@code certain}; otherwise what the last write was
   *     conditioned on, null for a create
   * @param clean whether the release counts as a proper one
   * @param deadlineNanos when to give up
   * @param then is told the outcome once, on a worker or the timer thread; it must not block
   */
  Settlement(
      LockContext context,
      LockName lock,
      KeyState keyState,
      LockRecord record,
      @Nullable Version version,
      boolean certain,
      boolean clean,
      long deadlineNanos,
      Consumer<Outcome> then) {
    this.context = context;
    this.lock = lock;
    this.keyState = keyState;
    this.record = record;
    this.version = version;
    this.certain = certain;
    this.clean = clean;
    this.then = then;
    this.revision = record.revision();
    this.pauses = new Pauses(context.platform());
    this.deadlineNanos = deadlineNanos;
  }

  void start() {
    if (certain) {
      writeInTurn();
    } else {
      read();
    }
  }

  private void writeInTurn() {
    long pause = context.nanosUntilWrite(keyState);
    if (pause > 0) {
      Cancellable ignored = context.platform().schedule(this::writeInTurn, pause);
    } else {
      write();
    }
  }

  private void write() {
    Platform platform = context.platform();
    Version expected = version;
    OptionalLong token = expected == null ? tokenWhereAbsent() : record.token();
    String body = record.released(++revision, platform.currentTimeMillis(), clean, token).toJson();
    context
        .background()
        .start(
            () -> context.swap(lock, keyState, expected, body),
            WriteResult.Unknown::new,
            callLimit(),
            this::written);
  }

  /**
   * What was removed meanwhile may have borne any token below the store's clock, and whoever comes
   * next counts up from the one that is written now.
   */
  private OptionalLong tokenWhereAbsent() {
    OptionalLong next = keyState.nextToken(record.token(), true, context.platform().nanoTime());
    return next.isPresent() ? next : record.token();
  }

  private void written(WriteResult result) {
    if (result instanceof WriteResult.Applied applied) {
      end(new Outcome.Released(applied.version()));
    } else if (result instanceof WriteResult.Conflict && conflicts++ == 0) {
      read();
    } else {
      readAfterPause(LockContext.failureOf(result));
    }
  }

  private void readAfterPause(StoreFailure failure) {
    Platform platform = context.platform();
    long pause = pauses.afterFailure();
    if (platform.nanoTime() + pause >= deadlineNanos) {
      then.accept(new Outcome.GaveUp(failure));
    } else {
      platform.schedule(this::read, pause);
    }
  }

  private void read() {
    context
        .background()
        .start(
            () -> context.store().read(lock.key()),
            ReadResult.Unknown::new,
            callLimit(),
            this::wasRead);
  }

  private void wasRead(ReadResult result) {
    if (result instanceof ReadResult.Unknown unknown) {
      readAfterPause(unknown.failure());
    } else if (result instanceof ReadResult.Absent absent) {
      context.noteStoreTime(keyState, absent.storeTimeMillis());
      if (version == null) {
        writeInTurn();
      } else {
        end(new Outcome.Gone());
      }
    } else {
      decide((ReadResult.Present) result);
    }
  }

  private void decide(ReadResult.Present present) {
    context.noteStoreTime(keyState, present.storeTimeMillis());
    LockRecord found =
        LockRecord.parse(present.body()) instanceof LockRecord.Content.Readable readable
            ? readable.record()
            : null;
    boolean ours = found != null && found.nonce().equals(record.nonce());
    if (found != null && ours && !found.held()) {
      end(new Outcome.Released(present.version()));
    } else if (ours || present.version().equals(version)) {
      version = present.version();
      writeInTurn();
    } else {
      end(
          new Outcome.Superseded(
              found == null ? "an unreadable record stands there" : describe(found)));
    }
  }

  private void end(Outcome outcome) {
    context.platform().holderFiles().remove(record.nonce());
    then.accept(outcome);
  }

  private static String describe(LockRecord found) {
    if (found.held()) {
      return "it was taken over by " + found.toHolder();
    }
    return found.releasedBy() != null
        ? "it was released by force by " + found.releasedBy()
        : "it was taken over and given back again by " + found.toHolder();
  }

  private long callLimit() {
    return Math.max(
        TimeUnit.MILLISECONDS.toNanos(500), deadlineNanos - context.platform().nanoTime());
  }
}
