package dev.fen.cli.exec;

import java.io.IOException;
import java.util.Optional;

/** Sends signals to processes. */
interface SignalSender {
  /** False if the process is still there and may not be signalled. */
  boolean send(SignalNumber signal, long pid);

  /** Sends SIGKILL; false as above. */
  boolean kill(long pid);

  /**
   * Sends them through the JDK, which starts no process for it: ending something must work on a
   * machine that has run out of processes too. Only what the JDK cannot send goes through a shell.
   */
  static SignalSender system() {
    return new SignalSender() {
      @Override
      public boolean send(SignalNumber signal, long pid) {
        if (signal == SignalNumber.TERM) {
          Optional<ProcessHandle> handle = ProcessHandle.of(pid);
          return handle.isEmpty() || handle.get().destroy() || !handle.get().isAlive();
        }
        return throughShell(signal, pid) || ProcessHandle.of(pid).isEmpty();
      }

      @Override
      public boolean kill(long pid) {
        Optional<ProcessHandle> handle = ProcessHandle.of(pid);
        return handle.isEmpty() || handle.get().destroyForcibly() || !handle.get().isAlive();
      }

      private boolean throughShell(SignalNumber signal, long pid) {
        try {
          Process shell =
              new ProcessBuilder(
                      "/bin/sh", "-c", "kill -s \"$0\" \"$1\"", signal.name(), Long.toString(pid))
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .redirectError(ProcessBuilder.Redirect.DISCARD)
                  .start();
          return shell.waitFor() == 0;
        } catch (IOException e) {
          return false;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
    };
  }
}
