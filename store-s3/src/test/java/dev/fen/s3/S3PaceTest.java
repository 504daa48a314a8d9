package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.ForwardingRegisterStore;
import dev.fen.testkit.SimulatedProcess;
import dev.fen.testkit.Simulation;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Profile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Locks on a store that takes one write of a key a second. */
class S3PaceTest {

  private static final String LOCK = "demo";
  private static final LockOptions OPTIONS =
      LockOptions.of("test").withTtl(Duration.ofSeconds(5)).withMaxWait(Duration.ofSeconds(20));

  private final Simulation simulation = new Simulation(1);
  private final SimulatedProcess process = simulation.newProcess("p0");
  private final List<WriteResult> writes = new ArrayList<>();
  private final FakeS3 s3 = FakeS3.start(Profile.ONE_WRITE_PER_SECOND, simulation::storeMillis);

  @BeforeEach
  void aBucket() {
    s3.createBucket("bucket", false);
  }

  @AfterEach
  void close() {
    s3.close();
  }

  /** Keeps what became of each write. */
  private final class Noting extends ForwardingRegisterStore {

    Noting(RegisterStore store) {
      super(store);
    }

    @Override
    public WriteResult create(RegisterKey key, String body) {
      return noted(super.create(key, body));
    }

    @Override
    public WriteResult replace(RegisterKey key, Version expected, String body) {
      return noted(super.replace(key, expected, body));
    }

    private WriteResult noted(WriteResult result) {
      writes.add(result);
      return result;
    }
  }

  private LockService locks(SimulatedProcess of, boolean paced) {
    S3Settings settings =
        S3Settings.of(
            new S3Settings.Sourced("s3://bucket?one-write-per-second=" + paced, "the test"),
            name -> null,
            Map.of());
    RegisterStore store =
        new S3RegisterStore(
            TestClients.of(s3.endpoint()),
            settings.place(),
            TagForm.QUOTED,
            settings.encryption(),
            settings.writeInterval());
    return new LockService(new Noting(store), OPTIONS, of);
  }

  private List<WriteResult> refused() {
    return writes.stream().filter(result -> !(result instanceof WriteResult.Applied)).toList();
  }

  /** Cold and warm, renewed at once and again and again, and given back at once. */
  private void lifeCycles(LockService locks) throws InterruptedException {
    for (int round = 0; round < 3; round++) {
      try (Lease lease = locks.acquire(LOCK)) {
        lease.addCompanion(process.pid());
        process.sleep(Duration.ofSeconds(12));
        lease.ensureHeld();
      }
      Lease brief = locks.acquire(LOCK);
      brief.close();
    }
  }

  @Test
  void thisProcessKeepsToTheStoresPace() {
    simulation.run(
        process,
        () -> {
          LockService locks = locks(process, true);
          lifeCycles(locks);
          assertThat(refused()).isEmpty();
          // Two cycles a round, and a renewal every ttl/3.
          assertThat(writes).hasSizeGreaterThan(3 * (4 + 6));
          assertThat(locks.inspect(LOCK).state()).isEqualTo(LockStatus.State.FREE);
        });
  }

  @Test
  void anAttemptWithoutAWaitIsMadeAllTheSame() {
    simulation.run(
        process,
        () -> {
          LockService locks = locks(process, true);
          locks.acquire(LOCK).close();
          try (Lease lease = locks.tryAcquire(LOCK).orElseThrow()) {
            lease.ensureHeld();
          }
          assertThat(refused()).isEmpty();
        });
  }

  @Test
  void aLeaseThatIsGivenBackWhileARenewalWaitsIsReleased() {
    simulation.run(
        process,
        () -> {
          LockService locks = locks(process, true);
          Lease lease = locks.acquire(LOCK);
          lease.addCompanion(process.pid());
          lease.close();
          assertThat(locks.inspect(LOCK).state()).isEqualTo(LockStatus.State.FREE);
          assertThat(writes).hasSize(2);
          assertThat(refused()).isEmpty();
        });
  }

  @Test
  void withoutTheSettingEverythingEndsWellToo() {
    simulation.run(
        process,
        () -> {
          LockService locks = locks(process, false);
          lifeCycles(locks);
          assertThat(refused()).isNotEmpty().hasOnlyElementsOfType(WriteResult.NotApplied.class);
          assertThat(locks.inspect(LOCK).state()).isEqualTo(LockStatus.State.FREE);
        });
  }

  @Test
  void whatAnotherProcessJustReleasedIsHadAfterAPause() {
    simulation.run(
        process,
        () -> {
          LockService locks = locks(process, true);
          Lease held = locks.acquire(LOCK);
          process.sleep(Duration.ofSeconds(2));
          held.close();
          SimulatedProcess other = simulation.newProcess("p1");
          Lease[] had = new Lease[1];
          other.start("taker", () -> had[0] = locks(other, true).acquire(LOCK));
          process.sleep(Duration.ofSeconds(10));
          had[0].ensureHeld();
          assertThat(had[0].token()).isGreaterThan(held.token());
          assertThat(refused()).isNotEmpty().hasOnlyElementsOfType(WriteResult.NotApplied.class);
        });
  }
}
