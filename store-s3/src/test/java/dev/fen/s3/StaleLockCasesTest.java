package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.Lease;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.LossCause;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.lock.store.ReadResult;
import dev.fen.testkit.FaultyRegisterStore;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Medium;
import dev.fen.testkit.Scenario;
import dev.fen.testkit.Scenario.Party;
import dev.fen.testkit.SimulatedProcess;
import dev.fen.testkit.Warnings;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Fault;
import dev.fen.testkit.s3.Profile;
import dev.fen.testkit.s3.S3Request;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The cases of the bug that this project starts from: a stale lock on a bucket that made every run
 * wait for ever. Each ends in time and with the right error, and costs so many requests on the wire
 * and no more. No time passes but by the virtual clock.
 */
class StaleLockCasesTest {

  private static final String BUCKET = S3Medium.PLACE.bucket();
  private static final String OBJECT = S3Medium.PLACE.prefix() + Scenario.KEY;

  private static final int CROWD = 50;
  private static final Duration LATENCY = Duration.ofMillis(60);

  /** What happens on a bucket; it runs in the first process. */
  @FunctionalInterface
  private interface Play {
    void run(Scenario scenario, FakeS3 s3, Party a) throws Exception;
  }

  private static void play(boolean versioned, Play play) {
    List<FakeS3> started = new ArrayList<>();
    Scenario scenario =
        new Scenario(
            1,
            simulation -> {
              started.add(FakeS3.start(Profile.AWS, simulation::storeMillis));
              return new S3Medium(started.get(0), versioned);
            });
    try (Medium medium = scenario.medium()) {
      Party a = scenario.newParty();
      scenario.simulation().run(a.process(), () -> play.run(scenario, started.get(0), a));
    }
  }

  /** A holder on another machine that crashed an hour ago. */
  private static Lease leaveAStaleLock(Scenario scenario, FakeS3 s3) throws InterruptedException {
    Party holder = elsewhere(scenario);
    Lease lease = holder.acquire();
    holder.process().crash();
    s3.age(BUCKET, OBJECT, Duration.ofHours(1));
    s3.forgetRequests();
    return lease;
  }

  private static Party elsewhere(Scenario scenario) {
    Party party = scenario.newParty();
    party.process().markAs(new ProcessMark("other", 4711, "boot-2/4026531836,4026531834/77"));
    return party;
  }

  private static boolean isWrite(S3Request request) {
    return request.method().equals("PUT");
  }

  /** Each request as its method and the condition it is under, the tags replaced by a word. */
  private static List<String> wire(FakeS3 s3) {
    return s3.requests().stream().map(StaleLockCasesTest::inShort).toList();
  }

  private static String inShort(S3Request request) {
    assertThat(request.key()).isEqualTo(OBJECT);
    if (isWrite(request)) {
      assertThat(request.header("content-type")).isEqualTo("application/json");
      assertThat(request.header("content-encoding")).isNull();
      assertThat(request.header("transfer-encoding")).isNull();
      assertThat(request.header("x-amz-trailer")).isNull();
      assertThat(request.header("x-amz-decoded-content-length")).isNull();
      assertThat(request.header("x-amz-content-sha256")).matches("[0-9a-f]{64}");
    }
    String match = request.header("if-match");
    String noneMatch = request.header("if-none-match");
    return request.method()
        + (match == null ? "" : " if match")
        + (noneMatch == null ? "" : noneMatch.equals("*") ? " if absent" : " if none match");
  }

  private static long writes(FakeS3 s3) {
    return s3.requests().stream().filter(StaleLockCasesTest::isWrite).count();
  }

  private static long reads(FakeS3 s3) {
    return s3.requests().size() - writes(s3);
  }

  private static Duration since(Scenario scenario, long startNanos) {
    return Duration.ofNanos(scenario.simulation().nowNanos() - startNanos);
  }

  private static LockLostException loss(Lease lease) {
    return Assertions.catchThrowableOfType(LockLostException.class, lease::ensureHeld);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachStepOfALockIsTheseRequestsAndNoOthers(boolean versioned) {
    play(
        versioned,
        (scenario, s3, a) -> {
          Lease cold = a.acquire();
          assertThat(wire(s3)).containsExactly("GET", "PUT if absent");
          s3.forgetRequests();
          a.process().sleep(Duration.ofSeconds(10).plusMillis(1));
          assertThat(wire(s3)).as("a renewal").containsExactly("PUT if match");
          s3.forgetRequests();
          cold.close();
          assertThat(wire(s3)).as("a release").containsExactly("PUT if match");
          s3.forgetRequests();
          Lease warm = a.acquire();
          assertThat(wire(s3)).as("an acquisition after it").containsExactly("PUT if match");
          warm.close();
          s3.forgetRequests();
          scenario.newParty().acquire(Duration.ZERO).close();
          assertThat(wire(s3))
              .as("an acquisition and a release by another process")
              .containsExactly("GET", "PUT if match", "PUT if match");
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"SLOW_DOWN", "INTERNAL_ERROR", "CONDITIONAL_CONFLICT", "RESET", "LATE"})
  void aStaleLockWhoseTakeoverWriteAlwaysFails(Fault fault) {
    play(
        false,
        (scenario, s3, a) -> {
          leaveAStaleLock(scenario, s3);
          s3.plantForever(StaleLockCasesTest::isWrite, fault);

          assertThat(failsToTakeOver(scenario, s3, a))
              .hasMessageContaining("taking it over failed (s3://locks-of-tests/some/prefix could");
        });
  }

  private static LockTimeoutException failsToTakeOver(Scenario scenario, FakeS3 s3, Party a) {
    long start = scenario.simulation().nowNanos();
    LockTimeoutException timeout = a.failToAcquire(Duration.ofSeconds(60));
    assertThat(since(scenario, start)).isEqualTo(Duration.ofSeconds(60));
    assertThat(timeout).hasMessageContaining("held by p1@other (pid 4711), who is gone");
    // Pauses that grow from 200 ms to 5 s leave room for some twenty attempts in a minute.
    assertThat(writes(s3)).isBetween(8L, 22L);
    assertThat(reads(s3)).isLessThanOrEqualTo(2 * writes(s3) + 1);
    return timeout;
  }

  @Test
  void aStaleLockWhoseTakeoverIsForbiddenEndsAtOnce() {
    play(
        false,
        (scenario, s3, a) -> {
          leaveAStaleLock(scenario, s3);
          s3.plantForever(StaleLockCasesTest::isWrite, Fault.ACCESS_DENIED);
          long start = scenario.simulation().nowNanos();

          LockStoreException refused =
              Assertions.catchThrowableOfType(LockStoreException.class, a::acquire);

          assertThat(refused).hasMessageContaining("no permission to write; allow s3:PutObject");
          assertThat(since(scenario, start)).isZero();
          assertThat(wire(s3)).containsExactly("GET", "PUT if match");
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStaleLockThatComesBackAfterEveryWriteWhoseAnswerIsLost(boolean versioned) {
    play(
        versioned,
        (scenario, s3, a) -> {
          leaveAStaleLock(scenario, s3);
          comesBackAfterEveryWrite(s3, a);
          s3.plantForever(StaleLockCasesTest::isWrite, Fault.ANSWER_LOST);

          assertThat(failsToTakeOver(scenario, s3, a))
              .hasMessageContaining("taking it over failed (");
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStaleLockThatComesBackAfterEveryWriteThatWasAnsweredGood(boolean versioned) {
    play(
        versioned,
        (scenario, s3, a) -> {
          Lease stale = leaveAStaleLock(scenario, s3);
          comesBackAfterEveryWrite(s3, a);
          long token = stale.token();
          for (int round = 0; round < 3; round++) {
            s3.forgetRequests();
            Lease lease = a.acquire(Duration.ZERO);
            assertThat(lease.token()).isGreaterThan(token);
            token = lease.token();
            assertThat(wire(s3)).containsExactly("GET", "PUT if match");
            s3.forgetRequests();

            a.process().sleep(Duration.ofSeconds(11));

            LockLostException lost = loss(lease);
            assertThat(lost.lossCause()).isEqualTo(LossCause.TAKEN_OVER);
            assertThat(lost).hasMessageContaining("p1@other");
            lease.close();
            assertThat(wire(s3))
                .as("the renewal, and what stands there instead")
                .containsExactly("PUT if match", "GET");
          }
        });
  }

  /** The very bytes, and so the very tag: a swap on that tag would succeed again. */
  private static void comesBackAfterEveryWrite(FakeS3 s3, Party a) {
    byte[] body = s3.content(BUCKET, OBJECT).orElseThrow().getBytes(StandardCharsets.UTF_8);
    a.store()
        .afterEveryWrite(
            () -> {
              s3.put(BUCKET, OBJECT, body);
              s3.age(BUCKET, OBJECT, Duration.ofHours(1));
            });
  }

  @Test
  void aDeleteMarkerOnTopOfAStaleLockIsAFreeLock() {
    play(
        true,
        (scenario, s3, a) -> {
          Lease stale = leaveAStaleLock(scenario, s3);
          a.process().sleep(Duration.ofSeconds(2));
          s3.delete(BUCKET, OBJECT);
          long start = scenario.simulation().nowNanos();

          Lease lease = a.acquire();

          assertThat(since(scenario, start)).isZero();
          assertThat(wire(s3)).containsExactly("GET", "PUT if absent");
          assertThat(lease.token()).isGreaterThan(stale.token());
          a.process().sleep(Duration.ofMinutes(2));
          lease.ensureHeld();
          lease.close();
          assertThat(scenario.body(a)).contains("\"state\":\"released\"");
          assertThat(s3.requests()).noneMatch(request -> request.method().equals("DELETE"));
        });
  }

  @Test
  void aDeleteMarkerThatIsPutOnTopOfALiveLockEndsItAndTheNextOneGoesOn() {
    play(
        true,
        (scenario, s3, a) -> {
          Lease lease = a.acquire();
          a.process().sleep(Duration.ofSeconds(2));
          s3.delete(BUCKET, OBJECT);
          s3.forgetRequests();

          a.process().sleep(Duration.ofSeconds(10));

          assertThat(loss(lease).lossCause()).isEqualTo(LossCause.REMOVED);
          lease.close();
          assertThat(wire(s3)).containsExactly("PUT if match", "GET");
          s3.forgetRequests();
          Lease next = scenario.newParty().acquire(Duration.ZERO);
          assertThat(next.token()).isGreaterThan(lease.token());
          assertThat(wire(s3)).containsExactly("GET", "PUT if absent");
        });
  }

  @Test
  void aStaleRecordUnderAHolderThatRenewsJustThen() {
    play(
        false,
        (scenario, s3, a) -> {
          Party holder = elsewhere(scenario);
          Lease lease = holder.acquire();
          s3.age(BUCKET, OBJECT, Duration.ofHours(1));
          s3.forgetRequests();
          // Between the read that found it stale and the takeover, the holder renews.
          a.store()
              .beforeNextWrite(
                  () -> {
                    lease.addCompanion(holder.process().pid());
                    pause(a, Duration.ofMillis(10));
                  });
          long start = scenario.simulation().nowNanos();

          LockTimeoutException timeout = a.failToAcquire(Duration.ofSeconds(5));

          assertThat(since(scenario, start)).isEqualTo(Duration.ofSeconds(5));
          assertThat(timeout).hasMessageContaining("held by p1@other (pid 4711), who is alive");
          lease.ensureHeld();
          assertThat(wire(s3))
              .startsWith("GET", "PUT if match", "PUT if match", "GET if none match");
          assertThat(writes(s3)).as("the renewal and one takeover").isEqualTo(2);
          assertThat(reads(s3)).isBetween(10L, 23L);
        });
  }

  private static void pause(Party party, Duration duration) {
    try {
      party.process().sleep(duration);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tenRunsInSequenceEachANewProcessNoneWaiting(boolean versioned) {
    play(
        versioned,
        (scenario, s3, a) -> {
          long start = scenario.simulation().nowNanos();
          long token = 0;
          for (int run = 0; run < 10; run++) {
            s3.forgetRequests();
            try (Lease lease = scenario.newParty().acquire()) {
              assertThat(lease.token()).isGreaterThan(token);
              token = lease.token();
            }
            assertThat(wire(s3))
                .containsExactly(
                    "GET", run == 0 ? "PUT if absent" : "PUT if match", "PUT if match");
          }
          assertThat(since(scenario, start)).isZero();
        });
  }

  @Test
  void aReleaseThatFailsIsWarnedAboutWithKeyHolderAndCause() {
    play(
        false,
        (scenario, s3, a) -> {
          Lease lease = a.acquire();
          s3.forgetRequests();
          s3.plantForever(StaleLockCasesTest::isWrite, Fault.EXPIRED_TOKEN);
          long start = scenario.simulation().nowNanos();
          try (Warnings warnings = Warnings.capture()) {
            lease.close();
            assertThat(warnings.messages()).hasSize(1);
            assertThat(warnings.messages().get(0))
                .contains(
                    "Lock \"demo\" in s3://locks-of-tests/some/prefix could not be given back",
                    "(400 ExpiredToken): the credentials are not accepted; renew them",
                    "Holder p0@host with token " + lease.token(),
                    "at most 30 s from now");
          }
          assertThat(since(scenario, start)).isLessThanOrEqualTo(Duration.ofSeconds(5));
          assertThat(writes(s3)).isBetween(3L, 6L);
          assertThat(reads(s3)).isLessThanOrEqualTo(writes(s3));
          s3.heal();
          Lease next = scenario.newParty().acquire(Duration.ofSeconds(60));
          assertThat(next.token()).isGreaterThan(lease.token());
          assertThat(since(scenario, start)).isLessThan(Duration.ofSeconds(40));
        });
  }

  @Test
  void aCrowdOfFiftyWaitersGoesEasyOnTheBucketAndEachGetsItsTurn() {
    play(
        false,
        (scenario, s3, a) -> {
          Lease first = a.acquire();
          String tag = ((ReadResult.Present) a.store().read(Scenario.KEY)).version().tag();
          s3.forgetRequests();
          List<Long> tokens = new ArrayList<>(List.of(first.token()));
          Map<Party, SimulatedProcess.Task> crowd =
              scenario.startCrowd(CROWD, LATENCY, (waiter, lease) -> tokens.add(lease.token()));
          a.process().sleep(Duration.ofSeconds(5));
          assertPolls(s3, tag, crowd.keySet());

          first.close();
          for (SimulatedProcess.Task waiter : crowd.values()) {
            waiter.join();
          }

          assertThat(tokens).hasSize(CROWD + 1).doesNotHaveDuplicates().isSorted();
          assertOneWritePerWaiterAndHandOver(s3);
          for (Party waiter : crowd.keySet()) {
            assertReadsAreSpaced(waiter.store().history());
          }
          long calls =
              crowd.keySet().stream().mapToLong(waiter -> waiter.store().history().size()).sum();
          assertThat(s3.requests())
              .as("one request for each call, and the first holder's release")
              .hasSize(Math.toIntExact(calls) + 1);
        });
  }

  /** While nothing changes: each is sent the record once, and then told that it is the same. */
  private static void assertPolls(FakeS3 s3, String tag, Set<Party> crowd) {
    List<S3Request> sent = s3.requests();
    long shortest = Duration.ofMillis(250).plus(LATENCY).toMillis();
    long longest = Duration.ofMillis(500).plus(LATENCY).toMillis();
    assertThat(sent.size())
        .isBetween((int) (CROWD * 5_000 / longest), (int) (CROWD * (5_000 / shortest + 1)));
    Map<String, List<S3Request>> byTag =
        sent.stream()
            .collect(
                Collectors.groupingBy(
                    request -> request.headers().getOrDefault("if-none-match", "none")));
    assertThat(byTag.keySet()).containsExactlyInAnyOrder("none", tag);
    assertThat(byTag.get("none")).hasSize(CROWD);
    assertThat(wire(s3)).containsOnly("GET", "GET if none match");
    for (Party waiter : crowd) {
      assertReadsAreSpaced(waiter.store().history());
    }
  }

  /** One read for each poll interval, and one after a write that did not win. */
  private static void assertReadsAreSpaced(List<FaultyRegisterStore.Request> history) {
    for (int i = 1; i < history.size(); i++) {
      FaultyRegisterStore.Request before = history.get(i - 1);
      if (before.kind() == Kind.READ && history.get(i).kind() == Kind.READ) {
        assertThat(history.get(i).atNanos() - before.atNanos())
            .isGreaterThanOrEqualTo(Duration.ofMillis(250).toNanos());
      }
    }
  }

  /** Nobody writes twice upon the same record; and some do write in vain, or nothing is shown. */
  private static void assertOneWritePerWaiterAndHandOver(FakeS3 s3) {
    List<String> uponWhatByWhom =
        s3.requests().stream()
            .filter(StaleLockCasesTest::isWrite)
            .map(request -> request.header("if-match") + " " + nonceOf(request))
            .toList();
    assertThat(uponWhatByWhom).doesNotHaveDuplicates();
    int applied = 2 * CROWD + 1;
    assertThat(uponWhatByWhom).hasSizeGreaterThan(applied + 10);
  }

  private static String nonceOf(S3Request request) {
    Matcher nonce =
        Pattern.compile("\"nonce\":\"(.*?)\"")
            .matcher(new String(request.body(), StandardCharsets.UTF_8));
    assertThat(nonce.find()).isTrue();
    return nonce.group(1);
  }
}
