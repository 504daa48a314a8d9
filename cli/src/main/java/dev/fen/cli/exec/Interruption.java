package dev.fen.cli.exec;

import org.jspecify.annotations.Nullable;

/**
 * While it is open, SIGINT, SIGTERM and SIGHUP interrupt the thread that has opened it, once, in
 * place of ending the process: what it does can be brought to an end in order. SIGUSR1 and SIGUSR2
 * are swallowed. Signals that are ignored stay ignored.
 */
public final class Interruption implements AutoCloseable {
  private final Thread thread = Thread.currentThread();
  private final SignalHandlers handlers;
  private @Nullable SignalNumber first; // guarded by this

  /**
   * From here on the thread is interrupted.
   *
   * @throws ExecException if this Java runtime has no signals
   */
  public Interruption() {
    handlers = new SignalHandlers(this::signalled);
  }

  private synchronized void signalled(SignalNumber signal) {
    if (first == null && !signal.forTheCommandAlone()) {
      first = signal;
      thread.interrupt();
    }
  }

  /** The number of the signal that has interrupted the thread; 0 if none has. */
  public synchronized int signal() {
    return first == null ? 0 : first.number();
  }

  /** Gives the signals back. */
  @Override
  public void close() {
    handlers.close();
  }
}
