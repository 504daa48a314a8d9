package dev.fen.datastore.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.datastore.verify.Candidate.Removal;
import dev.fen.datastore.verify.Check.Result;
import dev.fen.lock.platform.Cancellable;
import dev.fen.lock.platform.HolderFiles;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.ProcessTable;
import dev.fen.lock.platform.Signal;
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
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("jdk-independent")
@Timeout(60)
class CertificationTest {

  private static final Extent SMALL = new Extent(20, 8, 4, Duration.ZERO);

  private final List<String> progress = new ArrayList<>();

  private Verdict certify(Candidate candidate, Extent extent) throws InterruptedException {
    return certify(SystemPlatform.get(), Duration.ofSeconds(15), candidate, extent);
  }

  private Verdict certify(Platform platform, Duration limit, Candidate candidate, Extent extent)
      throws InterruptedException {
    return new Certification(platform, "1.2.3", limit, Duration.ofMillis(1))
        .run(
            candidate,
            extent,
            Patience.OF_A_WHOLE_CHECK,
            (check, done, of) -> progress.add(check + " " + done + "/" + of));
  }

  private static MemoryCandidate memory(Function<MemoryRegisterStore, RegisterStore> connection) {
    return new MemoryCandidate(connection);
  }

  /** A store whose creates are made so, and everything else as in the memory. */
  private static RegisterStore creating(
      MemoryRegisterStore memory, BiFunction<RegisterKey, String, WriteResult> create) {
    return new ForwardingStore(memory) {
      @Override
      public WriteResult create(RegisterKey key, String body) {
        return create.apply(key, body);
      }
    };
  }

  private static List<String> named(Verdict verdict, Result result) {
    return verdict.checks().stream()
        .filter(check -> check.result() == result)
        .map(Check::name)
        .toList();
  }

  private static Check check(Verdict verdict, String name) {
    return verdict.checks().stream()
        .filter(check -> check.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void memoryPassesInFull() throws Exception {
    MemoryCandidate candidate = memory(store -> store);

    Verdict verdict = certify(candidate, Extent.FULL);

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
            Duration.ofSeconds(15),
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
    AtomicLong listings = new AtomicLong();
    Verdict verdict =
        certify(
            SystemPlatform.get(),
            Duration.ofMillis(400),
            memory(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ListResult list(String prefix) {
                        listings.incrementAndGet();
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

  /** Gives it up after 7 s without a write, or 40 s in all. */
  private static Verdict certifyInTime(
      JumpingPlatform platform, MemoryCandidate candidate, Extent extent) throws Exception {
    return new Certification(platform, "1.2.3", Duration.ofSeconds(15), Duration.ofMillis(1))
        .run(
            candidate,
            extent,
            new Patience(Duration.ofSeconds(7), Duration.ofSeconds(40)),
            (check, done, of) -> {});
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
                        platform.jump(Duration.ofSeconds(10));
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

  /** Where a lock is held while content comes in, the other write has to wait for it. */
  @Test
  void aStoreThatKeepsTheOvertakingWriteWaitingPasses() throws Exception {
    Semaphore free = new Semaphore(1);
    MemoryCandidate candidate =
        memory(
            memory ->
                new ForwardingStore(memory) {
                  @Override
                  public WriteResult create(RegisterKey key, String body) {
                    return alone(free, () -> store.create(key, body));
                  }

                  @Override
                  public WriteResult replace(RegisterKey key, Version expected, String body) {
                    return alone(free, () -> store.replace(key, expected, body));
                  }
                });
    candidate.lateWriter =
        lateWriter(
            (key, expected, body, held) ->
                alone(
                    free,
                    () -> {
                      held.run();
                      return Ground.write(candidate.memory, key, expected, body);
                    }));

    Verdict verdict = certify(candidate, SMALL);

    assertThat(verdict.passed()).isTrue();
    assertThat(check(verdict, "overtaken write").measured())
        .isEqualTo("10 writes whose content came after another write: one winner each");
  }

  private static WriteResult alone(Semaphore free, Supplier<WriteResult> write) {
    free.acquireUninterruptibly();
    try {
      return write.get();
    } finally {
      free.release();
    }
  }

  private static Candidate.LateWriter lateWriter(Late write) {
    return new Candidate.LateWriter() {
      @Override
      public WriteResult write(
          RegisterKey key, @Nullable Version expected, String body, Runnable held) {
        return write.write(key, expected, body, held);
      }

      @Override
      public void close() {}
    };
  }

  @FunctionalInterface
  private interface Late {
    WriteResult write(RegisterKey key, @Nullable Version expected, String body, Runnable held);
  }

  /** Only what it is about: whoever is overtaken writes over the other one. */
  private static MemoryCandidate overwritten(
      Function<MemoryRegisterStore, RegisterStore> connection) {
    MemoryCandidate candidate = memory(connection);
    candidate.lateWriter =
        lateWriter(
            (key, expected, body, held) -> {
              held.run();
              return candidate.memory.read(key) instanceof ReadResult.Present there
                  ? candidate.memory.replace(key, there.version(), body)
                  : candidate.memory.create(key, body);
            });
    return candidate;
  }

  @Test
  void aWriteThatIsOvertakenAndDoneAllTheSameFailsThatCheckAlone() throws Exception {
    Verdict verdict = certify(overwritten(store -> store), SMALL);

    assertThat(verdict.failed()).extracting(Check::name).containsExactly("overtaken write");
    assertThat(verdict.rounds()).isEqualTo(20);
  }

  @Test
  void whatEndsAtAFaultDoesLittleMore() throws Exception {
    MemoryCandidate candidate = overwritten(store -> store);

    Verdict verdict = certify(candidate, new Extent(20, 8, 4, Duration.ofMinutes(5), true));

    assertThat(verdict.failed()).extracting(Check::name).containsExactly("overtaken write");
    assertThat(verdict.passed()).isFalse();
    assertThat(verdict.rounds()).isEqualTo(4);
    assertThat(named(verdict, Result.SKIPPED)).containsExactly("create race", "replace race");
    assertThat(verdict.checks()).extracting(Check::name).doesNotContain("counter");
    assertThat(candidate.left()).isEmpty();
  }

  @Test
  void whatIsKnownToFailIsRefusedAlsoWhereItsRacesTakeTooLong() throws Exception {
    JumpingPlatform platform = new JumpingPlatform();
    MemoryCandidate candidate =
        overwritten(
            memory ->
                creating(
                    memory,
                    (key, body) -> {
                      if (key.path().contains("/race-")) {
                        platform.jump(Duration.ofSeconds(50));
                      }
                      return memory.create(key, body);
                    }));

    Verdict verdict = certifyInTime(platform, candidate, new Extent(20, 8, 4, Duration.ZERO, true));

    assertThat(verdict.failed()).extracting(Check::name).containsExactly("overtaken write");
    assertThat(candidate.left()).isEmpty();
  }

  @Test
  void anOvertakenWriteWithoutAnAnswerIsTriedAgainAndThenNotJudged() throws Exception {
    MemoryCandidate candidate = memory(store -> store);
    AtomicLong tried = new AtomicLong();
    candidate.lateWriter =
        lateWriter(
            (key, expected, body, held) -> {
              tried.incrementAndGet();
              throw new IllegalStateException("no answer");
            });

    Verdict verdict = certify(candidate, SMALL);

    assertThat(verdict.passed()).isTrue();
    assertThat(named(verdict, Result.SKIPPED)).containsExactly("overtaken write");
    assertThat(check(verdict, "overtaken write").measured()).contains("no answer");
    assertThat(tried).hasValue(30);
  }

  /** Which come too fast, so that nothing is known of the first ones of each kind. */
  @Test
  void aStoreThatTurnsSomeWritesAwayIsFoundOutByTheNextOnes() throws Exception {
    MemoryCandidate candidate = overwritten(store -> store);
    Candidate.LateWriter overwriting = Objects.requireNonNull(candidate.lateWriter);
    candidate.lateWriter =
        lateWriter(
            (key, expected, body, held) -> {
              if (key.path().endsWith("-0-0")) {
                throw new IllegalStateException("no answer");
              }
              return key.path().contains("-0-")
                  ? new WriteResult.NotApplied(StoreFailure.passing("too fast", null))
                  : overwriting.write(key, expected, body, held);
            });

    assertThat(certify(candidate, SMALL).failed())
        .extracting(Check::name)
        .containsExactly("overtaken write");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whereAllSlowWritesAreTurnedAwayNoMoreAreTried(boolean permanent) throws Exception {
    MemoryCandidate candidate = memory(store -> store);
    AtomicLong tried = new AtomicLong();
    candidate.lateWriter =
        lateWriter(
            (key, expected, body, held) -> {
              tried.incrementAndGet();
              return new WriteResult.NotApplied(
                  permanent
                      ? StoreFailure.permanent("turned away", null)
                      : StoreFailure.passing("turned away", null));
            });

    Verdict verdict = certify(candidate, SMALL);

    assertThat(named(verdict, Result.SKIPPED)).containsExactly("overtaken write");
    assertThat(check(verdict, "overtaken write").measured()).contains("turned away");
    assertThat(tried).hasValue(10);
  }

  @Test
  void aVerdictThatStandsIsNotLostWhereCleaningUpTakesTooLong() throws Exception {
    JumpingPlatform platform = new JumpingPlatform();
    MemoryCandidate candidate = overwritten(store -> store);
    candidate.removing =
        () -> {
          if (candidate.memory.read(new RegisterKey("cleaned")) instanceof ReadResult.Absent) {
            candidate.memory.create(new RegisterKey("cleaned"), "");
          } else {
            platform.jump(Duration.ofSeconds(50));
          }
        };

    Verdict verdict = certifyInTime(platform, candidate, new Extent(20, 8, 4, Duration.ZERO, true));

    assertThat(verdict.failed()).extracting(Check::name).containsExactly("overtaken write");
  }

  @Test
  void goesOnForAsLongAsItIsAsked() throws Exception {
    JumpingPlatform platform = new JumpingPlatform();
    AtomicLong races = new AtomicLong();
    Verdict verdict =
        certify(
            platform,
            Duration.ofSeconds(15),
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

  /** How far a thread has come, in requests made one after the other. */
  private static final class Wave {
    private final @Nullable Wave giver;
    private long reached;

    Wave(@Nullable Wave giver, long reached) {
      this.giver = giver;
      this.reached = reached;
    }

    synchronized long reached() {
      return reached;
    }

    /** Whoever gave out the task waits for it. */
    void reach(long to) {
      synchronized (this) {
        reached = Math.max(reached, to);
      }
      if (giver != null) {
        giver.reach(to);
      }
    }
  }

  /** Counts requests that have to wait for each other, however slow this machine is. */
  private static final class Waves extends JumpingPlatform {
    final AtomicLong pauses = new AtomicLong();
    private final long requestMillis;
    private final ThreadLocal<Wave> present = ThreadLocal.withInitial(() -> new Wave(null, 0));

    Waves(long requestMillis) {
      this.requestMillis = requestMillis;
    }

    long reached() {
      return present.get().reached();
    }

    /** As if only requests took time. */
    @Override
    public long nanoTime() {
      return requestMillis * TimeUnit.MILLISECONDS.toNanos(reached());
    }

    void request() {
      Wave wave = present.get();
      wave.reach(wave.reached() + 1);
    }

    @Override
    public Executor newWorkers(String name, int maxThreads) {
      Executor workers = real.newWorkers(name, maxThreads);
      return task -> {
        Wave giver = present.get();
        Wave wave = new Wave(giver, giver.reached());
        workers.execute(
            () -> {
              present.set(wave);
              task.run();
            });
      };
    }

    @Override
    public Signal newSignal() {
      Signal signal = real.newSignal();
      return new Signal() {
        @Override
        public void give() {
          signal.give();
        }

        @Override
        public boolean await(long nanos) throws InterruptedException {
          pauses.incrementAndGet();
          return signal.await(nanos);
        }
      };
    }
  }

  /** Each of its requests takes a wave. */
  private static final class Requests extends ForwardingStore {
    private final Waves waves;

    Requests(RegisterStore store, Waves waves) {
      super(store);
      this.waves = waves;
    }

    @Override
    public ReadResult read(RegisterKey key) {
      waves.request();
      return store.read(key);
    }

    @Override
    public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
      waves.request();
      return store.readAgain(key, last);
    }

    @Override
    public WriteResult create(RegisterKey key, String body) {
      waves.request();
      return store.create(key, body);
    }

    @Override
    public WriteResult replace(RegisterKey key, Version expected, String body) {
      waves.request();
      return store.replace(key, expected, body);
    }

    @Override
    public ListResult list(String prefix) {
      waves.request();
      return store.list(prefix);
    }
  }

  /** Its ages would be real, and the time that passes is not. */
  private static MemoryCandidate untimed(Waves waves) {
    return memory(memory -> new Requests(new Aged(memory, OptionalLong.empty()), waves));
  }

  /** At 50 ms a request that is half of the 10 s, and leaves the other half to the machine. */
  @Test
  void theShortFormTakesAtMostAHundredRequestsOneAfterTheOther() throws Exception {
    Waves waves = new Waves(50);
    MemoryCandidate candidate = untimed(waves);
    candidate.forms = List.of(TagForm.QUOTED, TagForm.UNQUOTED);
    candidate.removing = waves::request;

    Verdict verdict = certify(waves, Duration.ofSeconds(15), candidate, Extent.SHORT);

    assertThat(verdict.passed()).isTrue();
    assertThat(waves.reached()).isBetween(50L, 100L);
    assertThat(waves.pauses).hasValue(0);
  }

  @Test
  void itTakesNoMoreWhereWritesCanBeOvertaken() throws Exception {
    Waves waves = new Waves(50);
    MemoryCandidate candidate = untimed(waves);
    candidate.forms = List.of(TagForm.QUOTED, TagForm.UNQUOTED);
    candidate.removing = waves::request;
    candidate.lateWriter =
        lateWriter(
            (key, expected, body, held) -> {
              // To connect and send the head; and what it waits for the other one.
              waves.request();
              held.run();
              waves.request();
              waves.request();
              return Ground.write(candidate.memory, key, expected, body);
            });

    Verdict verdict = certify(waves, Duration.ofSeconds(15), candidate, Extent.SHORT);

    assertThat(verdict.passed()).isTrue();
    assertThat(waves.reached()).isBetween(50L, 100L);
    // Ten head starts of a tenth of a second, all at the same time.
    assertThat(waves.pauses).hasValue(10);
  }

  /** A race of few of sixty rounds is missed too often: what is fast can show more. */
  @Test
  void theShortFormMakesMoreRacesOnAFastStoreInTheSameTime() throws Exception {
    Waves waves = new Waves(10);
    MemoryCandidate candidate = untimed(waves);
    candidate.removing = waves::request;

    Verdict verdict = certify(waves, Duration.ofSeconds(15), candidate, Extent.SHORT);

    assertThat(verdict.passed()).isTrue();
    assertThat(verdict.rounds()).isGreaterThan(2 * Extent.SHORT.rounds());
    assertThat(waves.nanoTime()).isLessThan(TimeUnit.SECONDS.toNanos(10));
  }

  private static WriteResult unknown() {
    return new WriteResult.Unknown(StoreFailure.passing("the answer got lost", null));
  }

  private static WriteResult blindly(MemoryRegisterStore memory, RegisterKey key, String body) {
    synchronized (memory) {
      memory.overwrite(key, body);
      return memory.read(key) instanceof ReadResult.Present present
          ? new WriteResult.Applied(present.version())
          : unknown();
    }
  }

  /** Tells one age always, or neither age nor time. */
  private static class Aged extends ForwardingStore {
    private final OptionalLong age;

    Aged(RegisterStore store, OptionalLong age) {
      super(store);
      this.age = age;
    }

    @Override
    public ReadResult read(RegisterKey key) {
      return store.read(key) instanceof ReadResult.Present present
          ? new ReadResult.Present(
              present.version(),
              present.body(),
              age,
              age.isEmpty() ? age : present.storeTimeMillis())
          : new ReadResult.Absent(OptionalLong.empty());
    }
  }

  /** The real machine, but for a clock that can be put forward. */
  private static class JumpingPlatform implements Platform {
    final Platform real = SystemPlatform.get();
    private final AtomicLong ahead = new AtomicLong();

    void jump(Duration by) {
      ahead.addAndGet(by.toNanos());
    }

    @Override
    public long nanoTime() {
      return real.nanoTime() + ahead.get();
    }

    @Override
    public long currentTimeMillis() {
      return real.currentTimeMillis();
    }

    @Override
    public Signal newSignal() {
      return real.newSignal();
    }

    @Override
    public Cancellable schedule(Runnable task, long delayNanos) {
      return real.schedule(task, delayNanos);
    }

    @Override
    public Executor newWorkers(String name, int maxThreads) {
      return real.newWorkers(name, maxThreads);
    }

    @Override
    public long randomLong() {
      return real.randomLong();
    }

    @Override
    public ProcessTable processes() {
      return real.processes();
    }

    @Override
    public HolderFiles holderFiles() {
      return HolderFiles.NONE;
    }

    @Override
    public Cancellable onShutdown(Runnable task) {
      return real.onShutdown(task);
    }
  }
}
