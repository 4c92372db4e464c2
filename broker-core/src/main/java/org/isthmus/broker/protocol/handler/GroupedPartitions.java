package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.UUID;
import org.isthmus.broker.coordinator.group.PartitionId;

/** Partitions as the wire has them: each topic once, with the numbers of its partitions. */
final class GroupedPartitions {
    private GroupedPartitions() {}

    static SortedMap<UUID, List<Integer>> byTopic(SortedSet<PartitionId> partitions) {
        var topics = new TreeMap<UUID, List<Integer>>();
        partitions.forEach(partition -> topics.computeIfAbsent(partition.topicId(), topic -> new ArrayList<>())
                .add(partition.partition()));
        return topics;
    }
}
