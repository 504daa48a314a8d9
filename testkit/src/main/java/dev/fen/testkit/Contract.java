package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.LockLostException;
import dev.fen.lock.LossCause;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

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
    play(seeds(), play);
  }

  /** Plays with so many orders of events. */
  private void play(int times, Play play) {
    for (long seed = 1; seed <= times; seed++) {
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

  /** Plays once: for what takes long and where no other thread could come in between. */
  default void playOnce(Play play) {
    play(1, play);
  }

  /** Fails unless what is called tells that a lock above was lost. */
  default void assertAncestorLost(ThrowingCallable called) {
    assertThatThrownBy(called)
        .isInstanceOfSatisfying(
            LockLostException.class,
            lost -> assertThat(lost.lossCause()).isEqualTo(LossCause.ANCESTOR_LOST));
  }

  /** How many orders each test is played in. */
  default int seeds() {
    return 3;
  }

  /**
   * One in how many pairs of a step and a fault is played: each step and each fault is, up to four.
   */
  default int oneInSoManyPairs() {
    return 1;
  }

  /** How long a lease is kept in the test that keeps one for ever. */
  default Duration forEver() {
    return Duration.ofMinutes(10_000);
  }
}
