package dev.fen.testkit;

import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;

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
    return new MemoryMedium(simulation, SharedStore::new);
  }

  private static final class SharedStore extends ForwardingRegisterStore {

    SharedStore(RegisterStore store) {
      super(store);
    }

    /** Changes of other machines are not told. */
    @Override
    public Watch watch(RegisterKey key, Runnable onChange) {
      return () -> {};
    }

    @Override
    public String location() {
      return "memory that others share";
    }

    @Override
    public boolean isAlso(String location) {
      return location.equals(location());
    }

    @Override
    public boolean mayForgetWrites() {
      return true;
    }

    @Override
    public boolean machineLocal() {
      return false;
    }
  }
}
