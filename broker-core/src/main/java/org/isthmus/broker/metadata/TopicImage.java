package org.isthmus.broker.metadata;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** A topic: its identity, which a topic created later under the same name does not share, its own settings, its partitions by index. */
public record TopicImage(String name, UUID id, Map<String, String> configs, List<PartitionImage> partitions) {
    /** Where groups are kept. */
    public static final String CONSUMER_OFFSETS = "__consumer_offsets";
    /** Where transactions are kept. */
    public static final String TRANSACTION_STATE = "__transaction_state";

    private static final Set<String> INTERNAL = Set.of(CONSUMER_OFFSETS, TRANSACTION_STATE);

    public TopicImage {
        configs = Map.copyOf(configs);
        partitions = List.copyOf(partitions);
    }

    /** Whether the broker itself keeps it, for groups and transactions. */
    public boolean isInternal() {
        return isInternal(name);
    }

    /** Whether a topic of this name is the broker's own. Others that begin with underscores are anybody's, as in Apache Kafka. */
    public static boolean isInternal(String name) {
        return INTERNAL.contains(name);
    }
}
