package org.isthmus.broker.client;

/** A place in a partition by its meaning. */
public sealed interface OffsetSpec {
    /** The oldest record that is still kept. */
    record Earliest() implements OffsetSpec {}

    /** Behind the newest record that a consumer may see. */
    record Latest() implements OffsetSpec {}

    /** The first record whose timestamp is at least this many milliseconds since 1970; behind the newest where there is none. */
    record AtTimestamp(long timestampMs) implements OffsetSpec {}
}
