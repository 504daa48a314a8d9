package dev.fen.testkit;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** One memory store; its clock is the simulation's. */
final class MemoryMedium implements Medium {

  private final Simulation simulation;
  private final MemoryRegisterStore store;
  private final RegisterStore asSeen;

  MemoryMedium(Simulation simulation) {
    this(simulation, store -> store);
  }

  /** The processes see the store as it is after a change. */
  MemoryMedium(Simulation simulation, UnaryOperator<RegisterStore> change) {
    this.simulation = simulation;
    this.store = new MemoryRegisterStore(simulation::storeMillis);
    this.asSeen = change.apply(store);
  }

  @Override
  public RegisterStore open(Platform platform) {
    return asSeen;
  }

  @Override
  public void overwrite(RegisterKey key, String body) {
    store.overwrite(key, body);
  }

  @Override
  public void remove(RegisterKey key) {
    store.remove(key);
  }

  @Override
  public void age(RegisterKey key, Duration by) {
    simulation.stepStoreClock(by.toMillis());
  }

  @Override
  public List<String> childCommand() {
    return List.of();
  }

  @Override
  public void close() {
    store.close();
  }
}
