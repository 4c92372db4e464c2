package org.isthmus.broker.controller;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;

/**
 * Moves partitions to other brokers (KIP-455): first replicas are added, and when they are in sync those that are to go are taken away. What
 * is under way is in the partition's image, so any controller goes on with it. No state and no effects.
 */
public final class Reassignments {
    private Reassignments() {}

    /**
     * Begins to move a partition to these replicas, also where it is on the move elsewhere; nothing where they are those that it has.
     *
     * @param mayChangeCount whether there may be more or fewer of them than before
     */
    public static Optional<ClusterDelta> begin(
            ClusterImage image, TopicPartition id, List<BrokerId> target, boolean mayChangeCount) {
        var before = Elections.existing(image, id);
        if (target.isEmpty()
                || new HashSet<>(target).size() != target.size()
                || !image.brokers().keySet().containsAll(target)) {
            throw new BrokerException(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    "replicas " + target + " of " + id + " are not different living brokers");
        }
        var original = without(before.replicas(), before.adding());
        if (!mayChangeCount && target.size() != original.size()) {
            throw new BrokerException(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    id + " has " + original.size() + " replicas, and " + target.size() + " are asked for");
        }
        var removing = without(original, target);
        var next = changed(image, before, join(target, removing), without(target, original), removing);
        var after = finished(image, next).orElse(next);
        return after.equals(before) ? Optional.empty() : Optional.of(new ClusterDelta.PartitionChanged(id, after));
    }

    /** Gives up a move: what was added goes, what was to go stays. */
    public static ClusterDelta cancel(ClusterImage image, TopicPartition id) {
        var before = Elections.existing(image, id);
        if (!isMoving(before)) {
            throw new BrokerException(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, id + " is not on the move");
        }
        var original = without(before.replicas(), before.adding());
        return new ClusterDelta.PartitionChanged(id, heldBy(image, before, original));
    }

    public static boolean isMoving(PartitionImage partition) {
        return !partition.adding().isEmpty() || !partition.removing().isEmpty();
    }

    /** Where a move ends: the replicas that stay. */
    public static List<BrokerId> target(PartitionImage partition) {
        return without(partition.replicas(), partition.removing());
    }

    /** Ends every move whose new replicas are in sync. */
    public static List<ClusterDelta> progress(ClusterImage image) {
        var deltas = new ArrayList<ClusterDelta>();
        for (var topic : image.topics().values()) {
            for (var index = 0; index < topic.partitions().size() && deltas.size() < Elections.MOST_AT_ONCE; index++) {
                var id = new TopicPartition(topic.name(), index);
                finished(image, topic.partitions().get(index))
                        .ifPresent(after -> deltas.add(new ClusterDelta.PartitionChanged(id, after)));
            }
        }
        return deltas;
    }

    private static Optional<PartitionImage> finished(ClusterImage image, PartitionImage moving) {
        var target = target(moving);
        return isMoving(moving)
                        && moving.isr().containsAll(moving.adding())
                        && keep(moving.isr(), target).stream().anyMatch(image.brokers()::containsKey)
                ? Optional.of(heldBy(image, moving, target))
                : Optional.empty();
    }

    /** Held by these and nobody else, and nothing under way. */
    private static PartitionImage heldBy(ClusterImage image, PartitionImage before, List<BrokerId> replicas) {
        return changed(image, before, replicas, List.of(), List.of());
    }

    private static PartitionImage changed(
            ClusterImage image,
            PartitionImage before,
            List<BrokerId> replicas,
            List<BrokerId> adding,
            List<BrokerId> removing) {
        var isr = keep(before.isr(), replicas);
        if (isr.isEmpty()) {
            throw new BrokerException(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT, "of " + replicas + " nobody is in sync any more");
        }
        var next = new PartitionImage(
                before.leader(), before.leaderEpoch(), replicas, isr, before.partitionEpoch(), adding, removing);
        if (!before.hasLeader()) {
            return next;
        }
        if (replicas.contains(before.leader())) {
            // What a replica had that goes says nothing of it, should it come back: a new reign has not heard it.
            return replicas.containsAll(before.replicas()) ? next : next.led(before.leader());
        }
        var alive = isr.stream().filter(image.brokers()::containsKey).toList();
        return next.led(alive.isEmpty() ? BrokerId.NONE : Elections.first(replicas, alive));
    }

    private static List<BrokerId> join(List<BrokerId> first, List<BrokerId> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private static List<BrokerId> without(List<BrokerId> from, List<BrokerId> gone) {
        return from.stream().filter(id -> !gone.contains(id)).toList();
    }

    private static List<BrokerId> keep(List<BrokerId> from, List<BrokerId> kept) {
        return from.stream().filter(kept::contains).toList();
    }
}
