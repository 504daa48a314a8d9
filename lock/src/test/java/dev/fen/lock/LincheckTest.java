package dev.fen.lock;

import dev.fen.lock.platform.Signal;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What threads share, in many orders of their steps, which Lincheck draws. Each scene has two or
 * three operations, each in a thread of its own. Whoever throws fails it, and so do threads that
 * all wait for one another.
 */
class LincheckTest {

  private static final int ORDERS = 300;
  private static final LockName LOCK = LockName.named(Namespace.NONE, "a");

  @ParameterizedTest
  @ValueSource(
      classes = {
        AnAnswerThatMeetsItsLimitIsGivenOnce.class,
        AWarmRecordIsTakenByOneCaller.class,
        ALeaseThatIsClosedTwiceAtOnceIsReleasedOnce.class,
        WhoClosesTheServiceWaitsForTheLastLeaseAndNoLonger.class,
        WhoEndsTheProcessWaitsForTheLastLeaseAndNoLonger.class
      })
  void two(Class<?> scene) {
    check(scene, 2);
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        ALeaseThatIsClosedDuringItsRenewalIsReleased.class,
        WhoQueuesIsAloneWhenItIsItsTurnAndNobodyIsForgotten.class,
        LeasesOfOneFateEndTogetherAndThatIsToldOnce.class
      })
  void three(Class<?> scene) {
    check(scene, 3);
  }

  private static void check(Class<?> scene, int threads) {
    new ModelCheckingOptions()
        .iterations(1)
        .invocationsPerIteration(ORDERS)
        .threads(threads)
        .actorsPerThread(1)
        .actorsBefore(0)
        .actorsAfter(0)
        .minimizeFailedScenario(false)
        .loopBound(1_000)
        .loopIterationsBeforeThreadSwitch(1_000)
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses(LincheckTest::sharesNothing)
                .allMethods()
                .ignore())
        .sequentialSpecification(NothingToCompare.class)
        .check(scene);
  }

  /** What reads and writes records takes many steps, none of which another thread can see. */
  private static boolean sharesNothing(String className) {
    return className.startsWith("com.grack.nanojson.")
        || className.startsWith("dev.fen.lock.LockRecord")
        || className.equals("dev.fen.lock.LockName")
        || className.startsWith("dev.fen.lock.text.")
        || className.startsWith("dev.fen.lock.store.RegisterKey");
  }

  /** What is wrong is thrown, or never ends. */
  public static final class NothingToCompare {
    public void one() {}

    public void other() {}

    public void third() {}
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  public static final class AnAnswerThatMeetsItsLimitIsGivenOnce {
    private final StillPlatform machine = StillPlatform.working(false);
    private int given;

    public AnAnswerThatMeetsItsLimitIsGivenOnce() {
      StoreCalls calls = new StoreCalls(machine, "calls", 1);
      calls.start(() -> "answer", failure -> "unknown", 1, this::give);
      machine.passTime(Duration.ofNanos(1));
    }

    private synchronized void give(String answer) {
      given++;
    }

    @Operation(runOnce = true)
    public void one() {
      machine.work();
    }

    @Operation(runOnce = true)
    public void other() {
      machine.runTimers();
    }

    @Validate
    public void validate() {
      require(given == 1, "given " + given + " times");
    }
  }

  public static final class AWarmRecordIsTakenByOneCaller {
    private final KeyState keyState = new KeyState();
    private boolean first;
    private boolean second;

    public AWarmRecordIsTakenByOneCaller() {
      keyState.released(new Version("1"), 7, true);
    }

    @Operation(runOnce = true)
    public void one() {
      first = keyState.takeWarm() != null;
    }

    @Operation(runOnce = true)
    public void other() {
      second = keyState.takeWarm() != null;
    }

    @Validate
    public void validate() {
      require(first != second, "taken by one: " + first + ", by the other: " + second);
    }
  }

  public static final class WhoQueuesIsAloneWhenItIsItsTurnAndNobodyIsForgotten {
    private final StillPlatform machine = StillPlatform.working(true);
    private final KeyState keyState = new KeyState();
    private int inside;

    private void pass() throws InterruptedException {
      Signal signal = machine.newSignal();
      keyState.enter(signal);
      while (!keyState.isTurnOf(signal)) {
        boolean ignored = signal.await(1);
      }
      require(++inside == 1, "two at once");
      inside--;
      keyState.leave(signal);
    }

    @Operation(runOnce = true)
    public void one() throws InterruptedException {
      pass();
    }

    @Operation(runOnce = true)
    public void other() throws InterruptedException {
      pass();
    }

    @Operation(runOnce = true)
    public void third() throws InterruptedException {
      pass();
    }

    @Validate
    public void validate() {
      require(keyState.isIdle(), "somebody is left in the queue");
    }
  }

  public static final class WhoClosesTheServiceWaitsForTheLastLeaseAndNoLonger {
    private final Working held = new Working();

    @Operation(runOnce = true)
    public void one() {
      held.context.close();
      require(held.ended, "closed before the lease was");
    }

    @Operation(runOnce = true)
    public void other() {
      held.end();
    }
  }

  public static final class WhoEndsTheProcessWaitsForTheLastLeaseAndNoLonger {
    private final Working held = new Working();

    @Operation(runOnce = true)
    public void one() {
      held.machine.shutDown();
      require(held.ended, "ended before the lease was");
    }

    @Operation(runOnce = true)
    public void other() {
      held.end();
    }
  }

  public static final class ALeaseThatIsClosedTwiceAtOnceIsReleasedOnce {
    private final OneLease held = new OneLease(StillPlatform.working(true));

    @Operation(runOnce = true)
    public void one() {
      held.lease.close();
    }

    @Operation(runOnce = true)
    public void other() {
      held.lease.close();
    }

    @Validate
    public void validate() {
      held.requireReleased();
      require(held.writes() == 2, held.writes() + " writes");
    }
  }

  public static final class ALeaseThatIsClosedDuringItsRenewalIsReleased {
    private final OneLease held = new OneLease(StillPlatform.working(false));

    public ALeaseThatIsClosedDuringItsRenewalIsReleased() {
      held.machine.passTime(Duration.ofSeconds(10));
    }

    @Operation(runOnce = true)
    public void one() {
      held.machine.runTimers();
    }

    @Operation(runOnce = true)
    public void other() {
      held.lease.close();
      held.machine.endWork();
    }

    @Operation(runOnce = true)
    public void third() throws InterruptedException {
      held.machine.workOn();
    }

    @Validate
    public void validate() {
      held.machine.work();
      held.requireReleased();
    }
  }

  public static final class LeasesOfOneFateEndTogetherAndThatIsToldOnce {
    private final OneLease held = new OneLease(StillPlatform.working(true));
    private final OneLease more = new OneLease(StillPlatform.working(true));
    private final Fate fate = new Fate(held.context);
    private int told;

    public LeasesOfOneFateEndTogetherAndThatIsToldOnce() {
      fate.onLost(lost -> told++);
      fate.join(held.lease);
    }

    @Operation(runOnce = true)
    public void one() {
      fate.join(more.lease);
    }

    @Operation(runOnce = true)
    public void other() {
      fate.end(new Losses(LOCK, "memory").removed());
    }

    @Operation(runOnce = true)
    public void third() {
      fate.end(new Losses(LOCK, "memory").overwritten());
    }

    @Validate
    public void validate() {
      held.machine.runTimers();
      require(held.lease.remaining().isZero(), "the one that had joined is held");
      require(more.lease.remaining().isZero(), "the one that joined meanwhile is held");
      require(told == 1, "told " + told + " times");
    }
  }

  /** What a lease does to its service, by a name: Lincheck gives objects other hash codes. */
  private static final class Working {
    final StillPlatform machine = StillPlatform.working(true);
    final LockContext context =
        new LockContext(
            new MemoryRegisterStore(machine::currentTimeMillis), Namespace.NONE, machine);
    boolean ended;

    Working() {
      context.begin("lease");
    }

    void end() {
      ended = true;
      context.end("lease");
    }
  }

  /** A lease whose record stands in a store of its own. */
  private static final class OneLease {
    final StillPlatform machine;
    final MemoryRegisterStore store;
    final LockContext context;
    final HeldLease lease;

    OneLease(StillPlatform machine) {
      this.machine = machine;
      this.store = new MemoryRegisterStore(machine::currentTimeMillis);
      this.context = new LockContext(store, Namespace.NONE, machine);
      this.lease = lease();
    }

    private HeldLease lease() {
      LockRecord record =
          new LockRecord(
              true,
              OptionalLong.of(7),
              "nonce",
              1,
              "test@host",
              machine.processes().self(),
              List.of(),
              "test",
              null,
              true,
              machine.currentTimeMillis(),
              machine.currentTimeMillis(),
              30_000,
              null);
      Version version = ((WriteResult.Applied) store.create(LOCK.key(), record.toJson())).version();
      KeyState keyState = context.use(LOCK);
      HeldLease made =
          new HeldLease(
              context,
              LOCK,
              keyState,
              record,
              version,
              machine.nanoTime(),
              machine.currentTimeMillis());
      keyState.leased(made);
      made.begin();
      return made;
    }

    private ReadResult.Present present() {
      return (ReadResult.Present) store.read(LOCK.key());
    }

    long writes() {
      return Long.parseLong(present().version().tag());
    }

    void requireReleased() {
      require(present().body().contains("\"released\""), "not released: " + present().body());
    }
  }
}
