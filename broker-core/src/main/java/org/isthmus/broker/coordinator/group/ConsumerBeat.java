package org.isthmus.broker.coordinator.group;

import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * A heartbeat of the consumer protocol. What is null is as the member said it before.
 *
 * @param epoch the one that the member believes to have reached; {@link #JOIN}, {@link #LEAVE} or {@link #STEP_ASIDE}
 * @param rebalanceTimeoutMs how long it may take to give up what it is asked for, or −1
 * @param pattern an RE2 expression; empty for none
 * @param owned what it reads now
 */
public record ConsumerBeat(
        String groupId,
        String memberId,
        int epoch,
        @Nullable String instanceId,
        @Nullable String rackId,
        String clientId,
        String clientHost,
        int rebalanceTimeoutMs,
        @Nullable Set<String> topics,
        @Nullable String pattern,
        @Nullable String assignor,
        @Nullable SortedSet<PartitionId> owned) {
    public static final int JOIN = 0;
    public static final int LEAVE = -1;

    /** What a static member says that will be back. */
    public static final int STEP_ASIDE = -2;

    boolean joins() {
        return epoch == JOIN;
    }

    boolean leaves() {
        return epoch < 0;
    }
}
