package org.isthmus.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.ShardedCoordinator;

/** Groups of either protocol whose members share partitions: each is read by one at a time, and in the end each is read. */
final class Belonging implements Workload {
    private static final int MEMBERS = 3;

    private final ClusterWorld world;
    private final NewTopicRequest topic;
    private final NewTopicRequest state;
    private final List<Readership> groups = new ArrayList<>();
    private final List<GroupReader> members = new ArrayList<>();

    Belonging(ClusterWorld world) {
        this.world = world;
        this.topic = world.newTopic("b", 2 + world.random().nextInt(3), Map.of());
        this.state = world.newStateTopic(
                InternalTopics.CONSUMER_OFFSETS, 1 + world.random().nextInt(2));
    }

    @Override
    public List<NewTopicRequest> topics() {
        return List.of(topic, state);
    }

    @Override
    public boolean isCoordinated() {
        return true;
    }

    @Override
    public void begin() {
        gather("g0", false);
        gather("g1", true);
        members.forEach(GroupReader::tryAgain);
    }

    private void gather(String name, boolean isClassic) {
        var group = new Readership(world, name, topic.name(), topic.partitions(), isClassic);
        var home = new TopicPartition(state.name(), ShardedCoordinator.partitionOf(name, state.partitions()));
        for (var count = 0; count < MEMBERS; count++) {
            var number = members.size();
            var member = isClassic
                    ? new ClassicMember(world, group, home, number)
                    : new ConsumerMember(world, group, home, number);
            group.add(member);
            members.add(member);
        }
        groups.add(group);
    }

    @Override
    public void end() {
        members.forEach(GroupReader::end);
    }

    @Override
    public boolean isDone() {
        var isComplete = groups.stream().allMatch(Readership::isComplete);
        if (isComplete) {
            members.forEach(GroupReader::rest);
        }
        return isComplete;
    }

    @Override
    public void check() {
        assertThat(groups).as("groups of which each partition has one reader").allMatch(Readership::isComplete);
    }

    @Override
    public int achieved() {
        return groups.stream().mapToInt(Readership::commits).sum();
    }

    @Override
    public String toString() {
        return groups.stream().filter(group -> !group.isComplete()).toList().toString();
    }
}
