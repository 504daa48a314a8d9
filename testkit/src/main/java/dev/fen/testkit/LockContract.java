package dev.fen.testkit;

/**
 * The contract suite: whoever writes a store extends this with one method, and has every rule of
 * the locks checked on it. Tests run under a virtual clock; none depends on how fast a store is.
 *
 * <p>On a slow store two classes may each implement one half, and run side by side.
 */
public abstract class LockContract implements LeaseContract, ModelLocksContract {

  /** For subclasses. */
  protected LockContract() {}

  @Override
  public abstract Medium newMedium(Simulation simulation);
}
