package org.isthmus.broker.coordinator.transaction;

/** How a transaction ends. */
public enum Outcome {
    COMMIT,
    ABORT
}
