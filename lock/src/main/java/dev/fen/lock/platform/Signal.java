package dev.fen.lock.platform;

/**
 * Something one thread waits for and any thread gives. Stays given until it is taken by a
 * successful wait.
 */
public interface Signal {

  /** Gives the signal: the present or the next wait ends. */
  void give();

  /**
   * Waits until the signal is given, and takes it.
   *
   * @param nanos how long at the most, in nanoseconds; zero and less only look
   * @return whether it was given
   * @throws InterruptedException if the thread is interrupted before or while it waits
   */
  boolean await(long nanos) throws InterruptedException;
}
