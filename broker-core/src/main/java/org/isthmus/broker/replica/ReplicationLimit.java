package org.isthmus.broker.replica;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.BrokerSetting;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.ThrottledReplicas;
import org.isthmus.broker.metadata.TopicSetting;
import org.isthmus.broker.runtime.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The rate at which this broker sends, or gets, what goes to replicas that an operator throttles, so that a partition that moves leaves room for
 * the others. To be asked only about a replica that is not in sync: nobody who writes is to wait for it.
 *
 * <p>What was given is owed, and paid off by the rate of the moment; nobody gets more while anything is owed. Safe for use by many threads.
 */
final class ReplicationLimit {
    /** The settings that a rate is asked for with. */
    record Side(BrokerSetting rate, TopicSetting replicas) {
        static final Side LEADER =
                new Side(BrokerSetting.LEADER_THROTTLED_RATE, TopicSetting.LEADER_THROTTLED_REPLICAS);
        static final Side FOLLOWER =
                new Side(BrokerSetting.FOLLOWER_THROTTLED_RATE, TopicSetting.FOLLOWER_THROTTLED_REPLICAS);
    }

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;
    /** The rate may be changed meanwhile. */
    private static final double LONGEST_REST_MS = 1e3;

    private final Side side;
    private final BrokerConfigs configs;
    private final Clock clock;
    /** Null while there is no limit. */
    private volatile @Nullable Terms terms;

    private double owedBytes;
    private long asOfNanos;

    private record Terms(long bytesPerSecond, Set<TopicPartition> partitions) {}

    ReplicationLimit(Side side, BrokerConfigs configs, Clock clock) {
        this.side = side;
        this.configs = configs;
        this.clock = clock;
        this.asOfNanos = clock.nanos();
    }

    /** From now on as this image has it. */
    void follow(ClusterImage image) {
        var rate = side.rate().in(configs.in(image));
        if (!rate.isEmpty()) {
            // None a second would be for ever.
            terms = new Terms(Math.max(1, Long.parseLong(rate)), partitions(image));
        } else if (terms != null) {
            terms = null;
            forgive();
        }
    }

    private Set<TopicPartition> partitions(ClusterImage image) {
        var partitions = new HashSet<TopicPartition>();
        for (var topic : image.topics().values()) {
            var replicas = new ThrottledReplicas(side.replicas().in(topic.configs(), configs.given()));
            replicas.partitionsOn(configs.self(), topic.partitions().size())
                    .forEach(index -> partitions.add(new TopicPartition(topic.name(), index)));
        }
        return partitions;
    }

    /** Whether this broker's replica of the partition is throttled. */
    boolean concerns(TopicPartition id) {
        var now = terms;
        return now != null && now.partitions.contains(id);
    }

    /** How long to wait before any more is given, or the rate looked at again. */
    Duration rest() {
        var now = terms;
        return now == null ? Duration.ZERO : rest(now.bytesPerSecond);
    }

    private synchronized Duration rest(long bytesPerSecond) {
        payOff(bytesPerSecond);
        // Rounded up: whoever waits less finds something owed still.
        var restMs = Math.ceil(owedBytes * MILLIS_PER_SECOND / bytesPerSecond);
        return Duration.ofMillis((long) Math.min(restMs, LONGEST_REST_MS));
    }

    /** Most bytes to give at once: a second's, or what there is room for. */
    int most(int room) {
        var now = terms;
        return now == null ? room : (int) Math.min(now.bytesPerSecond, room);
    }

    /** Counts what was given. */
    void gave(int bytes) {
        var now = terms;
        if (now != null) {
            owe(bytes, now.bytesPerSecond);
        }
    }

    private synchronized void owe(int bytes, long bytesPerSecond) {
        payOff(bytesPerSecond);
        owedBytes += bytes;
    }

    private void payOff(long bytesPerSecond) {
        var now = clock.nanos();
        owedBytes = Math.max(0, owedBytes - (now - asOfNanos) / NANOS_PER_SECOND * bytesPerSecond);
        asOfNanos = now;
    }

    private synchronized void forgive() {
        owedBytes = 0;
    }
}
