package dev.fen.testkit;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
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
   * What stands in the lock's register.
   *
   * @param party who reads
   * @return the body, or the empty string if there is none
   */
  public String body(Party party) {
    return medium.open(party.process()).read(KEY) instanceof ReadResult.Present present
        ? present.body()
        : "";
  }
}
