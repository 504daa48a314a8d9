package dev.fen.datastore.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StoreProcessesTest {

  private static final RegisterKey KEY = new RegisterKey("some/Key with ü");

  @TempDir Path directory;
  private StoreProcesses processes;

  @BeforeEach
  void start() {
    processes = new StoreProcesses(directory, 2);
  }

  @AfterEach
  void end() {
    processes.close();
  }

  private static void kill(long pid) throws Exception {
    ProcessHandle child = ProcessHandle.of(pid).orElseThrow();
    assertThat(child.destroyForcibly()).isTrue();
    assertThat(child.onExit().get(30, TimeUnit.SECONDS).isAlive()).isFalse();
  }

  @Test
  void storesAreHandedOutInTurn() {
    RegisterStore first = processes.next();

    assertThat(processes.next()).isNotSameAs(first);
    assertThat(processes.next()).isSameAs(first);
    assertThat(processes.pids())
        .hasSize(2)
        .doesNotHaveDuplicates()
        .doesNotContain(ProcessHandle.current().pid());
  }

  @Test
  void everyResultComesThroughAsItIs() {
    RegisterStore one = processes.next();
    RegisterStore other = processes.next();
    RegisterStore here = FileRegisterStore.open(directory, SystemPlatform.get());
    assertThat(one.read(KEY)).isInstanceOf(ReadResult.Absent.class);

    WriteResult created = one.create(KEY, "{\"ü\":1}");
    Version version = ((WriteResult.Applied) created).version();

    ReadResult.Present read = (ReadResult.Present) other.read(KEY);
    assertThat(read.version()).isEqualTo(version);
    assertThat(read.body()).isEqualTo("{\"ü\":1}");
    assertThat(read.ageMillis()).isPresent();
    assertThat(read.storeTimeMillis()).isPresent();
    assertThat(other.create(KEY, "{}")).isInstanceOf(WriteResult.Conflict.class);
    assertThat(other.replace(KEY, version, "{\"ü\":2}")).isInstanceOf(WriteResult.Applied.class);
    assertThat(one.replace(KEY, version, "{\"ü\":3}")).isInstanceOf(WriteResult.Conflict.class);
    assertThat(one.list("some/")).isEqualTo(here.list("some/"));
    assertThat(((ListResult.Listed) one.list("")).entries()).hasSize(1);
    assertThat(one.create(new RegisterKey("big"), "x".repeat(70_000)))
        .isInstanceOfSatisfying(
            WriteResult.NotApplied.class,
            refused -> assertThat(refused.failure().permanent()).isTrue());
    here.close();
  }

  @Test
  void whatIsUnknownThereIsUnknownHere() throws Exception {
    Files.writeString(directory.resolve("file"), "in the way");

    assertThat(processes.next().read(new RegisterKey("file/below")))
        .isInstanceOfSatisfying(
            ReadResult.Unknown.class,
            unknown -> assertThat(unknown.failure().message()).contains(directory.toString()));
  }

  @Test
  void aProcessThatHasDiedIsToldOfAndNotWaitedFor() throws Exception {
    RegisterStore dead = processes.next();
    RegisterStore alive = processes.next();
    assertThat(dead.read(KEY)).isInstanceOf(ReadResult.Absent.class);

    kill(processes.pids().get(0));

    StoreFailure failure = ((WriteResult.Unknown) dead.create(KEY, "{}")).failure();
    assertThat(failure.permanent()).isTrue();
    assertThat(((ReadResult.Unknown) dead.read(KEY)).failure().message())
        .contains("a process that Fen had started to check " + directory, "exit code 137");
    assertThat(alive.read(KEY)).isInstanceOf(ReadResult.Absent.class);
  }

  @Test
  void whoWaitsForAProcessThatDiesIsLetGo() throws Exception {
    RegisterStore stopped = processes.next();
    assertThat(stopped.read(KEY)).isInstanceOf(ReadResult.Absent.class);
    long pid = processes.pids().get(0);
    int ended = new ProcessBuilder("kill", "-STOP", Long.toString(pid)).start().waitFor();
    assertThat(ended).isZero();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<ReadResult> waiting = thread.submit(() -> stopped.read(KEY));
      kill(pid);

      // A call that merely ran out of time would be told as passing.
      assertThat(waiting.get(30, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              ReadResult.Unknown.class,
              unknown -> assertThat(unknown.failure().permanent()).isTrue());
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void theyEndWithThoseWhoUseThem() throws Exception {
    assertThat(processes.next().read(KEY)).isInstanceOf(ReadResult.Absent.class);
    List<ProcessHandle> children =
        processes.pids().stream().map(pid -> ProcessHandle.of(pid).orElseThrow()).toList();

    processes.close();

    for (ProcessHandle child : children) {
      assertThat(child.onExit().get(30, TimeUnit.SECONDS).isAlive()).isFalse();
    }
    assertThatThrownBy(processes::next).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aChildEndsWhenItsPipeCloses() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StoreChild.class.getName(),
                directory.toString())
            .start();

    child.getOutputStream().close();

    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).isZero();
  }
}
