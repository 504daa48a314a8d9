package dev.fen.lock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.platform.ProcessTable.Liveness;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole message, word for word, in each case that it tells from the others. */
class TimeoutMessageTest {

  private static final LockName LOCK = LockName.named(Namespace.NONE, "demo");
  private static final Version VERSION = new Version("1");
  private static final OptionalLong NO_AGE = OptionalLong.empty();
  private static final StoreFailure PLANTED = StoreFailure.passing("planted", null);
  private static final long NOT_STALE = 1;
  private static final long STALE = 0;

  private static final String HELD =
      "{\"format\":1,\"state\":\"held\",\"token\":42,\"nonce\":\"n\",\"revision\":3,\"holder\":\"ci@runner-7\","
          + "\"host\":\"runner-7\",\"pid\":812,\"process\":\"boot/ns/77\",\"operation\":\"terraform\","
          + "\"link\":\"https://ci.example/runs/123\",\"clean\":true,\"acquiredAt\":\"2026-03-26T12:00:00.000Z\","
          + "\"renewedAt\":\"2026-03-26T12:00:10.000Z\",\"ttlMs\":30000}";
  private static final String RELEASED = HELD.replace("\"held\"", "\"released\"");
  private static final String FORCE =
      "\n  if that holder is gone for good: fen lock release demo --force --token 42 --datastore memory";

  private static final String FORCE_ANY =
      "\n  if you have made sure that no holder is left: fen lock release demo --force --datastore memory";

  private final ManualPlatform platform = new ManualPlatform();
  private final LockContext context =
      new LockContext(
          new MemoryRegisterStore(platform::currentTimeMillis), Namespace.NONE, platform);
  private final KeyState keyState = context.use(LOCK);

  private static LockOptions waiting(Duration maxWait) {
    return LockOptions.of("test").withMaxWait(maxWait);
  }

  private static OptionalLong age(long millis) {
    return OptionalLong.of(millis);
  }

  private static Sighting seen(
      String body, OptionalLong age, Liveness liveness, long survivor, long nanosUntilStale) {
    return new Sighting(
        VERSION, LockRecord.parse(body), 0, age, liveness, survivor, false, nanosUntilStale);
  }

  private static Sighting seen(String body, OptionalLong age, long nanosUntilStale) {
    return seen(body, age, Liveness.UNKNOWN, 0, nanosUntilStale);
  }

  private LockTimeoutException timeout(
      @Nullable Sighting seen, @Nullable StoreFailure failure, Duration maxWait) {
    return TimeoutMessage.timeout(
        context, LOCK, seen, failure, maxWait.toNanos(), waiting(maxWait));
  }

  private @Nullable String message(
      @Nullable Sighting seen, @Nullable StoreFailure failure, Duration maxWait) {
    return timeout(seen, failure, maxWait).getMessage();
  }

  private @Nullable String message(@Nullable Sighting seen, @Nullable StoreFailure failure) {
    return message(seen, failure, Duration.ofSeconds(60));
  }

  /** Of a wait of a minute for the lock of {@link #HELD}. */
  private static String held(String state) {
    return "lock \"demo\" was not to be had within 60 s: held by ci@runner-7 (pid 812), "
        + state
        + "; \"terraform\" since 2026-03-26 12:00:00 UTC, https://ci.example/runs/123";
  }

  private static String advice(String wait) {
    return "\n  in memory\n  to wait longer: --wait " + wait + FORCE;
  }

  // Whether the holder is alive.

  @Test
  void aHolderThatRenewedWithinHalfItsTtlIsAlive() {
    assertThat(message(seen(HELD, age(4_000), NOT_STALE), null))
        .isEqualTo(held("who is alive (renewed 4 s ago)") + advice("2m"));
    assertThat(message(seen(HELD, age(15_000), NOT_STALE), null))
        .isEqualTo(held("who is alive (renewed 15 s ago)") + advice("2m"));
  }

  @Test
  void aHolderThatDidNotMayBeDead() {
    assertThat(message(seen(HELD, age(15_001), NOT_STALE), null))
        .isEqualTo(held("who may be dead (renewed 15 s ago, ttl 30 s)") + advice("2m"));
    assertThat(message(seen(HELD, NO_AGE, NOT_STALE), null))
        .isEqualTo(
            held("who may be dead (last renewed at an unknown time, ttl 30 s)") + advice("2m"));
  }

  @Test
  void aHolderWhoseProcessRunsHereIsAliveHoweverLongAgoItRenewed() {
    assertThat(message(seen(HELD, age(25_000), Liveness.ALIVE, 0, NOT_STALE), null))
        .isEqualTo(held("who is alive (renewed 25 s ago)") + advice("2m"));
    assertThat(message(seen(HELD, NO_AGE, Liveness.ALIVE, 0, NOT_STALE), null))
        .isEqualTo(held("who is alive (last renewed at an unknown time)") + advice("2m"));
  }

  @Test
  void theAgeIsThatOfNowAndNotOfWhenTheStoreAnswered() throws InterruptedException {
    Sighting seen = seen(HELD, age(4_000), NOT_STALE);
    platform.newSignal().await(Duration.ofSeconds(3).toNanos());
    assertThat(message(seen, null))
        .isEqualTo(held("who is alive (renewed 7 s ago)") + advice("2m"));
  }

  @Test
  void aStaleHolderIsGone() {
    assertThat(message(seen(HELD, age(40_000), STALE), null))
        .isEqualTo(held("who is gone (renewed 40 s ago)") + advice("2m"));
  }

  @Test
  void whyTheLockOfOneWhoIsGoneWasNotTakenIsSaid() {
    assertThat(message(seen(HELD, age(40_000), STALE), PLANTED))
        .isEqualTo(
            held("who is gone (renewed 40 s ago)")
                + "; taking it over failed (planted)"
                + advice("2m"));
  }

  @Test
  void whatFailedLastIsSaidOfALiveHolderToo() {
    assertThat(message(seen(HELD, age(4_000), NOT_STALE), PLANTED))
        .isEqualTo(
            held("who is alive (renewed 4 s ago)")
                + "; the last try failed (planted)"
                + advice("2m"));
  }

  @Test
  void aProcessThatOutlivesItsHolderIsNamed() {
    assertThat(message(seen(HELD, age(4_000), Liveness.ALIVE, 813, NOT_STALE), null))
        .isEqualTo(
            held(
                    "which has ended, but its process 813 still works under the lock (renewed 4 s ago)")
                + "\n  in memory\n  to wait longer: --wait 2m\n"
                + "  once process 813 has ended, or is known to do no harm: "
                + "fen lock release demo --force --token 42 --datastore memory");
  }

  @Test
  void whatTheRecordDoesNotSayIsLeftOut() {
    assertThat(
            message(
                seen(
                    "{\"format\":1,\"state\":\"held\",\"token\":42,\"nonce\":\"n\"}",
                    age(4_000),
                    NOT_STALE),
                null))
        .isEqualTo(
            "lock \"demo\" was not to be had within 60 s: held by somebody unknown, "
                + "who is alive (renewed 4 s ago); \"something unknown\""
                + advice("2m"));
    assertThat(
            message(
                seen("{\"format\":1,\"state\":\"held\",\"nonce\":\"n\"}", age(4_000), NOT_STALE),
                null))
        .isEqualTo(
            "lock \"demo\" was not to be had within 60 s: held by somebody unknown, "
                + "who is alive (renewed 4 s ago); \"something unknown\""
                + "\n  in memory\n  to wait longer: --wait 2m"
                + FORCE_ANY);
  }

  // Nobody known holds it.

  @Test
  void aLockThatCameFreeTooLateNeedsNoAdvice() {
    String expected =
        "lock \"demo\" was not to be had within 60 s: it came free only when the time was over\n  in memory";
    assertThat(message(seen(RELEASED, age(4_000), NOT_STALE), null)).isEqualTo(expected);
    assertThat(message(Sighting.ofAbsent(0), null)).isEqualTo(expected);
  }

  @Test
  void whyAFreeLockWasNotTakenIsSaidOnce() {
    String expected =
        "lock \"demo\" was not to be had within 60 s: nobody holds it, but taking it failed (planted)\n  in memory";
    assertThat(message(seen(RELEASED, age(4_000), NOT_STALE), PLANTED)).isEqualTo(expected);
    assertThat(message(Sighting.ofAbsent(0), PLANTED)).isEqualTo(expected);
  }

  @Test
  void aStoreThatNeverAnsweredIsSaidWithItsReason() {
    LockTimeoutException timeout = timeout(null, PLANTED, Duration.ofSeconds(60));
    assertThat(timeout)
        .hasMessage(
            "lock \"demo\" was not to be had within 60 s: the store gave no usable answer (planted)\n  in memory");
    assertThat(timeout.lastSeen()).isEmpty();
    assertThat(timeout.storeFailure()).isEqualTo(PLANTED);
    assertThat(timeout.isStoreSilent()).isTrue();
    assertThat(timeout(null, null, Duration.ofSeconds(60)).isStoreSilent()).isFalse();
    assertThat(timeout(Sighting.ofAbsent(0), PLANTED, Duration.ofSeconds(60)).isStoreSilent())
        .isFalse();
    assertThat(message(null, null))
        .isEqualTo(
            "lock \"demo\" was not to be had within 60 s: the store gave no usable answer\n  in memory");
  }

  @Test
  void aRecordThatCannotBeReadIsSaidWithTheReasonAndHowLongItCounts() {
    assertThat(message(seen("", age(4_000), NOT_STALE), null))
        .isEqualTo(
            "lock \"demo\" was not to be had within 60 s: the record cannot be read (it is empty); "
                + "it counts as held until it has been seen unchanged for 32 s"
                + "\n  in memory\n  to wait longer: --wait 2m"
                + FORCE_ANY);
    assertThat(message(seen("", age(40_000), STALE), PLANTED))
        .isEqualTo(
            "lock \"demo\" was not to be had within 60 s: the record cannot be read (it is empty); "
                + "it counts as held until it has been seen unchanged for 32 s"
                + "; taking it over failed (planted)"
                + "\n  in memory\n  to wait longer: --wait 2m"
                + FORCE_ANY);
  }

  @Test
  void aRecordThatCannotBeReadHasOneTimeForWhichItCounts() {
    assertThat(message(seen("", age(4_000), NOT_STALE), null, Duration.ofSeconds(1)))
        .isEqualTo(
            "lock \"demo\" was not to be had within 1 s: the record cannot be read (it is empty); "
                + "it counts as held until it has been seen unchanged for 32 s"
                + "\n  in memory\n  to wait longer: --wait 1m"
                + FORCE_ANY);
  }

  @Test
  void neitherWaitingNorForceIsAdvisedForTheRecordOfANewerFen() {
    assertThat(
            message(
                seen("{\"format\":2,\"state\":\"held\",\"token\":42}", age(4_000), Long.MAX_VALUE),
                null))
        .isEqualTo(
            "lock \"demo\" was not to be had within 60 s: the record has format 2, and this version of Fen "
                + "understands 1: it was written by a newer Fen. Use that one\n  in memory");
  }

  // The longer wait.

  private String advisedWait(OptionalLong age, Liveness liveness, Duration maxWait) {
    String message =
        String.valueOf(message(seen(HELD, age, liveness, 0, NOT_STALE), null, maxWait));
    assertThat(message).endsWith(FORCE);
    String from = "\n  to wait longer: --wait ";
    assertThat(message).contains(from);
    return message.substring(
        message.indexOf(from) + from.length(), message.length() - FORCE.length());
  }

  @ParameterizedTest
  @CsvSource({
    "PT30S, 1m",
    "PT30.001S, 61s",
    "PT30.5S, 61s",
    "PT45S, 90s",
    "PT1M, 2m",
    "PT1M0.5S, 121s",
    "PT30M, 60m",
    "PT84H, 10080m"
  })
  void twiceAsLongInMinutesWhereTheyAreWhole(Duration maxWait, String advised) {
    assertThat(advisedWait(age(4_000), Liveness.UNKNOWN, maxWait)).isEqualTo(advised);
  }

  @Test
  void noWaitIsAdvisedThatIsLongerThanTheLongest() {
    assertThat(advisedWait(age(4_000), Liveness.UNKNOWN, Duration.ofHours(85))).isEqualTo("10080m");
    assertThat(message(seen(HELD, age(4_000), NOT_STALE), null, LockOptions.MAX_WAIT))
        .isEqualTo(
            held("who is alive (renewed 4 s ago)").replace("60 s", "7 d")
                + "\n  in memory"
                + FORCE);
  }

  @ParameterizedTest
  @CsvSource({
    // 28 s until the record would be old enough by the store's clock, and a second for the taking.
    "4000, UNKNOWN, PT29S, 1m",
    "4000, UNKNOWN, PT28.999S, 1m (to tell a dead holder from a live one takes 29 s here)",
    "4000, UNKNOWN, PT0S, 1m (to tell a dead holder from a live one takes 29 s here)",
    "3999, UNKNOWN, PT1S, 1m (to tell a dead holder from a live one takes 30 s here)",
    // Where a process of this machine runs the store's age has no say.
    "25000, ALIVE, PT33.5S, 67s",
    "25000, ALIVE, PT33.499S, 67s (to tell a dead holder from a live one takes 34 s here)"
  })
  void aWaitTooShortToTellADeadHolderSaysSo(
      long ageMillis, Liveness liveness, Duration maxWait, String advised) {
    assertThat(advisedWait(age(ageMillis), liveness, maxWait)).isEqualTo(advised);
  }

  @Test
  void aWaitTooShortToTellADeadHolderOfALongLeaseSaysSo() {
    String longLease = HELD.replace("30000", "120000");
    assertThat(message(seen(longLease, NO_AGE, NOT_STALE), null, Duration.ofSeconds(1)))
        .isEqualTo(
            "lock \"demo\" was not to be had within 1 s: held by ci@runner-7 (pid 812), "
                + "who may be dead (last renewed at an unknown time, ttl 2 min); "
                + "\"terraform\" since 2026-03-26 12:00:00 UTC, https://ci.example/runs/123"
                + advice("128s (to tell a dead holder from a live one takes 128 s here)"));
  }

  @Test
  void noWaitIsTooShortOnceTheHolderIsKnownToBeGone() {
    assertThat(message(seen(HELD, age(40_000), STALE), PLANTED, Duration.ZERO))
        .isEqualTo(
            "lock \"demo\" was not to be had at once: held by ci@runner-7 (pid 812), "
                + "who is gone (renewed 40 s ago); "
                + "\"terraform\" since 2026-03-26 12:00:00 UTC, https://ci.example/runs/123"
                + "; taking it over failed (planted)"
                + advice("1m"));
  }

  // What the error carries.

  @Test
  void aLostRaceIsSaidAndIsNoFailureOfTheStore() {
    LockTimeoutException timeout =
        timeout(Sighting.ofAbsent(0), Acquisition.LOST_RACE, Duration.ofSeconds(2));
    assertThat(timeout)
        .hasMessage(
            "lock \"demo\" was not to be had within 2 s: nobody holds it, but taking it failed "
                + "(somebody else changed the record first)\n  in memory");
    assertThat(timeout.storeFailure()).isNull();
    assertThat(timeout.waited()).isEqualTo(Duration.ofSeconds(2));
  }

  // Callers of one service.

  private LockTimeoutException queued(long startNanos) {
    return TimeoutMessage.queued(
        context, LOCK, keyState, startNanos, waiting(Duration.ofSeconds(60)));
  }

  private HeldLease acquire() throws InterruptedException {
    return new LeaseLock(context, LOCK).acquire(LockOptions.of("build"), status -> {});
  }

  @Test
  void whoQueuesBehindItsOwnServiceIsToldThatALeaseIsNotReentrant() throws InterruptedException {
    HeldLease lease = acquire();
    keyState.noteSighting(seen(HELD, age(4_000), NOT_STALE));
    platform.newSignal().await(Duration.ofSeconds(5).toNanos());
    LockTimeoutException timeout = queued(0);
    assertThat(timeout)
        .hasMessage(
            "lock \"demo\" was not to be had within 60 s: held by this very service "
                + "(token 1774526400000, for \"build\"); a lease is not reentrant, so close that one first\n  in memory");
    assertThat(timeout.token()).hasValue(lease.token());
    assertThat(timeout.waited()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void whoQueuesBehindOtherCallersIsToldSo() throws InterruptedException {
    String expected =
        "lock \"demo\" was not to be had within 60 s: other callers of this very service were before this one\n"
            + "  in memory";
    platform.newSignal().await(Duration.ofSeconds(5).toNanos());
    LockTimeoutException timeout = queued(0);
    assertThat(timeout).hasMessage(expected);
    assertThat(timeout.lastSeen()).isEmpty();
    keyState.noteSighting(Sighting.ofAbsent(0));
    assertThat(queued(0)).hasMessage(expected);
    keyState.noteSighting(seen(HELD, age(4_000), NOT_STALE));
    assertThat(queued(1)).as("seen before it came").hasMessage(expected);
  }

  @Test
  void whoQueuesBehindOtherCallersIsToldForWhomTheyWait() {
    keyState.noteSighting(seen(HELD, age(4_000), NOT_STALE));
    assertThat(queued(0)).hasMessage(held("who is alive (renewed 4 s ago)") + advice("2m"));
  }
}
