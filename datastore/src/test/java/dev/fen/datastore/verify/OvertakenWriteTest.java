package dev.fen.datastore.verify;

import static dev.fen.datastore.verify.Certifications.SMALL;
import static dev.fen.datastore.verify.Certifications.certify;
import static dev.fen.datastore.verify.Certifications.certifyInTime;
import static dev.fen.datastore.verify.Certifications.check;
import static dev.fen.datastore.verify.Certifications.creating;
import static dev.fen.datastore.verify.Certifications.memory;
import static dev.fen.datastore.verify.Certifications.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.datastore.verify.Check.Result;
import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.s3.TagForm;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A write whose content comes after another write has to be refused. */
@Tag("jdk-independent")
@Timeout(60)
class OvertakenWriteTest {

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

  /** A wait that is in vain takes no time but that of its clock. */
  private static final class Waiting extends JumpingPlatform {
    private final Map<Thread, CountDownLatch> awaited = new ConcurrentHashMap<>();

    /** Runs what waits for nothing that comes; it goes on once the other thing is there. */
    void waitFor(CountDownLatch other, Runnable waiting) {
      awaited.put(Thread.currentThread(), other);
      waiting.run();
      awaited.remove(Thread.currentThread());
    }

    @Override
    public Signal newSignal() {
      Signal signal = super.newSignal();
      return new Signal() {
        @Override
        public void give() {
          signal.give();
        }

        @Override
        public boolean await(long nanos) throws InterruptedException {
          CountDownLatch other = awaited.get(Thread.currentThread());
          if (other == null) {
            return signal.await(nanos);
          }
          if (signal.await(0)) {
            return true;
          }
          other.await();
          jump(Duration.ofNanos(nanos));
          return false;
        }
      };
    }
  }

  /** Where a lock is held while content comes in, the other write has to wait for it. */
  @Test
  void aStoreThatKeepsTheOvertakingWriteWaitingPasses() throws Exception {
    Waiting platform = new Waiting();
    Semaphore free = new Semaphore(1);
    Map<RegisterKey, CountDownLatch> overtaking = new ConcurrentHashMap<>();
    MemoryCandidate candidate =
        memory(
            memory ->
                new Aged(memory, OptionalLong.empty()) {
                  @Override
                  public WriteResult create(RegisterKey key, String body) {
                    return write(key, () -> store.create(key, body));
                  }

                  @Override
                  public WriteResult replace(RegisterKey key, Version expected, String body) {
                    return write(key, () -> store.replace(key, expected, body));
                  }

                  private WriteResult write(RegisterKey key, Supplier<WriteResult> write) {
                    CountDownLatch overtaken = overtaking.get(key);
                    if (overtaken != null) {
                      overtaken.countDown();
                    }
                    return alone(free, write);
                  }
                });
    candidate.lateWriter =
        lateWriter(
            (key, expected, body, held) -> {
              CountDownLatch overtaken = new CountDownLatch(1);
              overtaking.put(key, overtaken);
              return alone(
                  free,
                  () -> {
                    platform.waitFor(overtaken, held);
                    return Ground.write(candidate.memory, key, expected, body);
                  });
            });

    long startNanos = platform.nanoTime();

    Verdict verdict = certify(platform, Duration.ofSeconds(15), candidate, SMALL);

    // All are begun at once, and each gets the time of two calls.
    assertThat(Duration.ofNanos(platform.nanoTime() - startNanos))
        .isLessThan(Duration.ofSeconds(30));
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
    assertThat(candidate.left()).isEmpty();
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
    assertThat(candidate.left()).isEmpty();
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
  void itTakesNoMoreWhereWritesCanBeOvertaken() throws Exception {
    Waves waves = new Waves(50);
    MemoryCandidate candidate = waves.candidate();
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
}
