package dev.fen.testkit;

/** The half of the contract suite that is about single locks. */
public interface LeaseContract
    extends ExclusionContract,
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
        ProcessContract {}
