package dev.fen.lock.platform;

/**
 * Files on this machine alone that its holders keep locked, each named by the nonce of an
 * acquisition. They prove that a holder was of this very machine and is gone, which the process
 * table cannot do for a store that other machines reach too: machines that were cloned from one
 * snapshot share boot id, host name and process numbers. Safe for any number of threads.
 */
public interface HolderFiles {

  /** Where nothing can be kept, nothing is proven. */
  HolderFiles NONE =
      new HolderFiles() {
        @Override
        public void keep(String nonce) {}

        @Override
        public void remove(String nonce) {}

        @Override
        public boolean isLeft(String nonce) {
          return false;
        }
      };

  /**
   * Keeps a file of that name, locked until it is removed or this process ends, however it ends.
   * Keeping it twice is the same as once. Where that fails nothing is kept.
   *
   * @param nonce of an acquisition of this process
   */
  void keep(String nonce);

  /**
   * Removes the file, if it is kept. Called once nothing in the store may name the nonce as a
   * holder's any more.
   *
   * @param nonce of an acquisition of this process
   */
  void remove(String nonce);

  /**
   * Whether a process of this machine kept the file and ended without removing it.
   *
   * @param nonce as a record names it, which may be any text
   * @return true only where that is proven
   */
  boolean isLeft(String nonce);
}
