package dev.fen.cli.exec;

import java.util.List;

/**
 * How a run ended.
 *
 * @param exitCode the command's own exit code; 128 + n if signal n killed it, 126 or 127 if it
 *     could not be started
 * @param ending who ended it
 * @param detail one line for a person: why Fen ended it or did not start it; empty if it ended by
 *     itself
 * @param survivors what could not be killed, as {@code "4711 sudo"}; while any of these runs the
 *     lock must not be given back
 */
public record Outcome(int exitCode, Ending ending, String detail, List<String> survivors) {
  private static final int LOCK_LOST = 76;

  public Outcome {
    survivors = List.copyOf(survivors);
  }

  /** The exit status for Fen itself: 76 if Fen ended the command for the lock's sake. */
  public int status() {
    return ending == Ending.LOCK_LOST || ending == Ending.LOCK_RUNNING_OUT ? LOCK_LOST : exitCode;
  }

  /** Who ended the command. */
  public enum Ending {
    /** The command ended by itself, or by a signal that Fen had no part in. */
    BY_ITSELF,
    /** The command ended after Fen had received SIGTERM or SIGHUP and passed it on. */
    TERMINATED,
    /** Fen ended the command because its lock was lost. */
    LOCK_LOST,
    /** Fen ended the command in time, because its lock could not be renewed. */
    LOCK_RUNNING_OUT,
    /** The command could not be started, or a signal came before it was. */
    NOT_STARTED
  }
}
