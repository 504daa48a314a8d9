package dev.fen.cli.exec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/**
 * A process in Fen's group that echoes what it is told and dies of any signal. A signal sent to the
 * group is pending for all its members at once. So when Fen has got one, and the witness, asked
 * after that, still answers, the group did not get it, however busy the machine is.
 */
interface Witness extends AutoCloseable {
  /** What {@link #ask} says of a witness that lives. */
  int ALIVE = 0;

  /** What {@link #ask} says of a witness that ended otherwise than by a signal, or hangs. */
  int UNKNOWN = -1;

  /** The number of the signal that killed it, or one of the above. */
  int ask() throws InterruptedException;

  @Override
  void close();

  /** Starts them; null if that fails. */
  interface Starter {
    Witness start() throws IOException;
  }

  /** Starts a {@code cat}. */
  static Witness cat() throws IOException {
    // SIGQUIT is no business of Fen's; a core file of a cat is nobody's.
    Process cat =
        new ProcessBuilder("/bin/sh", "-c", "trap '' QUIT; PATH=$PATH:/usr/bin:/bin; exec cat")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new Cat(cat);
  }

  /** The real one. */
  final class Cat implements Witness {
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LOOK_MILLIS = 1;
    private static final int SIGNALLED = 128;

    private final Process process;
    private final OutputStream question;
    private final InputStream answer;

    Cat(Process process) {
      this.process = process;
      this.question = process.getOutputStream();
      this.answer = process.getInputStream();
    }

    @Override
    public int ask() throws InterruptedException {
      try {
        question.write('\n');
        question.flush();
        long asked = System.nanoTime();
        while (System.nanoTime() - asked < ANSWER_NANOS) {
          if (answer.available() > 0) {
            return answer.read() == '\n' ? ALIVE : UNKNOWN;
          }
          if (!process.isAlive()) {
            break;
          }
          Thread.sleep(LOOK_MILLIS);
        }
      } catch (IOException e) {
        // A broken pipe: it is dead, and its exit code says what of.
      }
      if (process.waitFor(ANSWER_NANOS, TimeUnit.NANOSECONDS) && process.exitValue() > SIGNALLED) {
        return process.exitValue() - SIGNALLED;
      }
      return UNKNOWN;
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
