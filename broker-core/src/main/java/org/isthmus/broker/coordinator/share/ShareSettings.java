package org.isthmus.broker.coordinator.share;

import java.util.Optional;

/**
 * How one group consumes a partition. Kept in the group's own state, so that a change is seen and every leader goes by the same.
 *
 * @param interest what the group is about: what does not match is done for this group. A member may want less than that; what it does not
 *     want stays for others
 * @param stock whether these settings follow the group's configuration instead of being given by those who open it
 * @param exclusive whether only one member may be there at a time
 * @param committedOnly whether records of open and aborted transactions are left out
 * @param maxDeliveries after so many deliveries a record that comes back is archived
 * @param maxInFlight most records that members hold at one time; more are not handed out until some are settled
 * @param lockMs how long a member without a session lock may hold a record
 * @param deadLetterTarget where what is archived leaves a dead letter
 * @param ephemeral whether the group ends with its last member
 */
public record ShareSettings(
        Interest interest,
        boolean stock,
        boolean exclusive,
        boolean committedOnly,
        int maxDeliveries,
        int maxInFlight,
        int lockMs,
        Backoff backoff,
        Optional<DeadLetterTarget> deadLetterTarget,
        boolean ephemeral) {
    /** What a share group of stock consumers has where nothing is configured. */
    public static final ShareSettings STOCK = new ShareSettings(
            Interest.EVERYTHING, true, false, false, 5, 2_000, 30_000, Backoff.NONE, Optional.empty());

    /** What a queue has where nothing else is asked for. */
    public static final ShareSettings QUEUE = new ShareSettings(
            Interest.EVERYTHING, false, false, true, 10, 100_000, 30_000, Backoff.NONE, Optional.empty());

    /** Of a group that outlives its members. */
    public ShareSettings(
            Interest interest,
            boolean stock,
            boolean exclusive,
            boolean committedOnly,
            int maxDeliveries,
            int maxInFlight,
            int lockMs,
            Backoff backoff,
            Optional<DeadLetterTarget> deadLetterTarget) {
        this(
                interest,
                stock,
                exclusive,
                committedOnly,
                maxDeliveries,
                maxInFlight,
                lockMs,
                backoff,
                deadLetterTarget,
                false);
    }

    public ShareSettings {
        if (maxDeliveries < 1 || maxInFlight < 1 || lockMs < 1) {
            throw new IllegalArgumentException(
                    "maxDeliveries=" + maxDeliveries + " maxInFlight=" + maxInFlight + " lockMs=" + lockMs);
        }
    }

    /** A durable or shared subscription to what the interest covers. */
    public static ShareSettings subscription(Interest interest, boolean exclusive) {
        return new ShareSettings(
                interest,
                false,
                exclusive,
                true,
                QUEUE.maxDeliveries,
                QUEUE.maxInFlight,
                QUEUE.lockMs,
                Backoff.NONE,
                Optional.empty());
    }
}
