package dev.fen.lock.platform;

import java.util.Optional;

/**
 * The processes of this machine, and what can be proven about them. Safe for any number of threads.
 */
public interface ProcessTable {

  /**
   * This process.
   *
   * @return its mark
   */
  ProcessMark self();

  /**
   * The user this process runs for.
   *
   * @return a name, or {@code uid <number>} where the number has no name
   */
  String user();

  /**
   * The program this process runs.
   *
   * @return its name without folder and arguments
   */
  String program();

  /**
   * Another process of this machine.
   *
   * @param pid its number
   * @return its mark, or empty where it is gone or the system cannot tell
   */
  Optional<ProcessMark> find(long pid);

  /**
   * What can be proven about a process.
   *
   * @param mark which
   * @return {@link Liveness#DEAD} or {@link Liveness#ALIVE} only where that is proven
   */
  Liveness liveness(ProcessMark mark);

  /** What is known of a process. */
  enum Liveness {
    /** It runs on this machine and in these namespaces: same number, same start time. */
    ALIVE,

    /**
     * It ran on this machine since the last boot, in the namespaces of this process and under this
     * host name; the table shows the processes of others; and no process has that number and that
     * start time now.
     */
    DEAD,

    /** Nothing is proven. */
    UNKNOWN
  }
}
