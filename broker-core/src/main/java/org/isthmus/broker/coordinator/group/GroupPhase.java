package org.isthmus.broker.coordinator.group;

/**
 * Where a group stands, by the names that the protocol shows to administrators: between two generations, or, in a group of the consumer
 * protocol, between two targets.
 */
public enum GroupPhase {
    EMPTY("Empty"),
    PREPARING_REBALANCE("PreparingRebalance"),
    COMPLETING_REBALANCE("CompletingRebalance"),
    ASSIGNING("Assigning"),
    RECONCILING("Reconciling"),
    STABLE("Stable"),
    DEAD("Dead");

    private final String wireName;

    GroupPhase(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
