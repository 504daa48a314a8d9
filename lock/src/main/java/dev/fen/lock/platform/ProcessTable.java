package dev.fen.lock.platform;

import java.util.Optional;

/** The processes of this machine, and what can be proven about them. Safe for any number of threads. */
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
   * Another process of this machine.
   *
   * @param pid its number
   * @return its mark, or empty where it is gone or the system cannot tell
   */
  Optional<ProcessMark> find(long pid);

  /**
   * Whether a process is proven to have ended.
   *
   * @param mark which
   * @return true only if it ran on this machine since the last boot, in the namespaces of this process, under this host
   *     name, the table shows the processes of others, and no process has that number and that start time now. False
   *     says nothing
   */
  boolean provenDead(ProcessMark mark);
}
