package org.isthmus.broker.coordinator.share;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.ShardLog;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;

/**
 * The share groups of all partitions that are led by this broker. What belongs to a partition is set up with its first use by a share group,
 * so that a partition without share groups costs nothing. Safe for use by many threads.
 */
public final class ShareCoordinator {
    /** What share groups need of a partition that is led here: the log beside it, its records, and where those go that they give up. */
    public interface Place extends ShareLog {
        EventLoop loop();

        RecordSource records();

        DeadLetters deadLetters();
    }

    private final Function<TopicPartition, Place> places;
    private final Supplier<ClusterImage> cluster;
    private final Clock clock;
    private final IdSource ids;
    private final Map<TopicPartition, Place> inUse = new ConcurrentHashMap<>();
    private final Map<String, ShardedCoordinator<SharePartition>> topics = new ConcurrentHashMap<>();

    /**
     * @param places finds the place of a partition, on any thread; fails with {@link BrokerException} where the partition is not led here
     */
    public ShareCoordinator(
            Function<TopicPartition, Place> places, Supplier<ClusterImage> cluster, Clock clock, IdSource ids) {
        this.places = places;
        this.cluster = cluster;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Puts a question to the share groups of a partition, on its loop, once they are loaded. Throws or fails with {@link BrokerException}
     * where the partition is not led here.
     */
    public <A> CompletionStage<A> ask(TopicPartition partition, Function<SharePartition, CompletionStage<A>> question) {
        inUse.computeIfAbsent(partition, this::begin);
        var shards = topics.get(partition.topic());
        if (shards == null) {
            return CompletableFuture.failedStage(new BrokerException(
                    ErrorCode.NOT_COORDINATOR, "partition " + partition + " is not led here any more"));
        }
        return shards.ask(partition.partition(), share -> share.loaded().thenCompose(loaded -> question.apply(share)));
    }

    private Place begin(TopicPartition partition) {
        var place = places.apply(partition);
        topics.compute(partition.topic(), (topic, present) -> {
            var shards = present == null ? shards(topic) : present;
            shards.elected(partition.partition(), place, place.loop());
            return shards;
        });
        return place;
    }

    private ShardedCoordinator<SharePartition> shards(String topic) {
        return new ShardedCoordinator<>(topic, cluster, (index, log, loop) -> begin(topic + "-" + index, log, loop));
    }

    private SharePartition begin(String partition, ShardLog log, EventLoop loop) {
        if (!(log instanceof Place place)) {
            throw new IllegalArgumentException("not the log of share groups: " + log);
        }
        return new SharePartition(partition + ".share", place, loop, place.records(), place.deadLetters(), clock, ids);
    }

    /** This broker does not lead the partition any more, or begins to lead it anew. Whoever waits there is told. */
    public void resigned(TopicPartition partition) {
        // Temporary topics come and go by the thousand: nothing stays behind of a topic without partitions here.
        inUse.computeIfPresent(partition, (unused, place) -> {
            topics.computeIfPresent(partition.topic(), (topic, shards) -> {
                shards.resigned(partition.partition());
                return shards.isEmpty() ? null : shards;
            });
            return null;
        });
    }

    /** Gives up every partition. */
    public void resignAll() {
        inUse.keySet().forEach(this::resigned);
    }
}
