package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.RegisterStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real processes on one medium, in real time: the machine itself decides who is quick. */
@Timeout(180)
interface ProcessContract extends Contract {

  private Medium mediumForProcesses() {
    Medium medium = newMedium(new Simulation(1));
    if (medium.childCommand().isEmpty()) {
      medium.close();
      Assumptions.abort("other processes cannot share this medium");
    }
    return medium;
  }

  private static ChildProcess child(Medium medium, String order, Duration ttl) throws IOException {
    List<String> program = new ArrayList<>(medium.childCommand());
    program.addAll(List.of(order, Long.toString(ttl.toMillis())));
    return ChildProcess.start(List.of(), program);
  }

  private static LockService locksOn(RegisterStore store) {
    return new LockService(store, LockOptions.of("test"), SystemPlatform.get());
  }

  @Test
  default void processesTakeTurnsAndLoseNothing() throws Exception {
    List<ChildProcess> children = new ArrayList<>();
    try (Medium medium = mediumForProcesses()) {
      for (int i = 0; i < 3; i++) {
        children.add(child(medium, LockChild.COUNT, Duration.ofSeconds(30)));
      }
      for (ChildProcess child : children) {
        child.tell("20");
      }
      CountingChildren.endAndCheck(medium, children);
    } finally {
      CountingChildren.kill(children);
    }
  }

  @Test
  default void tenRunsInSequenceEachANewProcessNoneWaiting() throws Exception {
    try (Medium medium = mediumForProcesses()) {
      long token = 0;
      for (int run = 0; run < 10; run++) {
        try (ChildProcess child = child(medium, LockChild.ONCE, Duration.ofSeconds(30))) {
          child.awaitLine("token ");
          List<String> lines = child.linesAtEnd();
          assertThat(lines).hasSize(2).endsWith("done");
          long next = Long.parseLong(lines.get(0).substring("token ".length()));
          assertThat(next).isGreaterThan(token);
          token = next;
        }
      }
    }
  }

  @Test
  default void aProcessThatIsStoppedAtAnyPointHoldsUpNobodyAndSpoilsNothing() throws Exception {
    Random random = new Random(7);
    List<ChildProcess> children = new ArrayList<>();
    try (Medium medium = mediumForProcesses()) {
      for (int i = 0; i < 3; i++) {
        children.add(child(medium, LockChild.COUNT, Duration.ofSeconds(1)));
      }
      for (ChildProcess child : children) {
        child.tell("1");
        child.awaitLine("counted");
      }
      for (int round = 0; round < 6; round++) {
        ChildProcess stopped = children.get(round % 3);
        int turns = 1 + random.nextInt(4);
        stopped.tell(Integer.toString(turns + 1));
        for (int turn = 0; turn < turns; turn++) {
          stopped.awaitLine("token");
        }
        stopped.signal("STOP");
        for (ChildProcess other : children) {
          if (other != stopped) {
            other.tell("1");
            other.awaitLine("counted");
          }
        }
        stopped.signal("CONT");
      }
      CountingChildren.endAndCheck(medium, children);
    } finally {
      CountingChildren.kill(children);
    }
  }

  @Test
  default void runsAndStructuralCommandsOfProcessesKeepApart() throws Exception {
    try (Medium medium = mediumForProcesses();
        MixedChildren children = new MixedChildren(medium.childCommand())) {
      children.go(1);
      children.endAndCheck();
    }
  }

  @Test
  default void aKilledProcessesLockIsTakenOver() throws Exception {
    try (Medium medium = mediumForProcesses();
        LockService locks = locksOn(medium.open(SystemPlatform.get()));
        ChildProcess child = child(medium, LockChild.HOLD, Duration.ofSeconds(30))) {
      String held = Objects.requireNonNull(child.line());
      assertThat(held).startsWith("held ");
      assertThat(locks.tryAcquire(Scenario.LOCK)).isEmpty();
      child.kill();
      try (Lease lease = locks.tryAcquire(Scenario.LOCK).orElseThrow()) {
        assertThat(lease.token()).isGreaterThan(Long.parseLong(held.substring(5)));
      }
    }
  }

  @Test
  default void aStoppedHolderIsTakenOverAndLearnsOfItWhenItGoesOn() throws Exception {
    try (Medium medium = mediumForProcesses();
        LockService locks = locksOn(medium.open(SystemPlatform.get()));
        ChildProcess child = child(medium, LockChild.HOLD, Duration.ofSeconds(1))) {
      assertThat(child.line()).startsWith("held ");
      child.tell("?");
      assertThat(child.line()).isEqualTo("held");
      child.signal("STOP");
      try (Lease lease = locks.acquire(Scenario.LOCK)) {
        child.signal("CONT");
        child.tell("?");
        assertThat(child.line()).startsWith("lost ");
        lease.ensureHeld();
      }
    }
  }
}
