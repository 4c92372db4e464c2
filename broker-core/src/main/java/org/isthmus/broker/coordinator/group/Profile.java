package org.isthmus.broker.coordinator.group;

import java.util.Collection;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a member of the consumer protocol says of itself.
 *
 * @param instanceId the name that a static member keeps across restarts; null for others
 * @param rackId where it runs, or null
 * @param rebalanceTimeoutMs how long it may take to give up what it is asked for
 * @param topics the topics that it names
 * @param pattern the RE2 expression whose matches it wants besides, or null
 * @param assignor how it would like partitions to be divided, or null
 */
public record Profile(
        @Nullable String instanceId,
        @Nullable String rackId,
        String clientId,
        String clientHost,
        int rebalanceTimeoutMs,
        SortedSet<String> topics,
        @Nullable String pattern,
        @Nullable String assignor) {
    public Profile {
        topics = sorted(topics);
    }

    static SortedSet<String> sorted(@Nullable Collection<String> topics) {
        return Collections.unmodifiableSortedSet(topics == null ? new TreeSet<>() : new TreeSet<>(topics));
    }

    /** Whether the same target serves both. */
    boolean wantsTheSameAs(Profile other) {
        return topics.equals(other.topics)
                && Objects.equals(pattern, other.pattern)
                && Objects.equals(assignor, other.assignor);
    }
}
