package dev.fen.verify.stress;

/** How a worker comes by what it wants to hold. */
interface Locker extends AutoCloseable {

  /** Acquires it, or throws what the locks throw. */
  Holding acquire(Wish wish) throws InterruptedException;

  @Override
  void close();
}
