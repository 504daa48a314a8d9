package dev.fen.datastore.verify;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The store's own clock: ages of contents, and how far it is from this machine's. */
final class Times {

  static final String AGES = "ages";
  static final String CLOCK = "clock";

  /** Both times of an age may be cut to whole seconds. */
  private static final long GRAIN_MILLIS = 2_000;

  private static final String GOOD_AGES = "who waits can tell how old a dead holder's record is";
  private static final String BAD_AGES =
      "a record may look older or younger than it is, so that waiting for a dead holder takes"
          + " another time than it should";

  private final Ground ground;
  private final Platform platform;
  private @Nullable RegisterKey key;
  private long writeBegan;
  private long writeEnded;
  private @Nullable Sample first;
  private @Nullable Sample second;

  Times(Ground ground) {
    this.ground = ground;
    this.platform = ground.platform();
  }

  /** A read, and when it was. */
  private record Sample(
      long beganNanos, long endedNanos, OptionalLong ageMillis, OptionalLong clockDifference) {}

  /** To be called at the beginning. */
  void start() throws InterruptedException {
    writeBegan = platform.nanoTime();
    RegisterKey written = ground.created("age");
    writeEnded = platform.nanoTime();
    if (written != null) {
      key = written;
      first = sample(1, written);
    }
  }

  /** To be called at the end, so that an age has had time to grow. */
  void end() throws InterruptedException {
    if (key != null) {
      second = sample(2, key);
    }
  }

  private @Nullable Sample sample(int connection, RegisterKey of) throws InterruptedException {
    long wall = platform.currentTimeMillis();
    long began = platform.nanoTime();
    ReadResult read =
        ground.calls().one(() -> ground.connection(connection).read(of), ReadResult.Unknown::new);
    long ended = platform.nanoTime();
    if (!(read instanceof ReadResult.Present present)) {
      return null;
    }
    long halfWay = wall + millis(ended - began) / 2;
    OptionalLong storeTime = present.storeTimeMillis();
    return new Sample(
        began,
        ended,
        present.ageMillis(),
        storeTime.isPresent()
            ? OptionalLong.of(storeTime.getAsLong() - halfWay)
            : OptionalLong.empty());
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  Check ages() {
    Sample early = first;
    Sample late = second;
    if (early == null || late == null || early.ageMillis.isEmpty() || late.ageMillis.isEmpty()) {
      return new Check(
          AGES,
          Check.Result.SKIPPED,
          "the store did not tell an age",
          "who waits for a dead holder has to watch for the whole ttl");
    }
    long earlyAge = early.ageMillis.getAsLong();
    long lateAge = late.ageMillis.getAsLong();
    String measured =
        earlyAge
            + " ms right after a write, "
            + lateAge
            + " ms "
            + millis(late.beganNanos - early.beganNanos)
            + " ms later";
    boolean isGood = isPlausible(early, earlyAge) && isPlausible(late, lateAge);
    return new Check(
        AGES,
        isGood && lateAge >= earlyAge ? Check.Result.PASSED : Check.Result.FAILED,
        measured,
        isGood && lateAge >= earlyAge ? GOOD_AGES : BAD_AGES);
  }

  private boolean isPlausible(Sample sample, long age) {
    long least = millis(sample.beganNanos - writeEnded) - GRAIN_MILLIS;
    long most = millis(sample.endedNanos - writeBegan) + GRAIN_MILLIS;
    return age >= Math.max(0, least) && age <= most;
  }

  OptionalLong clockDifference() {
    Sample one = first;
    Sample other = second;
    if (one == null || one.clockDifference.isEmpty()) {
      return other == null ? OptionalLong.empty() : other.clockDifference;
    }
    if (other == null || other.clockDifference.isEmpty()) {
      return one.clockDifference;
    }
    // The quicker answer is the more exact one.
    return one.endedNanos - one.beganNanos <= other.endedNanos - other.beganNanos
        ? one.clockDifference
        : other.clockDifference;
  }

  Check clock() {
    OptionalLong difference = clockDifference();
    if (difference.isEmpty()) {
      return new Check(
          CLOCK,
          Check.Result.SKIPPED,
          "the store did not tell its time",
          "times in messages may differ from the store's");
    }
    long millis = difference.getAsLong();
    return new Check(
        CLOCK,
        Check.Result.PASSED,
        Math.abs(millis) + " ms " + (millis < 0 ? "behind" : "before") + " this machine",
        "no lock depends on it; times in messages may differ by as much");
  }
}
