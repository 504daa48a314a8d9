package dev.fen.testkit;

import dev.fen.testkit.Scenario.Party;

/** What the parts of the contract suite have in common. */
interface Contract {

  /** A body of a test: some processes on one fresh medium; it runs in the first of them. */
  @FunctionalInterface
  interface Play {
    void run(Scenario scenario, Party a, Party b) throws Exception;
  }

  /**
   * A fresh medium.
   *
   * @param simulation whose store clock it should have, where it can have one
   * @return a medium that nobody else uses
   */
  Medium newMedium(Simulation simulation);

  /** Plays with a few different orders of events. */
  default void play(Play play) {
    for (long seed = 1; seed <= seeds(); seed++) {
      Scenario scenario = new Scenario(seed, this::newMedium);
      try (Medium medium = scenario.medium()) {
        Party a = scenario.newParty();
        Party b = scenario.newParty();
        scenario.simulation().run(a.process(), () -> play.run(scenario, a, b));
      } catch (AssertionError failed) {
        throw new AssertionError("with seed " + seed + ": " + failed.getMessage(), failed);
      }
    }
  }

  /** How many orders each test is played in. */
  default int seeds() {
    return 3;
  }
}
