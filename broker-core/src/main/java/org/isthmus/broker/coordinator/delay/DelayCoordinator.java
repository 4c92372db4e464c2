package org.isthmus.broker.coordinator.delay;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;

/** The delayed records of all partitions that are led by this broker and have had any. Safe for use by many threads. */
public final class DelayCoordinator {
    /** What delayed records need of a partition that is led here. */
    public interface Place extends DelayLog, DelayTarget {
        EventLoop loop();

        /** A producer id that nobody had before, on the loop. */
        CompletionStage<Long> newProducerId();
    }

    private static final int WINDOW = 50_000;

    private final Function<TopicPartition, Place> places;
    private final Supplier<ClusterImage> cluster;
    private final Clock clock;
    private final IdSource ids;
    private final Map<TopicPartition, ShardedCoordinator<DelayPartition>> partitions = new ConcurrentHashMap<>();

    /**
     * @param places finds the place of a partition, on any thread; fails with {@link org.isthmus.broker.common.BrokerException} where the
     *     partition is not led here
     */
    public DelayCoordinator(
            Function<TopicPartition, Place> places, Supplier<ClusterImage> cluster, Clock clock, IdSource ids) {
        this.places = places;
        this.cluster = cluster;
        this.clock = clock;
        this.ids = ids;
    }

    /** Asks the delayed records of one partition, on its loop, once they are loaded. */
    public <T> CompletionStage<T> ask(TopicPartition partition, Function<DelayPartition, CompletionStage<T>> question) {
        return begun(partition)
                .ask(partition.partition(), delays -> delays.loaded().thenCompose(loaded -> question.apply(delays)));
    }

    /** Sees to what waits for its time already. */
    public void resume(TopicPartition partition) {
        begun(partition);
    }

    private ShardedCoordinator<DelayPartition> begun(TopicPartition partition) {
        return partitions.computeIfAbsent(partition, unused -> {
            var place = places.apply(partition);
            var shards = new ShardedCoordinator<DelayPartition>(
                    partition.topic(),
                    cluster,
                    (index, log, loop) -> new DelayPartition(
                            partition + ".delay", place, loop, place, place::newProducerId, clock, ids, WINDOW));
            shards.elected(partition.partition(), place, place.loop());
            return shards;
        });
    }

    /** This broker does not lead the partition any more, or begins to lead it anew. */
    public void resigned(TopicPartition partition) {
        var shards = partitions.remove(partition);
        if (shards != null) {
            shards.resigned(partition.partition());
        }
    }

    /** Gives up every partition. */
    public void resignAll() {
        List.copyOf(partitions.keySet()).forEach(this::resigned);
    }
}
