package org.isthmus.broker.cluster;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.ShardedCoordinator;

/** Groups that commit how far they have read: what was told stays. */
final class Committing implements Workload {
    private final ClusterWorld world;
    private final NewTopicRequest topic;
    private final List<OffsetCommitter> committers = new ArrayList<>();

    Committing(ClusterWorld world) {
        this.world = world;
        this.topic = world.newStateTopic(
                InternalTopics.CONSUMER_OFFSETS, 1 + world.random().nextInt(2));
    }

    @Override
    public List<NewTopicRequest> topics() {
        return List.of(topic);
    }

    @Override
    public boolean isCoordinated() {
        return true;
    }

    @Override
    public void begin() {
        for (var number = 0; number < 3; number++) {
            var group = "c" + number;
            var home = new TopicPartition(topic.name(), ShardedCoordinator.partitionOf(group, topic.partitions()));
            committers.add(new OffsetCommitter(world, home, group, number));
        }
        committers.forEach(OffsetCommitter::tryAgain);
    }

    @Override
    public void end() {
        committers.forEach(OffsetCommitter::end);
    }

    @Override
    public boolean isDone() {
        return committers.stream().allMatch(OffsetCommitter::isDone);
    }

    /** Each asked last what is committed, and looked at the answer. */
    @Override
    public void check() {}

    @Override
    public int achieved() {
        return committers.stream().mapToInt(committer -> (int) committer.told()).sum();
    }

    @Override
    public String toString() {
        return committers.stream()
                .filter(committer -> !committer.isDone())
                .toList()
                .toString();
    }
}
