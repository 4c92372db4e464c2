package org.isthmus.broker.metadata;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A topic: its identity, which a topic created later under the same name does not share, its own settings, its partitions by index. */
public record TopicImage(String name, UUID id, Map<String, String> configs, List<PartitionImage> partitions) {
    public TopicImage {
        configs = Map.copyOf(configs);
        partitions = List.copyOf(partitions);
    }

    /** Whether the broker itself keeps it, for groups and transactions. */
    public boolean isInternal() {
        return name.startsWith("__");
    }
}
