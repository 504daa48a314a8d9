package dev.fen.lock;

import dev.fen.lock.platform.ProcessMark;
import dev.fen.lock.platform.ProcessTable;
import dev.fen.lock.platform.ProcessTable.Liveness;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.Version;
import dev.fen.lock.text.Texts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One look at a lock, and all that follows from it. Nothing in it is asked again later, so that a
 * message can be made of it when time is over.
 *
 * @param version what was seen, null if the register was absent
 * @param content what it means, null if the register was absent
 * @param atNanos when the store answered, by the monotonic clock
 * @param ageMillis by the store's clock, at that time
 * @param holderLiveness what this machine can prove about the holder's processes
 * @param survivor a living process of the holder whose own process is proven dead; 0 for none
 * @param abandonedHere whether the record is of an acquisition that this very process gave up
 * @param nanosUntilStale how much longer it must stay as it is to be stale; zero or less if it is
 *     stale. Means nothing where nobody holds it
 */
record Sighting(
    @Nullable Version version,
    LockRecord.@Nullable Content content,
    long atNanos,
    OptionalLong ageMillis,
    Liveness holderLiveness,
    long survivor,
    boolean abandonedHere,
    long nanosUntilStale) {

  static Sighting ofAbsent(long atNanos) {
    return new Sighting(null, null, atNanos, OptionalLong.empty(), Liveness.UNKNOWN, 0, false, 0);
  }

  static Sighting of(
      ReadResult.Present present,
      long unchangedNanos,
      long atNanos,
      LockContext context,
      KeyState keyState) {
    LockRecord.Content content = LockRecord.parse(present.body());
    LockRecord held = heldRecord(content);
    ProcessTable processes = context.platform().processes();
    boolean provable =
        held != null && (context.store().machineLocal() || isLeftHere(held, context));
    Liveness liveness = held != null && provable ? livenessOf(held, processes) : Liveness.UNKNOWN;
    boolean abandoned = held != null && keyState.isAbandoned(held.nonce());
    return new Sighting(
        present.version(),
        content,
        atNanos,
        present.ageMillis(),
        liveness,
        held != null && liveness == Liveness.ALIVE ? survivorOf(held, processes) : 0,
        abandoned,
        untilStale(content, held, abandoned, liveness, present.ageMillis(), unchangedNanos));
  }

  private static @Nullable LockRecord heldRecord(LockRecord.Content content) {
    return content instanceof LockRecord.Content.Readable readable && readable.record().held()
        ? readable.record()
        : null;
  }

  /** Whether the holder itself was of this machine and is gone; what it named may go on. */
  private static boolean isLeftHere(LockRecord held, LockContext context) {
    return context.platform().processes().liveness(held.process()) == Liveness.DEAD
        && context.platform().holderFiles().isLeft(held.nonce());
  }

  private static Liveness livenessOf(LockRecord held, ProcessTable processes) {
    List<ProcessMark> all = new ArrayList<>(held.companions());
    all.add(held.process());
    boolean allDead = true;
    for (ProcessMark mark : all) {
      Liveness one = processes.liveness(mark);
      if (one == Liveness.ALIVE) {
        return Liveness.ALIVE;
      }
      allDead &= one == Liveness.DEAD;
    }
    return allDead ? Liveness.DEAD : Liveness.UNKNOWN;
  }

  private static long survivorOf(LockRecord held, ProcessTable processes) {
    if (processes.liveness(held.process()) != Liveness.DEAD) {
      return 0;
    }
    // The last one named is the nearest to the work: "fen exec" names its watchdog first.
    long last = 0;
    for (ProcessMark companion : held.companions()) {
      if (processes.liveness(companion) == Liveness.ALIVE) {
        last = companion.pid();
      }
    }
    return last;
  }

  private static long untilStale(
      LockRecord.Content content,
      @Nullable LockRecord held,
      boolean abandoned,
      Liveness liveness,
      OptionalLong ageMillis,
      long unchangedNanos) {
    if (content instanceof LockRecord.Content.OtherFormat) {
      return Long.MAX_VALUE;
    }
    if (abandoned || liveness == Liveness.DEAD) {
      return 0;
    }
    // A store on this machine has this machine's wall clock: a step of it must not end the lease of
    // a live process.
    OptionalLong trustedAge = liveness == Liveness.ALIVE ? OptionalLong.empty() : ageMillis;
    long ttlMillis = held == null ? LockRecord.DEFAULT_TTL_MILLIS : held.ttlMillis();
    return Staleness.nanosUntilStale(ttlMillis, unchangedNanos, trustedAge);
  }

  /** Whether the next one who asks may have the lock by one compare-and-swap. */
  boolean isFree() {
    return content == null
        || content instanceof LockRecord.Content.Readable readable && !readable.record().held();
  }

  boolean isOfOtherFormat() {
    return content instanceof LockRecord.Content.OtherFormat;
  }

  boolean isStale() {
    return !isFree() && nanosUntilStale <= 0;
  }

  /** Whether nothing can be done but wait: somebody holds it, or may. */
  boolean isHeldBySomebody() {
    return !isFree() && nanosUntilStale > 0 && !isOfOtherFormat();
  }

  /** The last readable record, held or released. */
  @Nullable LockRecord record() {
    return content instanceof LockRecord.Content.Readable readable ? readable.record() : null;
  }

  OptionalLong token() {
    LockRecord record = record();
    return record == null ? OptionalLong.empty() : record.token();
  }

  /** How old what was seen is by now, by the store's clock. */
  OptionalLong ageMillisAt(long nowNanos) {
    return ageMillis.isEmpty()
        ? ageMillis
        : OptionalLong.of(
            ageMillis.getAsLong() + TimeUnit.NANOSECONDS.toMillis(nowNanos - atNanos));
  }

  LockStatus toStatus(LockName lock, boolean heldHere) {
    LockRecord record = record();
    return new LockStatus(
        lock.kind(),
        lock.name(),
        state(),
        record == null ? null : record.toHolder(),
        token(),
        ageMillis.isPresent()
            ? Optional.of(Duration.ofMillis(ageMillis.getAsLong()))
            : Optional.empty(),
        expiresIn(record),
        heldHere,
        problem());
  }

  private LockStatus.State state() {
    if (isFree()) {
      return LockStatus.State.FREE;
    }
    if (record() == null) {
      return LockStatus.State.UNREADABLE;
    }
    return isStale() ? LockStatus.State.STALE : LockStatus.State.HELD;
  }

  private Optional<Duration> expiresIn(@Nullable LockRecord record) {
    if (record == null || !record.held() || ageMillis.isEmpty()) {
      return Optional.empty();
    }
    long left = record.ttlMillis() - ageMillis.getAsLong();
    return Optional.of(Duration.ofMillis(Math.max(0, left)));
  }

  private @Nullable String problem() {
    LockRecord record = record();
    if (survivor != 0 && record != null) {
      return "its process (pid "
          + record.process().pid()
          + ") has ended, but process "
          + survivor
          + ", which works under the lock, is alive";
    }
    if (content instanceof LockRecord.Content.Unreadable unreadable) {
      return "the record cannot be read ("
          + unreadable.why()
          + "); it counts as held until it has been seen unchanged for "
          + Texts.durationOfNanos(Staleness.unchangedNanosNeeded(LockRecord.DEFAULT_TTL_MILLIS));
    }
    if (content instanceof LockRecord.Content.OtherFormat other) {
      return "the record has format "
          + other.format()
          + ", and this version of Fen understands "
          + LockRecord.FORMAT
          + ": it was written by a newer Fen. Use that one";
    }
    return null;
  }

  /** How long somebody who starts to wait now must wait to tell whether the holder is dead. */
  long nanosForNewcomerUntilStale() {
    LockRecord record = record();
    long ttlMillis = record == null ? LockRecord.DEFAULT_TTL_MILLIS : record.ttlMillis();
    OptionalLong trustedAge = holderLiveness == Liveness.ALIVE ? OptionalLong.empty() : ageMillis;
    return Math.max(0, Staleness.nanosUntilStale(ttlMillis, 0, trustedAge))
        + TimeUnit.SECONDS.toNanos(1);
  }
}
