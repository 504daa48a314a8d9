package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.platform.ProcessTable;
import dev.fen.lock.platform.Signal;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The simulation itself: repeatable, fast, and loud when nothing can go on. */
class SimulationTest {

  private static String historyOf(long seed) {
    Scenario scenario = new Scenario(seed, MemoryMedium::new);
    List<Party> parties = List.of(scenario.newParty(), scenario.newParty(), scenario.newParty());
    StringBuilder history = new StringBuilder();
    scenario
        .simulation()
        .run(
            parties.get(0).process(),
            () -> {
              List<SimulatedProcess.Task> tasks = new ArrayList<>();
              for (Party party : parties) {
                tasks.add(
                    party
                        .process()
                        .start(
                            "worker",
                            () -> {
                              for (int i = 0; i < 5; i++) {
                                try (Lease lease = party.acquire(Duration.ofMinutes(5))) {
                                  party.process().sleep(Duration.ofMillis(70));
                                  lease.ensureHeld();
                                }
                              }
                            }));
              }
              for (SimulatedProcess.Task task : tasks) {
                task.join();
              }
            });
    parties.forEach(party -> history.append(party.store().history()));
    return history.toString();
  }

  @Test
  void aSeedRepeatsARunExactlyAndAnotherSeedDoesNot() {
    String first = historyOf(7);
    assertThat(historyOf(7)).isEqualTo(first);
    assertThat(historyOf(8)).isNotEqualTo(first);
  }

  @Test
  void whereNobodyCanGoOnTheRunFailsAndSaysWhoWaitsWhere() {
    Simulation simulation = new Simulation(1);
    SimulatedProcess process = simulation.newProcess("p");
    assertThatThrownBy(
            () -> simulation.run(process, () -> process.newSignal().await(Long.MAX_VALUE)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("nobody can go on")
        .hasMessageContaining("p/main")
        .hasMessageContaining("SimulationTest");
  }

  @Test
  void whoComputesForEverIsFoundWithItsStack() {
    AtomicBoolean over = new AtomicBoolean();
    Simulation simulation = new Simulation(1, Duration.ofMillis(300));
    SimulatedProcess process = simulation.newProcess("p");
    try {
      assertThatThrownBy(() -> simulation.run(process, () -> spinUntil(over)))
          .isInstanceOf(Simulation.NeverWaits.class)
          .hasMessageContaining("p/main")
          .hasMessageContaining("spinUntil");
    } finally {
      over.set(true);
    }
  }

  private static void spinUntil(AtomicBoolean over) {
    while (!over.get()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void whoWaitsForNextToNothingAgainAndAgainIsFoundToo() {
    Simulation simulation = new Simulation(1);
    SimulatedProcess process = simulation.newProcess("p");
    Simulation.Body body =
        () -> {
          while (true) {
            process.sleep(Duration.ofNanos(1));
          }
        };
    assertThatThrownBy(() -> simulation.run(process, body))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("busy waiting, and never ends");
  }

  @Test
  void whatFailsInAnyThreadFailsTheRun() {
    Simulation simulation = new Simulation(1);
    SimulatedProcess process = simulation.newProcess("p");
    assertThatThrownBy(
            () ->
                simulation.run(
                    process,
                    () -> {
                      process.start(
                          "other",
                          () -> {
                            throw new IllegalStateException("thrown in another thread");
                          });
                      process.sleep(Duration.ofSeconds(1));
                    }))
        .hasMessageContaining("thrown in another thread");
  }

  @Test
  void oneThreadRunsAtATimeAndASignalStaysGivenUntilItIsTaken() {
    Simulation simulation = new Simulation(3);
    SimulatedProcess process = simulation.newProcess("p");
    simulation.run(
        process,
        () -> {
          Signal signal = process.newSignal();
          signal.give();
          signal.give();
          assertThat(signal.await(0)).isTrue();
          assertThat(signal.await(0)).isFalse();
          assertThat(signal.await(Duration.ofSeconds(5).toNanos())).isFalse();
          assertThat(simulation.nowNanos()).isEqualTo(Duration.ofSeconds(5).toNanos());
        });
  }

  @Test
  void aStoppedProcessGoesOnLaterAndACrashedOneNever() {
    Simulation simulation = new Simulation(1);
    SimulatedProcess main = simulation.newProcess("main");
    SimulatedProcess stopped = simulation.newProcess("stopped");
    SimulatedProcess crashed = simulation.newProcess("crashed");
    List<String> done = new ArrayList<>();
    simulation.run(
        main,
        () -> {
          for (SimulatedProcess process : List.of(stopped, crashed)) {
            process.start(
                "work",
                () -> {
                  process.sleep(Duration.ofSeconds(1));
                  done.add(process.name() + " at " + simulation.nowNanos() / 1_000_000_000);
                });
          }
          main.sleep(Duration.ofMillis(500));
          stopped.stop(Duration.ofMinutes(1));
          crashed.crash();
          main.sleep(Duration.ofMinutes(2));
        });
    assertThat(done).containsExactly("stopped at 60");
  }

  @Test
  void overASuspensionTheMonotonicClockStandsAndTheWallClockGoesOn() {
    Simulation simulation = new Simulation(1);
    SimulatedProcess main = simulation.newProcess("main");
    SimulatedProcess laptop = simulation.newProcess("laptop");
    simulation.run(
        main,
        () -> {
          long monotonic = laptop.nanoTime();
          long wall = laptop.currentTimeMillis();
          laptop.suspend(Duration.ofMinutes(5));
          main.sleep(Duration.ofMinutes(6));
          assertThat(laptop.nanoTime() - monotonic).isEqualTo(Duration.ofMinutes(1).toNanos());
          assertThat(laptop.currentTimeMillis() - wall).isEqualTo(Duration.ofMinutes(6).toMillis());
        });
  }

  @Test
  void whereSomethingIsBusyWaitingTheRunFails() {
    Simulation simulation = new Simulation(1);
    SimulatedProcess process = simulation.newProcess("p");
    assertThatThrownBy(
            () ->
                simulation.run(
                    process,
                    () -> {
                      Signal signal = process.newSignal();
                      while (true) {
                        signal.give();
                        assertThat(signal.await(0)).isTrue();
                        process.letOthersRun();
                      }
                    }))
        .hasMessageContaining("busy waiting");
  }

  @Test
  void whatHappensByItselfHappensAlsoToACrashedProcess() {
    Simulation simulation = new Simulation(1);
    SimulatedProcess main = simulation.newProcess("main");
    SimulatedProcess other = simulation.newProcess("other");
    List<Long> happened = new ArrayList<>();
    simulation.run(
        main,
        () -> {
          simulation.later(Duration.ofSeconds(3), () -> happened.add(simulation.nowNanos()));
          other.crash();
          main.sleep(Duration.ofSeconds(5));
        });
    assertThat(happened).containsExactly(Duration.ofSeconds(3).toNanos());
  }

  @Test
  void whoGoesOnWhileItsClockStillStandsSleepsUntilThatGoesOn() {
    Simulation simulation = new Simulation(1);
    SimulatedProcess process = simulation.newProcess("p");
    SimulatedProcess other = simulation.newProcess("q");
    simulation.run(
        process,
        () -> {
          other.drift(1.038);
          other.suspend(Duration.ofSeconds(10));
          other.stop(Duration.ZERO);
          other.start("sleeper", () -> other.sleep(Duration.ofMillis(5))).join();
        });
    assertThat(simulation.nowNanos()).isGreaterThan(Duration.ofSeconds(10).toNanos());
    assertThat(simulation.steps()).isLessThan(100);
  }

  @Test
  void aProcessTableShowsItsOwnMachineAlone() {
    Simulation simulation = new Simulation(1);
    SimulatedProcess process = simulation.newProcess("p");
    SimulatedProcess other = simulation.newProcess("q");
    assertThat(process.processes().liveness(other.processes().self()))
        .isEqualTo(ProcessTable.Liveness.ALIVE);
    other.moveTo("a clone");
    assertThat(process.processes().liveness(other.processes().self()))
        .isEqualTo(ProcessTable.Liveness.DEAD);
    assertThat(process.processes().find(other.pid())).isEmpty();
  }
}
