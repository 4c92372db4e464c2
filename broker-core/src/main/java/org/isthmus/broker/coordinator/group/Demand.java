package org.isthmus.broker.coordinator.group;

import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.UUID;

/**
 * What an assignor divides, and among whom.
 *
 * @param topics the topics that anybody wants, with their numbers of partitions
 * @param members what each member wants, by its id
 */
record Demand(SortedMap<UUID, Integer> topics, SortedMap<String, Wish> members) {
    /**
     * What a member wants.
     *
     * @param lastingName what it is called across restarts, where it has such a name, or else its id
     * @param before what it was to read until now
     */
    record Wish(String lastingName, Set<UUID> topics, SortedSet<PartitionId> before) {
        boolean wants(PartitionId partition) {
            return topics.contains(partition.topicId());
        }
    }

    boolean exists(PartitionId partition) {
        return partition.partition() < topics.getOrDefault(partition.topicId(), 0);
    }
}
