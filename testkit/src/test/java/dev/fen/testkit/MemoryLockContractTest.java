package dev.fen.testkit;

class MemoryLockContractTest extends LockContract {

  @Override
  public Medium newMedium(Simulation simulation) {
    return new MemoryMedium(simulation);
  }
}
