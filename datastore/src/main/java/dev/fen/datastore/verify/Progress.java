package dev.fen.datastore.verify;

/** Is told how far a certification is. */
@FunctionalInterface
public interface Progress {

  /**
   * Something was done. Called on the thread that runs the certification, which goes on when this
   * returns.
   *
   * @param check the name of the check, or of the races, which are made together
   * @param done how much of it is done
   * @param of how much there is to do; at least {@code done}
   */
  void at(String check, int done, int of);
}
