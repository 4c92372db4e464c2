package org.isthmus.broker.coordinator.group;

import java.util.function.Supplier;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.IdSource;

/** Serves consumer groups: routes each request to the shard of its group. Safe for use by many threads. */
public final class GroupCoordinator {
    public GroupCoordinator(GroupConfig config, Supplier<ClusterImage> cluster, Clock clock, IdSource ids) {}

    /** The shards, to be told which partitions of the offsets topic are led here. */
    public ShardedCoordinator<?> shards() {
        throw new IllegalStateException("not there yet");
    }
}
