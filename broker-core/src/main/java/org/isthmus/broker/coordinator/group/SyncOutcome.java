package org.isthmus.broker.coordinator.group;

/** What became of a member's question for its assignment. */
sealed interface SyncOutcome {
    record Answered(SyncAnswer answer) implements SyncOutcome {}

    /** The leader has not assigned yet. */
    record Waits() implements SyncOutcome {}
}
