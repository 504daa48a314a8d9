package dev.fen.lock.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.platform.ProcessTable.Liveness;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxProcessTableTest {

  private static final long SELF = 100;

  @TempDir Path root;

  private FakeProc proc;

  @BeforeEach
  void aMachine() throws IOException {
    proc = new FakeProc(root.resolve("proc"), SELF);
  }

  private LinuxProcessTable table() {
    return proc.table();
  }

  private static ProcessMark mark(long pid, String instance) {
    return new ProcessMark("runner-7", pid, instance);
  }

  @Test
  void marksThisProcessByBootNamespacesAndStartTicks() {
    assertThat(table().self()).isEqualTo(mark(SELF, "boot-a/4026531836,4026531834/7000"));
  }

  @Test
  void theTableOfAnotherPidNamespaceProvesNothing() throws IOException {
    proc.process(7, "S", 1, 9000);

    LinuxProcessTable foreign = proc.tableOf(7);

    assertThat(foreign.self()).isEqualTo(mark(7, ""));
    assertThat(foreign.liveness(mark(8, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.UNKNOWN);
  }

  @Test
  void findsALivingProcessAndNoOther() throws IOException {
    proc.process(4711, "S", 1, 8000);

    assertThat(table().find(4711)).contains(mark(4711, "boot-a/4026531836,4026531834/8000"));
    assertThat(table().find(4712)).isEmpty();
  }

  @Test
  void aProcessWithTheSameNumberAndStartTimeIsAlive() throws IOException {
    proc.process(4711, "S", 1, 8000);

    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.ALIVE);
  }

  @Test
  void aProcessThatIsNotThereIsDead() {
    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.DEAD);
  }

  @Test
  void aNumberThatAnotherProcessGotIsOfADeadOne() throws IOException {
    proc.process(4711, "S", 1, 9000);

    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.DEAD);
  }

  @Test
  void aZombieIsDead() throws IOException {
    proc.process(4711, "Z", 1, 8000);

    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.DEAD);
  }

  @Test
  void aProcessWhoseFirstThreadEndedButOthersRunIsAlive() throws IOException {
    proc.process(4711, "Z", 3, 8000);

    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.ALIVE);
  }

  @Test
  void nothingIsProvenOfAnotherBootNamespaceOrHost() {
    assertThat(table().liveness(mark(4711, "boot-b/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.UNKNOWN);
    assertThat(table().liveness(mark(4711, "boot-a/4026532999,4026531834/8000")))
        .isEqualTo(Liveness.UNKNOWN);
    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026532999/8000")))
        .isEqualTo(Liveness.UNKNOWN);
    assertThat(
            table()
                .liveness(new ProcessMark("runner-8", 4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.UNKNOWN);
  }

  @Test
  void nothingIsProvenOfAMarkThatSaysTooLittle() {
    assertThat(table().liveness(mark(4711, ""))).isEqualTo(Liveness.UNKNOWN);
    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/")))
        .isEqualTo(Liveness.UNKNOWN);
    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/x")))
        .isEqualTo(Liveness.UNKNOWN);
    assertThat(table().liveness(mark(0, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.UNKNOWN);
    assertThat(table().liveness(mark(-1, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.UNKNOWN);
  }

  @Test
  void nothingIsProvenWhereProcessesOfOthersAreHidden() throws IOException {
    for (String option : new String[] {"hidepid=2", "hidepid=invisible", "hidepid=1,gid=5"}) {
      proc.write("self/mountinfo", "22 27 0:21 / /proc rw - proc proc rw," + option + "\n");

      assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
          .as(option)
          .isEqualTo(Liveness.UNKNOWN);
    }
    proc.write("self/mountinfo", "22 27 0:21 / /proc rw - proc proc rw,hidepid=0\n");
    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.DEAD);
  }

  @Test
  void nothingIsProvenWhereTheFirstProcessIsNotSeen() throws IOException {
    proc.delete("1/stat");

    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.UNKNOWN);
  }

  @Test
  void nothingIsProvenWithoutABootId() throws IOException {
    proc.delete("sys/kernel/random/boot_id");

    assertThat(table().self().instance()).isEmpty();
    assertThat(table().liveness(mark(4711, "/8000"))).isEqualTo(Liveness.UNKNOWN);
  }

  @Test
  void theRealTableProvesARealProcessAliveAndThenDead() throws Exception {
    ProcessTable real = SystemPlatform.get().processes();
    Process sleeper = new ProcessBuilder("sleep", "1000").start();
    ProcessMark mark = real.find(sleeper.pid()).orElseThrow();
    assertThat(real.liveness(mark)).isEqualTo(Liveness.ALIVE);

    sleeper.destroyForcibly().waitFor();

    assertThat(real.liveness(mark)).isEqualTo(Liveness.DEAD);
  }
}
