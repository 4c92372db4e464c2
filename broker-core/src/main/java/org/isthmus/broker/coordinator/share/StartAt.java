package org.isthmus.broker.coordinator.share;

/** Where a group begins to consume a partition. */
public sealed interface StartAt {
    /** With the oldest record that is kept. */
    record Earliest() implements StartAt {}

    /** With the next record that is written. */
    record Latest() implements StartAt {}

    /** With the first record whose timestamp is at least this many milliseconds since 1970. */
    record AtTime(long timestampMs) implements StartAt {}

    record AtOffset(long offset) implements StartAt {}
}
