package dev.fen.lock;

import dev.fen.lock.platform.ProcessTable.Liveness;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.text.Texts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a time-out says: first whether the holder is alive, then what it is doing since when and
 * where, then the longer wait, and last the command that frees the lock. Made only of what was read
 * before.
 */
final class TimeoutMessage {

  /** How many locks a sentence names. */
  private static final int MOST_NAMED = 5;

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private TimeoutMessage() {}

  static LockTimeoutException timeout(
      LockContext context,
      LockName lock,
      @Nullable Sighting seen,
      @Nullable StoreFailure failure,
      long waitedNanos,
      LockOptions options) {
    return timeout(
        new StringBuilder(notInTime(lock, options)),
        context,
        lock,
        seen,
        failure,
        waitedNanos,
        options);
  }

  private static LockTimeoutException timeout(
      StringBuilder text,
      LockContext context,
      LockName lock,
      @Nullable Sighting seen,
      @Nullable StoreFailure failure,
      long waitedNanos,
      LockOptions options) {
    if (seen == null) {
      text.append(": the store gave no usable answer").append(because(failure));
      text.append("\n  in ").append(context.store().location());
    } else {
      describe(text, context, lock, seen, failure);
      text.append("\n  in ").append(context.store().location());
      adviseWait(text, seen, options);
      adviseForce(text, context, lock, seen);
    }
    LockStatus status = seen == null ? null : seen.toStatus(lock, false);
    StoreFailure failedAt = Acquisition.LOST_RACE.equals(failure) ? null : failure;
    return new LockTimeoutException(
        lock,
        text.toString(),
        status,
        status == null ? List.of() : List.of(status),
        Duration.ofNanos(waitedNanos),
        failedAt,
        seen == null && failedAt != null && !context.wasToldAnythingWithin(waitedNanos));
  }

  /** For a caller that never came to ask the store: others of the same service were before it. */
  static LockTimeoutException queued(
      LockContext context, LockName lock, KeyState keyState, long startNanos, LockOptions options) {
    long waitedNanos = context.platform().nanoTime() - startNanos;
    HeldLease lease = keyState.lease();
    Sighting seen = keyState.lastSightingSince(startNanos);
    if (lease == null && seen != null && !seen.isFree()) {
      return timeout(context, lock, seen, null, waitedNanos, options);
    }
    String who =
        lease == null
            ? "other callers of this very service were before this one"
            : "held by this very service (token "
                + lease.token()
                + ", for \""
                + lease.operation()
                + "\"); a lease is not reentrant, so close that one first";
    LockStatus status = lease == null ? null : lease.status();
    return new LockTimeoutException(
        lock,
        notInTime(lock, options) + ": " + who + "\n  in " + context.store().location(),
        status,
        status == null ? List.of() : List.of(status),
        Duration.ofNanos(waitedNanos),
        null,
        false);
  }

  /**
   * For a run that somebody kept out who holds the global lock.
   *
   * @param wanted what the run would have held
   */
  static LockTimeoutException closedByGlobal(
      LockContext context,
      LockName global,
      List<LockName> wanted,
      @Nullable Sighting seen,
      @Nullable StoreFailure failure,
      long waitedNanos,
      LockOptions options) {
    StringBuilder text = new StringBuilder(wanted.size() == 1 ? "" : "model locks ");
    text.append(wanted.size() == 1 ? wanted.get(0).label() : "");
    for (int i = 0; i < wanted.size() && wanted.size() > 1; i++) {
      if (i == MOST_NAMED) {
        text.append(" and ").append(wanted.size() - i).append(" more");
        break;
      }
      text.append(i == 0 ? "" : ", ").append('"').append(wanted.get(i).name()).append('"');
    }
    text.append(wanted.size() == 1 ? " was" : " were").append(" not to be had ");
    text.append(within(options)).append(", because of the ").append(global.label());
    return timeout(text, context, global, seen, failure, waitedNanos, options);
  }

  /** For a structural command that models' locks, or the store, kept waiting. */
  static LockTimeoutException undrained(
      LockContext context,
      LockName global,
      Drain.@Nullable Pass last,
      long waitedNanos,
      LockOptions options) {
    Drain.Pass pass = last == null ? new Drain.Pass(Map.of(), List.of(), null) : last;
    StringBuilder text = new StringBuilder(notInTime(global, options));
    List<LockStatus> waitedFor = new ArrayList<>();
    if (pass.busy().isEmpty() && pass.failure() == null) {
      text.append(": model locks were taken and given back again and again");
    } else if (pass.busy().isEmpty()) {
      text.append(": the store gave no usable answer");
    } else {
      int held = pass.busy().size();
      text.append(": ").append(held == 1 ? "a model is" : held + " models are");
      text.append(" locked");
    }
    text.append(because(pass.failure()));
    for (Drain.Busy busy : pass.busy()) {
      waitedFor.add(busy.seen().toStatus(busy.lock(), false));
      text.append("\n  ").append(busy.lock().label());
      describe(text, context, busy.lock(), busy.seen(), null);
    }
    text.append("\n  in ").append(context.store().location());
    pass.busy().stream().findFirst().ifPresent(busy -> adviseWait(text, busy.seen(), options));
    pass.busy().forEach(busy -> adviseForce(text, context, busy.lock(), busy.seen()));
    return new LockTimeoutException(
        global,
        text.toString(),
        waitedFor.isEmpty() ? null : waitedFor.get(0),
        waitedFor,
        Duration.ofNanos(waitedNanos),
        pass.failure(),
        pass.failure() != null && !context.wasToldAnythingWithin(waitedNanos));
  }

  /** For a lock that was had and is in doubt, since its machine was suspended meanwhile. */
  static LockTimeoutException unproven(LockContext context, HeldLease lease, Terms terms) {
    StoreFailure failure = lease.renewalFailure().orElse(null);
    return new LockTimeoutException(
        lease.lock(),
        notInTime(lease.lock(), terms.options())
            + ": this machine was suspended meanwhile, and whether it still is ours could not be found out"
            + because(failure)
            + "\n  in "
            + context.store().location(),
        null,
        List.of(),
        Duration.ofNanos(context.platform().nanoTime() - terms.startNanos()),
        failure,
        false);
  }

  private static String notInTime(LockName lock, LockOptions options) {
    return lock.label() + " was not to be had " + within(options);
  }

  private static String within(LockOptions options) {
    return options.maxWait().isZero() ? "at once" : "within " + Texts.duration(options.maxWait());
  }

  private static String because(@Nullable StoreFailure failure) {
    return failure == null ? "" : " (" + failure.message() + ")";
  }

  private static void describe(
      StringBuilder text,
      LockContext context,
      LockName lock,
      Sighting seen,
      @Nullable StoreFailure failure) {
    LockRecord record = seen.record();
    if (seen.isFree()) {
      text.append(
          failure == null
              ? ": it came free only when the time was over"
              : ": nobody holds it, but taking it failed" + because(failure));
    } else if (record == null) {
      text.append(": ").append(seen.toStatus(lock, false).problem());
    } else {
      Holder holder = record.toHolder();
      text.append(": held by ").append(holder).append(", ").append(alive(seen, record, context));
      text.append("; \"").append(holder.operation()).append('"');
      if (holder.acquiredAt() != null) {
        text.append(" since ").append(Texts.instant(holder.acquiredAt()));
      }
      if (holder.link() != null) {
        text.append(", ").append(holder.link());
      }
    }
    if (!seen.isFree() && failure != null) {
      text.append(seen.isStale() ? "; taking it over failed" : "; the last try failed")
          .append(because(failure));
    }
  }

  private static String alive(Sighting seen, LockRecord record, LockContext context) {
    OptionalLong age = seen.ageMillisAt(context.platform().nanoTime());
    String renewed =
        age.isPresent()
            ? "renewed " + Texts.duration(Duration.ofMillis(age.getAsLong())) + " ago"
            : "last renewed at an unknown time";
    if (seen.survivor() != 0) {
      return "which has ended, but its process "
          + seen.survivor()
          + " still works under the lock ("
          + renewed
          + ")";
    }
    if (seen.isStale()) {
      return "who is gone (" + renewed + ")";
    }
    boolean recent = age.isPresent() && age.getAsLong() <= record.ttlMillis() / 2;
    return seen.holderLiveness() == Liveness.ALIVE || recent
        ? "who is alive (" + renewed + ")"
        : "who may be dead ("
            + renewed
            + ", ttl "
            + Texts.duration(Duration.ofMillis(record.ttlMillis()))
            + ")";
  }

  private static void adviseWait(StringBuilder text, Sighting seen, LockOptions options) {
    if (seen.isFree() || seen.isOfOtherFormat() || options.maxWait().equals(LockOptions.MAX_WAIT)) {
      return;
    }
    long needed = seen.nanosForNewcomerUntilStale();
    // What cannot be read has said how long it counts.
    boolean tooShort =
        seen.record() != null && options.maxWait().toNanos() < needed && !seen.isStale();
    long longer = Math.min(options.maxWait().toNanos() * 2, LockOptions.MAX_WAIT.toNanos());
    long wait = Math.max(longer, needed);
    long seconds = Math.max(60, (wait + SECOND - 1) / SECOND);
    text.append("\n  to wait longer: --wait ")
        .append(seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s");
    if (tooShort) {
      text.append(" (to tell a dead holder from a live one takes ")
          .append((needed + SECOND - 1) / SECOND)
          .append(" s here)");
    }
  }

  private static void adviseForce(
      StringBuilder text, LockContext context, LockName lock, Sighting seen) {
    if (!seen.isFree() && !seen.isOfOtherFormat()) {
      text.append("\n  ")
          .append(when(seen))
          .append(": ")
          .append(lock.forceCommand(seen.token(), context.store().location()));
    }
  }

  private static String when(Sighting seen) {
    if (seen.survivor() != 0) {
      return "once process " + seen.survivor() + " has ended, or is known to do no harm";
    }
    return seen.token().isPresent()
        ? "if that holder is gone for good"
        : "if you have made sure that no holder is left";
  }
}
