package org.isthmus.broker.coordinator.group;

import java.util.Comparator;
import java.util.UUID;

/** A partition of the topic that has this id: one that is created anew under the same name is another. */
public record PartitionId(UUID topicId, int partition) implements Comparable<PartitionId> {
    private static final Comparator<PartitionId> ORDER =
            Comparator.comparing(PartitionId::topicId).thenComparing(PartitionId::partition);

    @Override
    public int compareTo(PartitionId other) {
        return ORDER.compare(this, other);
    }
}
