package dev.fen.testkit;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import java.time.Duration;
import java.util.List;

/** One memory store; its clock is the simulation's. */
final class MemoryMedium implements Medium {

  private final Simulation simulation;
  private final MemoryRegisterStore store;

  MemoryMedium(Simulation simulation) {
    this.simulation = simulation;
    this.store = new MemoryRegisterStore(simulation::storeMillis);
  }

  @Override
  public RegisterStore open(Platform platform) {
    return store;
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
