package dev.fen.datastore.verify;

import static dev.fen.datastore.verify.Certifications.SMALL;
import static dev.fen.datastore.verify.Certifications.brief;
import static dev.fen.datastore.verify.Certifications.certify;
import static dev.fen.datastore.verify.Certifications.certifyInTime;
import static dev.fen.datastore.verify.Certifications.check;
import static dev.fen.datastore.verify.Certifications.creating;
import static dev.fen.datastore.verify.Certifications.memory;
import static dev.fen.datastore.verify.Certifications.named;
import static dev.fen.datastore.verify.Certifications.unknown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.datastore.verify.Candidate.Removal;
import dev.fen.datastore.verify.Check.Result;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.s3.TagForm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("jdk-independent")
@Timeout(60)
class CertificationTest {

  @Test
  void memoryPassesInFull() throws Exception {
    List<String> progress = new ArrayList<>();

    Verdict verdict =
        brief(SystemPlatform.get())
            .run(
                memory(store -> store),
                Extent.FULL,
                Patience.OF_A_WHOLE_CHECK,
                (check, done, of) -> progress.add(check + " " + done + "/" + of));

    assertThat(verdict.checks())
        .allSatisfy(check -> assertThat(check.result()).as("%s", check).isEqualTo(Result.PASSED));
    assertThat(verdict.passed()).isTrue();
    assertThat(verdict.checks())
        .extracting(Check::name)
        .containsExactly(
            "answers",
            "create race",
            "replace race",
            "create on a present key",
            "stale replace",
            "replace on an absent key",
            "create after removal",
            "read after write",
            "list after write",
            "write A, read B",
            "counter",
            "ages",
            "clock");
    assertThat(verdict.rounds()).isEqualTo(200);
    assertThat(verdict.excludedFaultRate()).isBetween(0.0148, 0.0149);
    assertThat(check(verdict, "create race").measured())
        .isEqualTo("200 rounds of 50 racers, one winner in each");
    assertThat(verdict.clockDifferenceMillis().orElseThrow()).isBetween(-1_000L, 1_000L);
    assertThat(verdict.version()).isEqualTo("1.2.3");
    assertThat(verdict.remarks()).isEmpty();
    assertThat(progress).contains("races 0/200", "races 200/200");
  }

  @Test
  void cleansUpAndClosesWhatItHasOpened() throws Exception {
    MemoryCandidate candidate = memory(store -> store);

    certify(candidate, SMALL);

    assertThat(candidate.left()).isEmpty();
    assertThat(candidate.opened).hasValueGreaterThan(1);
    assertThat(candidate.closed).hasValue(candidate.opened.get());
  }

  @Test
  void leavesItsKeysWhereItMayNotRemoveThemAndSaysSo() throws Exception {
    MemoryCandidate candidate = memory(store -> store);
    candidate.removal = Removal.LEFT;

    Verdict verdict = certify(candidate, SMALL);

    assertThat(verdict.passed()).isTrue();
    assertThat(named(verdict, Result.SKIPPED)).containsExactly("create after removal");
    assertThat(candidate.left())
        .isNotEmpty()
        .allSatisfy(key -> assertThat(key.path()).startsWith("verify/"));
    String folder = candidate.left().get(0).path().substring(0, "verify/".length() + 33);
    assertThat(verdict.remarks())
        .singleElement()
        .asString()
        .contains("stay under memory:/prefix/" + folder);
  }

  @Test
  void saysThatOldVersionsStayWhereTheStoreKeepsThem() throws Exception {
    MemoryCandidate candidate = memory(store -> store);
    candidate.removal = Removal.HIDDEN;

    Verdict verdict = certify(candidate, SMALL);

    assertThat(verdict.passed()).isTrue();
    assertThat(verdict.remarks())
        .singleElement()
        .asString()
        .contains(
            "this store keeps versions",
            "noncurrent, under memory:/prefix/verify/ until a lifecycle rule removes them");
  }

  @Test
  void isBoundToTheStoreItWasMadeOn() throws Exception {
    assertThat(certify(memory(store -> store), SMALL).stores()).containsExactly("memory:1");
  }

  @Test
  void neverWritesTheSameBodyTwice() throws Exception {
    Set<String> bodies = ConcurrentHashMap.newKeySet();
    Set<String> twice = ConcurrentHashMap.newKeySet();
    certify(
        memory(
            memory ->
                new ForwardingStore(memory) {
                  @Override
                  public WriteResult create(RegisterKey key, String body) {
                    note(body);
                    return store.create(key, body);
                  }

                  @Override
                  public WriteResult replace(RegisterKey key, Version expected, String body) {
                    note(body);
                    return store.replace(key, expected, body);
                  }

                  private void note(String body) {
                    if (!bodies.add(body)) {
                      twice.add(body);
                    }
                  }
                }),
        SMALL);

    assertThat(twice).isEmpty();
    assertThat(bodies).hasSizeGreaterThan(2 * SMALL.rounds() * SMALL.racers());
  }

  @Test
  void namesAStoreThatIgnoresTheConditionOfCreate() throws Exception {
    Verdict verdict =
        certify(
            memory(memory -> creating(memory, (key, body) -> blindly(memory, key, body))), SMALL);

    assertThat(verdict.passed()).isFalse();
    assertThat(named(verdict, Result.FAILED))
        .containsExactly("create race", "create on a present key");
    assertThat(check(verdict, "create race").measured())
        .contains("20 of 20 rounds went wrong", "8 of 8 racers were told they had won");
  }

  @Test
  void namesAStoreThatIgnoresTheConditionOfReplace() throws Exception {
    Verdict verdict =
        certify(
            memory(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public WriteResult replace(RegisterKey key, Version expected, String body) {
                        return blindly(memory, key, body);
                      }
                    }),
            SMALL);

    assertThat(verdict.passed()).isFalse();
    assertThat(named(verdict, Result.FAILED))
        .contains(
            "replace race", "stale replace", "replace on an absent key", "create after removal")
        .doesNotContain("create race", "create on a present key");
  }

  /** Checks, lets all racers of the key check, and only then acts. */
  private static final class CheckThenAct extends ForwardingStore {
    private final MemoryRegisterStore memory;
    private final boolean onCreate;
    private final Map<String, CyclicBarrier> barriers;

    CheckThenAct(
        MemoryRegisterStore memory, boolean onCreate, Map<String, CyclicBarrier> barriers) {
      super(memory);
      this.memory = memory;
      this.onCreate = onCreate;
      this.barriers = barriers;
    }

    @Override
    public WriteResult create(RegisterKey key, String body) {
      return onCreate && key.path().contains("/race-")
          ? checkThenAct(key, null, body)
          : super.create(key, body);
    }

    @Override
    public WriteResult replace(RegisterKey key, Version expected, String body) {
      return !onCreate && key.path().contains("/race-")
          ? checkThenAct(key, expected, body)
          : super.replace(key, expected, body);
    }

    private WriteResult checkThenAct(RegisterKey key, @Nullable Version expected, String body) {
      boolean fits =
          store.read(key) instanceof ReadResult.Present present
              ? present.version().equals(expected)
              : expected == null;
      try {
        barriers
            .computeIfAbsent(key.path(), path -> new CyclicBarrier(SMALL.racers()))
            .await(30, TimeUnit.SECONDS);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new IllegalStateException(e);
      }
      return fits ? blindly(memory, key, body) : new WriteResult.Conflict();
    }
  }

  @Test
  void namesAStoreThatRacesOnCreate() throws Exception {
    Map<String, CyclicBarrier> barriers = new ConcurrentHashMap<>();
    Verdict verdict = certify(memory(memory -> new CheckThenAct(memory, true, barriers)), SMALL);

    assertThat(verdict.passed()).isFalse();
    assertThat(named(verdict, Result.FAILED)).containsExactly("create race");
  }

  @Test
  void namesAStoreThatRacesOnReplace() throws Exception {
    Map<String, CyclicBarrier> barriers = new ConcurrentHashMap<>();
    Verdict verdict = certify(memory(memory -> new CheckThenAct(memory, false, barriers)), SMALL);

    assertThat(verdict.passed()).isFalse();
    assertThat(named(verdict, Result.FAILED)).containsExactly("replace race");
  }

  /** Each connection goes on seeing of a fresh key what it saw first. */
  private static final class Stale extends ForwardingStore {
    private final Map<RegisterKey, ReadResult> cache = new ConcurrentHashMap<>();
    private final boolean onlyAgain;

    Stale(RegisterStore store, boolean onlyAgain) {
      super(store);
      this.onlyAgain = onlyAgain;
    }

    @Override
    public ReadResult read(RegisterKey key) {
      return key.path().contains("/fresh-") && !onlyAgain
          ? cache.computeIfAbsent(key, store::read)
          : store.read(key);
    }

    @Override
    public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
      return onlyAgain ? last : store.read(key);
    }
  }

  @Test
  void namesStaleReads() throws Exception {
    for (boolean onlyAgain : new boolean[] {true, false}) {
      Verdict verdict = certify(memory(memory -> new Stale(memory, onlyAgain)), SMALL);

      assertThat(verdict.passed()).isFalse();
      assertThat(named(verdict, Result.FAILED)).containsExactly("read after write");
      assertThat(check(verdict, "read after write").measured())
          .contains("an older content was read");
    }
  }

  @Test
  void namesAStoreWhoseReadersAreLate() throws Exception {
    Verdict verdict =
        certify(
            memory(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ReadResult read(RegisterKey key) {
                        return key.path().contains("/cross-") || key.path().contains("/fresh-")
                            ? new ReadResult.Absent(OptionalLong.empty())
                            : store.read(key);
                      }
                    }),
            SMALL);

    assertThat(verdict.passed()).isFalse();
    assertThat(named(verdict, Result.FAILED))
        .containsExactly("read after write", "write A, read B");
  }

  @Test
  void namesAListingThatHidesFreshKeys() throws Exception {
    Verdict verdict =
        certify(
            memory(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ListResult list(String prefix) {
                        return new ListResult.Listed(List.of());
                      }
                    }),
            SMALL);

    assertThat(verdict.passed()).isFalse();
    assertThat(named(verdict, Result.FAILED)).containsExactly("list after write");
  }

  @Test
  void namesALostIncrement() throws Exception {
    AtomicBoolean lost = new AtomicBoolean();
    Verdict verdict =
        certify(
            memory(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public WriteResult replace(RegisterKey key, Version expected, String body) {
                        return key.path().contains("/counter-") && lost.compareAndSet(false, true)
                            ? new WriteResult.Applied(expected)
                            : store.replace(key, expected, body);
                      }
                    }),
            SMALL);

    assertThat(verdict.passed()).isFalse();
    assertThat(named(verdict, Result.FAILED)).containsExactly("counter");
  }

  @Test
  void namesAgesThatDoNotFit() throws Exception {
    for (long age : new long[] {-1, 3_600_000}) {
      Verdict verdict = certify(memory(memory -> new Aged(memory, OptionalLong.of(age))), SMALL);

      assertThat(named(verdict, Result.FAILED)).containsExactly("ages");
    }
  }

  @Test
  void namesAnAgeThatDoesNotGrow() throws Exception {
    JumpingPlatform platform = new JumpingPlatform();
    Verdict verdict =
        certify(
            platform,
            Duration.ofHours(1),
            memory(
                memory ->
                    new Aged(memory, OptionalLong.of(5)) {
                      @Override
                      public ListResult list(String prefix) {
                        platform.jump(Duration.ofSeconds(10));
                        return store.list(prefix);
                      }
                    }),
            SMALL);

    assertThat(named(verdict, Result.FAILED)).containsExactly("ages");
  }

  @Test
  void passesAStoreThatTellsNoAges() throws Exception {
    Verdict verdict = certify(memory(memory -> new Aged(memory, OptionalLong.empty())), SMALL);

    assertThat(verdict.passed()).isTrue();
    assertThat(named(verdict, Result.SKIPPED)).containsExactly("ages", "clock");
    assertThat(verdict.clockDifferenceMillis()).isEmpty();
  }

  @Test
  void neverPassesAStoreThatAnswersUnknown() throws Exception {
    for (boolean writes : new boolean[] {false, true}) {
      Verdict verdict =
          certify(
              memory(
                  memory ->
                      new ForwardingStore(memory) {
                        @Override
                        public WriteResult create(RegisterKey key, String body) {
                          if (writes) {
                            store.create(key, body);
                          }
                          return unknown();
                        }

                        @Override
                        public WriteResult replace(RegisterKey key, Version expected, String body) {
                          if (writes) {
                            store.replace(key, expected, body);
                          }
                          return unknown();
                        }
                      }),
              SMALL);

      assertThat(verdict.passed()).isFalse();
      assertThat(verdict.failed()).isEmpty();
      assertThat(named(verdict, Result.UNDECIDED)).containsExactly("answers");
      assertThat(verdict.rounds()).isZero();
      assertThat(verdict.excludedFaultRate()).isEqualTo(1);
    }
  }

  @Test
  void neverPassesAStoreThatAnswersUnknownInEveryRace() throws Exception {
    for (boolean writes : new boolean[] {false, true}) {
      Verdict verdict =
          certify(
              memory(
                  memory ->
                      new ForwardingStore(memory) {
                        @Override
                        public WriteResult replace(RegisterKey key, Version expected, String body) {
                          if (!key.path().contains("/race-")) {
                            return store.replace(key, expected, body);
                          }
                          if (writes) {
                            store.replace(key, expected, body);
                          }
                          return unknown();
                        }
                      }),
              SMALL);

      assertThat(verdict.passed()).isFalse();
      assertThat(verdict.failed()).isEmpty();
      assertThat(named(verdict, Result.UNDECIDED)).containsExactly("replace race");
      // Without a winner the races are given up, with one that is only found they are not.
      assertThat(named(verdict, Result.SKIPPED))
          .isEqualTo(writes ? List.of() : List.of("create race"));
    }
  }

  @Test
  void toleratesAnswersThatGetLostNowAndThen() throws Exception {
    AtomicLong count = new AtomicLong();
    Verdict verdict =
        certify(
            memory(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public WriteResult create(RegisterKey key, String body) {
                        return sometimesLost(store.create(key, body));
                      }

                      @Override
                      public WriteResult replace(RegisterKey key, Version expected, String body) {
                        return sometimesLost(store.replace(key, expected, body));
                      }

                      private WriteResult sometimesLost(WriteResult result) {
                        return count.incrementAndGet() % 7 == 0 ? unknown() : result;
                      }
                    }),
            SMALL);

    assertThat(named(verdict, Result.FAILED)).as("%s", verdict.checks()).isEmpty();
    assertThat(verdict.passed()).isTrue();
  }

  @Test
  void endsAtOnceWithTheStoresMessageWhenItRefusesForGood() {
    MemoryCandidate candidate =
        memory(
            memory ->
                creating(
                    memory,
                    (key, body) ->
                        new WriteResult.NotApplied(
                            StoreFailure.permanent("no permission: ask for s3:PutObject", null))));

    assertThatThrownBy(() -> certify(candidate, SMALL))
        .isInstanceOf(CannotVerifyException.class)
        .hasMessage("no permission: ask for s3:PutObject");
    assertThat(candidate.closed).hasValue(candidate.opened.get());
  }

  @Test
  void endsWithTheMessageOfAConnectionThatCannotBeMade() {
    IllegalStateException why = new IllegalStateException("no such bucket: make it");

    assertThatThrownBy(
            () ->
                certify(
                    memory(
                        memory -> {
                          throw why;
                        }),
                    SMALL))
        .isInstanceOf(CannotVerifyException.class)
        .hasMessage("no such bucket: make it")
        .hasCause(why);
  }

  /** Every call waits until it is interrupted. */
  private static final class Hanging extends ForwardingStore {
    final CountDownLatch called = new CountDownLatch(1);
    final CountDownLatch interrupted = new CountDownLatch(1);

    Hanging(RegisterStore store) {
      super(store);
    }

    @Override
    public WriteResult create(RegisterKey key, String body) {
      called.countDown();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        interrupted.countDown();
      }
      return unknown();
    }
  }

  @Test
  void endsWhenTheStoreHangsAndLeavesNoThreadInIt() throws Exception {
    AtomicReference<@Nullable Hanging> hanging = new AtomicReference<>();
    MemoryCandidate candidate =
        memory(
            memory -> {
              Hanging store = new Hanging(memory);
              hanging.compareAndSet(null, store);
              return store;
            });

    Verdict verdict = certify(SystemPlatform.get(), Duration.ofMillis(100), candidate, SMALL);

    assertThat(verdict.passed()).isFalse();
    assertThat(check(verdict, "answers").measured()).contains("no answer in time");
    assertThat(Objects.requireNonNull(hanging.get()).interrupted.await(10, TimeUnit.SECONDS))
        .isTrue();
  }

  @Test
  void doesNotWaitAgainAndAgainForListingsThatHang() throws Exception {
    JumpingPlatform platform = new JumpingPlatform();
    AtomicLong listings = new AtomicLong();
    Verdict verdict =
        certify(
            platform,
            Duration.ofSeconds(15),
            memory(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ListResult list(String prefix) {
                        if (listings.incrementAndGet() % 16 == 0) {
                          platform.jump(Duration.ofMinutes(5));
                        }
                        try {
                          new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                          // As a request that was given up.
                        }
                        return new ListResult.Unknown(StoreFailure.passing("given up", null));
                      }
                    }),
            SMALL);

    assertThat(named(verdict, Result.UNDECIDED)).contains("list after write");
    assertThat(listings).hasValue(16);
  }

  @Test
  void anInterruptEndsItWhileTheStoreHangs() throws Exception {
    MemoryRegisterStore memory = new MemoryRegisterStore(System::currentTimeMillis);
    Hanging hanging = new Hanging(memory);
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread runner =
        new Thread(
            () -> {
              try {
                certify(SystemPlatform.get(), Duration.ofDays(1), memory(store -> hanging), SMALL);
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    runner.start();
    assertThat(hanging.called.await(10, TimeUnit.SECONDS)).isTrue();

    runner.interrupt();
    runner.join(10_000);

    assertThat(runner.isAlive()).isFalse();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertThat(hanging.interrupted.await(10, TimeUnit.SECONDS)).isTrue();
  }

  /** A write that is under way when the certification is stopped, and lands a moment later. */
  private static final class SlowCounter extends ForwardingStore {
    private final CountDownLatch called;
    private final CountDownLatch landing;

    SlowCounter(RegisterStore store, CountDownLatch called, CountDownLatch landing) {
      super(store);
      this.called = called;
      this.landing = landing;
    }

    @Override
    public WriteResult create(RegisterKey key, String body) {
      if (key.path().contains("/counter-")) {
        called.countDown();
        while (landing.getCount() > 0) {
          try {
            landing.await();
          } catch (InterruptedException inVain) {
            // A request that is out cannot be called back.
          }
        }
      }
      return store.create(key, body);
    }
  }

  private @Nullable Throwable interruptedIn(MemoryCandidate candidate, CountDownLatch called)
      throws InterruptedException {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread runner =
        new Thread(
            () -> {
              try {
                certify(candidate, SMALL);
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    runner.start();
    assertThat(called.await(30, TimeUnit.SECONDS)).isTrue();
    runner.interrupt();
    runner.join(30_000);
    assertThat(runner.isAlive()).isFalse();
    return thrown.get();
  }

  @Test
  void anInterruptTakesAwayWhatWasWrittenAndWhatIsBeingWritten() throws Exception {
    CountDownLatch called = new CountDownLatch(1);
    CountDownLatch landing = new CountDownLatch(1);
    MemoryCandidate candidate = memory(memory -> new SlowCounter(memory, called, landing));
    SystemPlatform.get().schedule(landing::countDown, TimeUnit.SECONDS.toNanos(1));

    assertThat(interruptedIn(candidate, called))
        .isInstanceOf(InterruptedException.class)
        .hasMessage(null);

    assertThat(landing.getCount()).isZero();
    assertThat(candidate.left()).isEmpty();
  }

  @Test
  void anInterruptSaysWhatItCouldNotTakeAway() throws Exception {
    CountDownLatch called = new CountDownLatch(1);
    MemoryCandidate candidate =
        memory(memory -> new SlowCounter(memory, called, new CountDownLatch(0)));
    candidate.removal = Removal.LEFT;

    assertThat(interruptedIn(candidate, called))
        .isInstanceOf(InterruptedException.class)
        .hasMessageContaining(
            "registers could not be removed and may stay under memory:/prefix/verify/");
  }

  private CannotVerifyException givenUp(JumpingPlatform platform, MemoryCandidate candidate) {
    AtomicReference<@Nullable CannotVerifyException> thrown = new AtomicReference<>();
    assertThatThrownBy(() -> certifyInTime(platform, candidate, SMALL))
        .isInstanceOfSatisfying(CannotVerifyException.class, thrown::set);
    return Objects.requireNonNull(thrown.get());
  }

  @Test
  void isGivenUpWhereNoWriteIsAcknowledged() {
    JumpingPlatform platform = new JumpingPlatform();
    AtomicLong creates = new AtomicLong();
    MemoryCandidate candidate =
        memory(
            memory ->
                creating(
                    memory,
                    (key, body) -> {
                      creates.incrementAndGet();
                      platform.jump(Duration.ofSeconds(4));
                      memory.create(key, body);
                      return unknown();
                    }));

    CannotVerifyException told = givenUp(platform, candidate);

    assertThat(told.isPermanent()).isFalse();
    assertThat(told)
        .hasMessage(
            "memory could not be verified: it acknowledged no write within 7 s (the answer got lost);"
                + " try again when the store is well");
    assertThat(creates).hasValue(2);
    assertThat(candidate.left()).isEmpty();
  }

  @Test
  void nothingMayStayWhereNoWriteWasEverSent() {
    JumpingPlatform platform = new JumpingPlatform();
    MemoryCandidate candidate =
        memory(
            memory ->
                creating(
                    memory,
                    (key, body) -> {
                      platform.jump(Duration.ofSeconds(4));
                      return new WriteResult.NotApplied(
                          StoreFailure.passing("there are no credentials yet", null));
                    }));
    candidate.removal = Removal.LEFT;

    assertThat(givenUp(platform, candidate))
        .hasMessage(
            "memory could not be verified: it acknowledged no write within 7 s (there are no"
                + " credentials yet); try again when the store is well");
  }

  @Test
  void isGivenUpWhereItTakesTooLongAndSaysHowFarItCame() {
    JumpingPlatform platform = new JumpingPlatform();
    MemoryCandidate candidate =
        memory(
            memory ->
                creating(
                    memory,
                    (key, body) -> {
                      if (key.path().endsWith("/race-9")) {
                        platform.jump(Duration.ofSeconds(50));
                      }
                      return memory.create(key, body);
                    }));
    candidate.removal = Removal.LEFT;

    assertThat(givenUp(platform, candidate))
        .hasMessageStartingWith(
            "memory could not be verified: after 40 s it was given up, at races (8 of 20); try"
                + " again when the store is well; ")
        .hasMessageContaining("may stay under memory:/prefix/verify/");
  }

  @Test
  void goesOnForAsLongAsItIsAsked() throws Exception {
    JumpingPlatform platform = new JumpingPlatform();
    AtomicLong races = new AtomicLong();
    Verdict verdict =
        certify(
            platform,
            Duration.ofHours(1),
            memory(
                memory ->
                    new Aged(memory, OptionalLong.empty()) {
                      @Override
                      public WriteResult create(RegisterKey key, String body) {
                        // Each race of eight takes a minute here.
                        if (key.path().contains("/race-")) {
                          platform.jump(Duration.ofMillis(7_500));
                          races.incrementAndGet();
                        }
                        return store.create(key, body);
                      }
                    }),
            SMALL.lasting(Duration.ofMinutes(30)));

    assertThat(verdict.passed()).isTrue();
    assertThat(verdict.rounds()).isBetween(30, 33);
    assertThat(races).hasValue(verdict.rounds() * 8L);
  }

  /** At 50 ms a request that is half of the 10 s, and leaves the other half to the machine. */
  @Test
  void theShortFormTakesAtMostAHundredRequestsOneAfterTheOther() throws Exception {
    Waves waves = new Waves(50);
    MemoryCandidate candidate = waves.candidate();
    candidate.forms = List.of(TagForm.QUOTED, TagForm.UNQUOTED);
    candidate.removing = waves::request;

    Verdict verdict = certify(waves, Duration.ofSeconds(15), candidate, Extent.SHORT);

    assertThat(verdict.passed()).isTrue();
    assertThat(waves.reached()).isBetween(50L, 100L);
    assertThat(waves.pauses).hasValue(0);
  }

  /** A race of few of sixty rounds is missed too often: what is fast can show more. */
  @Test
  void theShortFormMakesMoreRacesOnAFastStoreInTheSameTime() throws Exception {
    Waves waves = new Waves(20);
    MemoryCandidate candidate = waves.candidate();
    candidate.removing = waves::request;

    Verdict verdict = certify(waves, Duration.ofSeconds(15), candidate, Extent.SHORT);

    assertThat(verdict.passed()).isTrue();
    assertThat(verdict.rounds()).isGreaterThan(2 * Extent.SHORT.rounds());
    assertThat(waves.nanoTime()).isLessThan(TimeUnit.SECONDS.toNanos(10));
  }

  private static WriteResult blindly(MemoryRegisterStore memory, RegisterKey key, String body) {
    synchronized (memory) {
      memory.overwrite(key, body);
      return memory.read(key) instanceof ReadResult.Present present
          ? new WriteResult.Applied(present.version())
          : unknown();
    }
  }
}
