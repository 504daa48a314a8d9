package dev.fen.testkit;

/**
 * The contract suite: whoever writes a store extends this with one method, and has every rule of
 * the locks checked on it. Tests run under a virtual clock; none depends on how fast a store is.
 */
public abstract class LockContract
    implements ExclusionContract,
        AttemptContract,
        ClosingContract,
        LeaseClockContract,
        RenewalContract,
        TokenContract,
        WaitContract,
        MarginContract,
        TakeoverContract,
        LateContract,
        HolderContract,
        FaultContract,
        RecordContract,
        ErrorContract,
        BoundContract,
        ProcessContract,
        ModelRunContract,
        StructuralContract,
        NestedContract,
        AncestorLossContract,
        OtherNameContract,
        TwoLevelContract {

  /** For subclasses. */
  protected LockContract() {}

  @Override
  public abstract Medium newMedium(Simulation simulation);
}
