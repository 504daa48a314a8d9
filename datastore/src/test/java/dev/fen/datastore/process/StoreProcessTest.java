package dev.fen.datastore.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StoreProcessTest {

  /** A process that was killed, of which its parent has heard by the broken pipe only. */
  private static final class Killed extends Process {
    private final Thread caller = Thread.currentThread();

    @Override
    public OutputStream getOutputStream() {
      return new OutputStream() {
        @Override
        public void write(int b) throws IOException {
          throw new IOException("Broken pipe");
        }
      };
    }

    @Override
    public InputStream getInputStream() {
      return new InputStream() {
        @Override
        public int read() {
          // Until the caller, who has met the broken pipe, waits for what is told here.
          while (caller.getState() != Thread.State.TIMED_WAITING && caller.isAlive()) {
            Thread.onSpinWait();
          }
          return -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
          return read();
        }
      };
    }

    @Override
    public InputStream getErrorStream() {
      return new ByteArrayInputStream(new byte[0]);
    }

    @Override
    public int waitFor() {
      return 137;
    }

    @Override
    public int exitValue() {
      return 137;
    }

    @Override
    public void destroy() {}
  }

  @Test
  void whyAProcessHasEndedIsToldToWhoMeetsTheBrokenPipeFirst() {
    StoreProcess killed = new StoreProcess(Path.of("/mnt/fen"), new Killed());

    assertThat(killed.read(new RegisterKey("a")))
        .isInstanceOfSatisfying(
            ReadResult.Unknown.class,
            unknown ->
                assertThat(unknown.failure().message())
                    .contains("has ended before its time (exit code 137)"));
  }

  @Test
  void aProcessThatPrintsSomethingElseIsToldOfAndEnded() throws Exception {
    Process wrapped =
        new ProcessBuilder("sh", "-c", "echo '[warning][perf] Cannot use file'; exec sleep 300")
            .start();
    StoreProcess process = new StoreProcess(Path.of("/mnt/fen"), wrapped);

    assertThat(process.read(new RegisterKey("a")))
        .isInstanceOfSatisfying(
            ReadResult.Unknown.class,
            unknown -> {
              assertThat(unknown.failure().permanent()).isTrue();
              assertThat(unknown.failure().message())
                  .startsWith("a process that Fen had started to check /mnt/fen has something else")
                  .contains("standard output", "agent");
            });
    assertThat(wrapped.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatTheJvmHasToSayDoesNotComeBetweenTheAnswers(@TempDir Path directory) throws Exception {
    ProcessBuilder command = StoreProcess.command(System.getProperty("java.class.path"), directory);
    command.environment().put("JAVA_TOOL_OPTIONS", "-Xlog:safepoint,gc*=info");
    StoreProcess process = new StoreProcess(directory, command.start());

    try {
      assertThat(process.read(new RegisterKey("a"))).isInstanceOf(ReadResult.Absent.class);
    } finally {
      process.end();
    }
  }
}
