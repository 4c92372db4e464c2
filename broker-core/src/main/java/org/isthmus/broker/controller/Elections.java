package org.isthmus.broker.controller;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.metadata.TopicSetting;

/**
 * Decides who leads: from an image to the changes that lead to the next. No state and no effects; a refusal is a {@link BrokerException}
 * with the protocol's error.
 *
 * <p>Whoever is in sync has everything that was acknowledged, so leaders come from there. Where nobody of them is alive the partition waits
 * without a leader, unless its topic prefers to lose records ({@code unclean.leader.election.enable}).
 *
 * @param brokerConfigs what topics have that say nothing themselves
 */
public record Elections(BrokerConfigs brokerConfigs) {
    /** Of one decision: what it makes has to fit into one transaction of the store. More of them follow. */
    public static final int MOST_AT_ONCE = 1_000;

    /** What follows from who is alive: dead brokers lead nothing and are not in sync; who has come back leads what waits for it. */
    public List<ClusterDelta> amongTheLiving(ClusterImage image) {
        return changes(image, image.brokers().keySet(), Set.of());
    }

    /**
     * What a broker gives up that leaves, or that has just come: then it is what an earlier life of it left behind. Under the epoch of an
     * earlier life it must never lead again, because that life may have written what this one no longer has.
     */
    public List<ClusterDelta> without(ClusterImage image, BrokerId broker) {
        var others = new HashSet<>(image.brokers().keySet());
        others.remove(broker);
        return changes(image, others, Set.of(broker));
    }

    /** @param concerned only partitions that one of these leads or is in sync with; empty: all */
    private List<ClusterDelta> changes(ClusterImage image, Set<BrokerId> alive, Set<BrokerId> concerned) {
        var deltas = new ArrayList<ClusterDelta>();
        var defaults = brokerConfigs.in(image);
        for (var topic : image.topics().values()) {
            for (var index = 0; index < topic.partitions().size() && deltas.size() < MOST_AT_ONCE; index++) {
                var before = topic.partitions().get(index);
                var isConcerned = concerned.isEmpty()
                        || concerned.contains(before.leader())
                        || before.isr().stream().anyMatch(concerned::contains);
                var after = isConcerned ? among(alive, before, isUnclean(topic, defaults)) : before;
                if (!after.equals(before)) {
                    deltas.add(new ClusterDelta.PartitionChanged(new TopicPartition(topic.name(), index), after));
                }
            }
        }
        return deltas;
    }

    private static PartitionImage among(Set<BrokerId> alive, PartitionImage before, boolean unclean) {
        var isr = before.isr().stream().filter(alive::contains).toList();
        if (!isr.isEmpty()) {
            var remaining = isr.equals(before.isr()) ? before : before.inSync(isr);
            return isr.contains(before.leader()) ? remaining : remaining.led(first(before.replicas(), isr));
        }
        var replicas = before.replicas().stream().filter(alive::contains).toList();
        if (unclean && !replicas.isEmpty()) {
            return before.inSync(List.of(replicas.get(0))).led(replicas.get(0));
        }
        // The last of those in sync stay on the list: only they may lead again.
        return before.hasLeader() ? before.led(BrokerId.NONE) : before;
    }

    /** In the order of the replicas, which is that of preference. */
    static BrokerId first(List<BrokerId> replicas, List<BrokerId> eligible) {
        return replicas.stream().filter(eligible::contains).findFirst().orElse(eligible.get(0));
    }

    private static boolean isUnclean(TopicImage topic, Map<String, String> defaults) {
        return TopicSetting.UNCLEAN_LEADER_ELECTION_ENABLE
                .in(topic.configs(), defaults)
                .equals("true");
    }

    /** Every partition back to its preferred leader whose preferred leader is in sync and alive. */
    public List<ClusterDelta> preferred(ClusterImage image) {
        return image.topics().values().stream()
                .flatMap(topic -> preferred(image, topic))
                .limit(MOST_AT_ONCE)
                .toList();
    }

    private static Stream<ClusterDelta> preferred(ClusterImage image, TopicImage topic) {
        return Stream.iterate(0, i -> i < topic.partitions().size(), i -> i + 1)
                .map(index -> new TopicPartition(topic.name(), index))
                .flatMap(id -> toPreferred(image, id).stream());
    }

    private static Optional<ClusterDelta> toPreferred(ClusterImage image, TopicPartition id) {
        return image.partition(id)
                .filter(partition -> !partition.leader().equals(preferredOf(partition)))
                .filter(partition -> partition.isr().contains(preferredOf(partition))
                        && image.brokers().containsKey(preferredOf(partition)))
                .map(partition -> new ClusterDelta.PartitionChanged(id, partition.led(preferredOf(partition))));
    }

    private static BrokerId preferredOf(PartitionImage partition) {
        return partition.replicas().get(0);
    }

    /** One partition back to its preferred leader, by somebody's wish. */
    public ClusterDelta electPreferred(ClusterImage image, TopicPartition id) {
        var partition = existing(image, id);
        if (partition.leader().equals(preferredOf(partition))) {
            throw new BrokerException(ErrorCode.ELECTION_NOT_NEEDED, "it is led by its preferred leader");
        }
        return toPreferred(image, id)
                .orElseThrow(() -> new BrokerException(
                        ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE,
                        "broker " + preferredOf(partition) + " is not in sync, or not alive"));
    }

    /** A leader for a partition that has none, though what only dead replicas have is lost by it; by somebody's wish. */
    public ClusterDelta electUnclean(ClusterImage image, TopicPartition id) {
        var partition = existing(image, id);
        var alive = image.brokers().keySet();
        if (alive.contains(partition.leader())) {
            throw new BrokerException(ErrorCode.ELECTION_NOT_NEEDED, "it is led by broker " + partition.leader());
        }
        var after = among(alive, partition, true);
        if (!after.hasLeader()) {
            throw new BrokerException(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE, "none of its replicas is alive");
        }
        return new ClusterDelta.PartitionChanged(id, after);
    }

    static PartitionImage existing(ClusterImage image, TopicPartition id) {
        return Optional.of(id)
                .filter(asked -> asked.partition() >= 0)
                .flatMap(image::partition)
                .orElseThrow(
                        () -> new BrokerException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no partition " + id));
    }
}
