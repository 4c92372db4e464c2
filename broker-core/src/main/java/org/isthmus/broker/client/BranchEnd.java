package org.isthmus.broker.client;

/** What became of a branch that was to be ended. */
public enum BranchEnd {
    /** What was asked for. */
    AS_ASKED,
    /** An administrator had committed it before; remembered until it is forgotten. */
    HEURISTICALLY_COMMITTED,
    /** An administrator had rolled it back before; remembered until it is forgotten. */
    HEURISTICALLY_ROLLED_BACK
}
