package dev.fen.testkit;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.time.Duration;
import java.util.List;

/**
 * The contract on a store that other machines reach and that may forget writes, as far as the
 * algorithm is told.
 */
class SharedStoreLockContractTest extends LockContract {

  @Override
  public int seeds() {
    return 1;
  }

  @Override
  public Medium newMedium(Simulation simulation) {
    return new SharedMedium(simulation);
  }

  private static final class SharedMedium implements Medium {
    private final Simulation simulation;
    private final MemoryRegisterStore memory;

    SharedMedium(Simulation simulation) {
      this.simulation = simulation;
      this.memory = new MemoryRegisterStore(simulation::storeMillis);
    }

    @Override
    public RegisterStore open(Platform platform) {
      return new SharedStore(memory);
    }

    @Override
    public void overwrite(RegisterKey key, String body) {
      memory.overwrite(key, body);
    }

    @Override
    public void remove(RegisterKey key) {
      memory.remove(key);
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
      memory.close();
    }
  }

  private record SharedStore(MemoryRegisterStore memory) implements RegisterStore {

    @Override
    public ReadResult read(RegisterKey key) {
      return memory.read(key);
    }

    @Override
    public WriteResult create(RegisterKey key, String body) {
      return memory.create(key, body);
    }

    @Override
    public WriteResult replace(RegisterKey key, Version expected, String body) {
      return memory.replace(key, expected, body);
    }

    @Override
    public ListResult list(String prefix) {
      return memory.list(prefix);
    }

    @Override
    public String location() {
      return "memory that others share";
    }

    @Override
    public boolean mayForgetWrites() {
      return true;
    }

    @Override
    public boolean machineLocal() {
      return false;
    }

    @Override
    public void close() {}
  }
}
