package dev.fen.testkit;

/** The half of the contract suite that is about the locks on models and the global one. */
public interface ModelLocksContract
    extends ModelRunContract,
        ModelRunGlobalContract,
        ModelGroupContract,
        StructuralContract,
        NamedGroupContract,
        NestedContract,
        AncestorLossContract,
        OtherNameContract,
        TwoLevelContract {}
