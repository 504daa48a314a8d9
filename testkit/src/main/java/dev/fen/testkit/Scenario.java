package dev.fen.testkit;

import dev.fen.lock.Claims;
import dev.fen.lock.Lease;
import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.ModelLocks;
import dev.fen.lock.ReleasedVersions;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.assertj.core.api.Assertions;

/**
 * A few processes that share one medium and each have a lock service on it: what a test of the
 * contract starts with.
 */
public final class Scenario {

  /** The lock that tests use. */
  public static final String LOCK = "demo";

  /** Its register. */
  public static final RegisterKey KEY = new RegisterKey("locks/named/demo.lock");

  /** The register of the global lock. */
  public static final RegisterKey GLOBAL = new RegisterKey("locks/global.lock");

  /** The ttl of the defaults. */
  public static final Duration TTL = Duration.ofSeconds(30);

  /**
   * A process and what it has.
   *
   * @param process the process
   * @param store its way to the store
   * @param locks its lock service
   */
  public record Party(SimulatedProcess process, FaultyRegisterStore store, LockService locks) {

    /**
     * Locks on models of its service.
     *
     * @return with nothing handed down, and nothing known yet
     */
    public ModelLocks models() {
      return locks.models();
    }

    /**
     * Locks on models of its service, as a process has them that was started under locks.
     *
     * @param above those locks
     * @return with nothing known yet
     */
    public ModelLocks models(LeaseGroup above) {
      return locks.models(Claims.parse(above.claims().toText()), ReleasedVersions.inMemory());
    }

    /**
     * Has its machine suspended for five minutes, once, in the middle of a request.
     *
     * @param where the first request of these
     */
    public void suspendOnce(Predicate<FaultyRegisterStore.Request> where) {
      AtomicBoolean over = new AtomicBoolean();
      store.always(
          request -> {
            if (where.test(request) && over.compareAndSet(false, true)) {
              process.suspend(Duration.ofMinutes(5));
            }
            return false;
          },
          FaultyRegisterStore.Fate.DONE);
    }

    /**
     * Acquires models' locks within a wait.
     *
     * @param maxWait the wait
     * @param models their names
     * @return the leases
     * @throws InterruptedException if interrupted
     */
    public LeaseGroup acquireModels(Duration maxWait, String... models)
        throws InterruptedException {
      return models().acquireModels(List.of(models), within(maxWait), status -> {});
    }

    /**
     * Acquires models' locks within a wait, as a process does that was started under locks.
     *
     * @param above those locks
     * @param maxWait the wait
     * @param models their names
     * @return the leases
     * @throws InterruptedException if interrupted
     */
    public LeaseGroup acquireModels(LeaseGroup above, Duration maxWait, String... models)
        throws InterruptedException {
      return models(above).acquireModels(List.of(models), within(maxWait), status -> {});
    }

    /**
     * Fails to acquire models' locks within a wait.
     *
     * @param maxWait the wait
     * @param models the models
     * @return the error
     */
    public LockTimeoutException failToAcquireModels(Duration maxWait, String... models) {
      return Assertions.catchThrowableOfType(
          LockTimeoutException.class, () -> acquireModels(maxWait, models));
    }

    /**
     * Acquires the global lock within a wait.
     *
     * @param maxWait the wait
     * @return the lease
     * @throws InterruptedException if interrupted
     */
    public LeaseGroup acquireGlobal(Duration maxWait) throws InterruptedException {
      return models().acquireGlobal(within(maxWait), status -> {});
    }

    /**
     * The options of its service with another wait.
     *
     * @param maxWait the wait
     * @return the options
     */
    public LockOptions within(Duration maxWait) {
      return locks.defaults().withMaxWait(maxWait);
    }

    /**
     * Acquires the lock.
     *
     * @return the lease
     * @throws InterruptedException if interrupted
     */
    public Lease acquire() throws InterruptedException {
      return locks.acquire(LOCK);
    }

    /**
     * Acquires the lock within a wait.
     *
     * @param maxWait the wait
     * @return the lease
     * @throws InterruptedException if interrupted
     */
    public Lease acquire(Duration maxWait) throws InterruptedException {
      return locks.acquire(LOCK, locks.defaults().withMaxWait(maxWait));
    }

    /**
     * Fails to acquire the lock within a wait.
     *
     * @param maxWait the wait
     * @return the error
     */
    public LockTimeoutException failToAcquire(Duration maxWait) {
      return Assertions.catchThrowableOfType(LockTimeoutException.class, () -> acquire(maxWait));
    }
  }

  private final Simulation simulation;
  private final Medium medium;
  private final List<Party> parties = new ArrayList<>();

  /**
   * A fresh medium and nobody on it yet.
   *
   * @param seed decides every order and every random number
   * @param newMedium makes the medium; whoever plays the scenario closes it
   */
  public Scenario(long seed, Function<Simulation, Medium> newMedium) {
    simulation = new Simulation(seed);
    medium = newMedium.apply(simulation);
  }

  /**
   * The clock and scheduler.
   *
   * @return the simulation
   */
  public Simulation simulation() {
    return simulation;
  }

  /**
   * The register of a model's lock.
   *
   * @param model its name
   * @return the key
   */
  public static RegisterKey keyOf(String model) {
    return new RegisterKey("locks/models/" + model + ".lock");
  }

  /**
   * What is shared.
   *
   * @return the medium
   */
  public Medium medium() {
    return medium;
  }

  /**
   * A further process.
   *
   * @return with a service of its own
   */
  public Party newParty() {
    SimulatedProcess process = simulation.newProcess("p" + parties.size());
    FaultyRegisterStore store = new FaultyRegisterStore(medium.open(process), process, simulation);
    LockService locks =
        new LockService(store, LockOptions.of("work of " + process.name()), process);
    Party party = new Party(process, store, locks);
    parties.add(party);
    return party;
  }

  /**
   * A further process, of another machine: nothing can be proven about it here.
   *
   * @return with a service of its own
   */
  public Party newPartyElsewhere() {
    Party party = newParty();
    party.process().markAs(new ProcessMark("other", 4711, "boot-2/4026531836,4026531834/77"));
    return party;
  }

  /**
   * Starts further processes that all wait for the lock, take it once and give it back.
   *
   * @param size how many
   * @param latency how long each of their requests takes: what makes many see the lock free before
   *     one has it
   * @param whileHolding is told who holds it, one after the other
   * @return the processes, each with its thread
   */
  public Map<Party, SimulatedProcess.Task> startCrowd(
      int size, Duration latency, BiConsumer<Party, Lease> whileHolding) {
    Map<Party, SimulatedProcess.Task> crowd = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      Party waiter = newParty();
      waiter.store().slow(latency);
      crowd.put(
          waiter,
          waiter
              .process()
              .start(
                  "waiter",
                  () -> {
                    try (Lease lease = waiter.acquire(Duration.ofMinutes(10))) {
                      whileHolding.accept(waiter, lease);
                    }
                  }));
    }
    return crowd;
  }

  /**
   * How a model's lock stands.
   *
   * @param party who reads
   * @param model its name
   * @return {@code held}, {@code released}, or {@code absent}
   */
  public String state(Party party, String model) {
    String body = body(party, keyOf(model));
    return body.contains("\"released\"") ? "released" : body.isEmpty() ? "absent" : "held";
  }

  /**
   * What stands in the lock's register.
   *
   * @param party who reads
   * @return the body, or the empty string if there is none
   */
  public String body(Party party) {
    return body(party, KEY);
  }

  /**
   * What stands in a register.
   *
   * @param party who reads
   * @param key which
   * @return the body, or the empty string if there is none
   */
  public String body(Party party, RegisterKey key) {
    return medium.open(party.process()).read(key) instanceof ReadResult.Present present
        ? present.body()
        : "";
  }
}
