package org.isthmus.broker.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.replica.Durability;

/** A share group whose members take turns: nothing that was acknowledged comes again, and nothing else is lost. */
final class Sharing implements Workload {
    private final ClusterWorld world;
    private final NewTopicRequest topic;
    private final Map<TopicPartition, Deliveries> deliveries = new TreeMap<>(TopicPartition.BY_NAME);
    private final List<Clients.Producer> producers = new ArrayList<>();
    private final List<ShareMember> members = new ArrayList<>();

    Sharing(ClusterWorld world) {
        this.world = world;
        this.topic = world.newTopic("q", 1 + world.random().nextInt(2), Map.of());
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
        for (var partition : Workload.partitions(topic)) {
            var known = new Deliveries(partition);
            deliveries.put(partition, known);
            var producer = new Clients.Producer(world, partition, 80 + partition.partition(), Durability.COMMITTED);
            producers.add(producer);
            if (world.random().nextBoolean()) {
                // So that there are groups that are done with everything, and whose logs stand still.
                var quiet = Duration.ofMillis(3_000 + world.random().nextInt(12_000));
                world.newClientLoop().schedule(quiet, producer::end);
            }
            for (var number = 0; number < 2; number++) {
                members.add(new ShareMember(world, known, partition, 10 * partition.partition() + number));
            }
        }
        producers.forEach(Clients.Producer::writeOn);
        members.forEach(ShareMember::tryAgain);
    }

    List<ShareMember> members() {
        return members;
    }

    @Override
    public void end() {
        producers.forEach(Clients.Producer::end);
    }

    @Override
    public boolean isDone() {
        if (!producers.stream().allMatch(Clients.Producer::isIdle)) {
            return false;
        }
        members.forEach(ShareMember::end);
        return members.stream().allMatch(ShareMember::isDone);
    }

    @Override
    public void check() {
        deliveries.forEach((partition, known) -> known.check(
                LongStream.range(0, world.records(partition).size()).boxed().toList()));
    }

    @Override
    public int achieved() {
        return deliveries.values().stream().mapToInt(Deliveries::size).sum();
    }

    /** What is left to do. */
    @Override
    public String toString() {
        return members.stream().filter(member -> !member.isDone()).toList().toString();
    }
}
