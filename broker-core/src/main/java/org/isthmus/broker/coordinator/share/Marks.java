package org.isthmus.broker.coordinator.share;

import java.util.List;

/**
 * What records of a batch say of their handing out, as messages. Most say nothing.
 *
 * @param expired whose time is over
 * @param nextEndMs when the time of the next one is over, in milliseconds since 1970; {@link #NEVER} where no further one ends
 * @param urgent those of another priority than the usual one, in order
 * @param waited those that waited for their time beside the partition, in order
 */
public record Marks(List<OffsetRange> expired, long nextEndMs, List<Urgent> urgent, List<Waited> waited) {
    public static final long NEVER = Long.MAX_VALUE;

    public static final Marks NONE = new Marks(List.of(), NEVER, List.of(), List.of());

    /** The priority of every record that names none: the middle of 0 to 9. */
    public static final int USUAL_PRIORITY = 4;

    public record Urgent(long offset, int priority) {}

    /**
     * A record that waited beside the partition.
     *
     * @param place from which on it did
     */
    public record Waited(long offset, long place) {}

    public Marks {
        expired = List.copyOf(expired);
        urgent = List.copyOf(urgent);
        waited = List.copyOf(waited);
    }
}
