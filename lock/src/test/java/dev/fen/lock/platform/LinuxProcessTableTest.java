package dev.fen.lock.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.platform.ProcessTable.Liveness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    for (int threads : new int[] {1, 0}) {
      proc.process(4711, "Z", threads, 8000);

      assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
          .isEqualTo(Liveness.DEAD);
    }
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
    for (String option : new String[] {"hidepid=0", "hidepid=off", "gid=5"}) {
      proc.write("self/mountinfo", "22 27 0:21 / /proc rw - proc proc rw," + option + "\n");

      assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
          .as(option)
          .isEqualTo(Liveness.DEAD);
    }
  }

  @Test
  void everyMountOfTheTableCountsAndNoOtherMount() throws IOException {
    String shown = "22 27 0:21 / /proc rw - proc proc rw\n";
    proc.write("self/mountinfo", shown + "31 27 0:30 / /jail/proc rw - proc proc rw,hidepid=2\n");
    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.UNKNOWN);
    proc.write("self/mountinfo", shown + "31 27 8:1 / /data/hidepid=2 rw - ext4 /dev/sda1 rw\n");
    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.DEAD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "4711",
        "4711 (sh)",
        "4711 (sh) S 1 1 1 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0",
        "4711 (sh) S 1 1 1 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 x 31 3",
        "4711 sh S 1 1 1 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 9000 31 3"
      })
  void nothingIsProvenByWhatCannotBeUnderstood(String stat) throws IOException {
    proc.write("4711/stat", stat);

    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.UNKNOWN);
    assertThat(table().find(4711)).isEmpty();
  }

  @Test
  void nothingIsProvenByWhatCannotBeRead() throws IOException {
    Files.createDirectories(root.resolve("proc/4711/stat"));

    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.UNKNOWN);
  }

  @Test
  void nothingIsProvenWhereTheFirstProcessIsNotSeen() throws IOException {
    proc.delete("1/stat");

    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/8000")))
        .isEqualTo(Liveness.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"sys/kernel/random/boot_id", "sys/kernel/hostname", "self/ns/pid", "self/stat"})
  void nothingIsProvenWhereThisProcessCannotBeMarked(String missing) throws IOException {
    proc.process(4711, "S", 1, 8000);
    proc.delete(missing);
    LinuxProcessTable table = table();
    ProcessMark self = table.self();

    assertThat(self.instance()).isEmpty();
    assertThat(table.find(4711)).isEmpty();
    for (String instance :
        new String[] {"", "8000", "9000", "boot-a/4026531836,4026531834/9000", "/9000"}) {
      assertThat(table.liveness(new ProcessMark(self.host(), 4711, instance)))
          .as(instance)
          .isEqualTo(Liveness.UNKNOWN);
    }
  }

  @Test
  void aMachineWithoutANameIsCalledUnknown() throws IOException {
    proc.delete("sys/kernel/hostname");

    assertThat(table().self()).isEqualTo(new ProcessMark("unknown-host", SELF, ""));
  }

  @Test
  void aKernelWithoutTimeNamespacesProvesAllTheSame() throws IOException {
    proc.delete("self/ns/time");
    proc.process(4711, "S", 1, 8000);

    assertThat(table().self()).isEqualTo(mark(SELF, "boot-a/4026531836,-/7000"));
    assertThat(table().liveness(mark(4711, "boot-a/4026531836,-/8000"))).isEqualTo(Liveness.ALIVE);
    assertThat(table().liveness(mark(4711, "boot-a/4026531836,-/7999"))).isEqualTo(Liveness.DEAD);
    assertThat(table().liveness(mark(4711, "boot-a/4026531836,4026531834/7999")))
        .isEqualTo(Liveness.UNKNOWN);
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
