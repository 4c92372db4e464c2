package org.isthmus.broker.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.replica.Durability;

/**
 * A share group whose members take turns: nothing that was acknowledged comes again, and nothing else is lost. What is given up leaves a dead letter,
 * where the group has a place for it.
 */
final class Sharing implements Workload {
    private final ClusterWorld world;
    private final NewTopicRequest topic;
    private final ShareMember.Manner manner;
    private final List<NewTopicRequest> graveyard;
    private final Map<TopicPartition, Deliveries> deliveries = new TreeMap<>(TopicPartition.BY_NAME);
    private final List<Clients.Producer> producers = new ArrayList<>();
    private final List<ShareMember> members = new ArrayList<>();

    Sharing(ClusterWorld world) {
        this(world, ShareMember.Manner.TIMED);
    }

    private Sharing(ClusterWorld world, ShareMember.Manner manner) {
        this.world = world;
        this.manner = manner;
        this.topic = world.newTopic("q", 1 + world.random().nextInt(2), Map.of());
        this.graveyard = manner == ShareMember.Manner.BURYING
                ? List.of(world.newTopic(ShareMember.DEAD_LETTERS, 1, Map.of()))
                : List.of();
    }

    /** What some of the members hold is theirs for as long as their sessions live. */
    static Sharing inSessions(ClusterWorld world) {
        return new Sharing(world, ShareMember.Manner.IN_SESSIONS);
    }

    /** What is rejected, or was delivered too often, becomes a dead letter. */
    static Sharing burying(ClusterWorld world) {
        return new Sharing(world, ShareMember.Manner.BURYING);
    }

    @Override
    public List<NewTopicRequest> topics() {
        var all = new ArrayList<>(List.of(topic));
        all.addAll(graveyard);
        return all;
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
                members.add(new ShareMember(world, known, partition, 10 * partition.partition() + number, manner));
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
        var letters = new HashSet<String>();
        graveyard.forEach(
                place -> Workload.partitions(place).forEach(partition -> letters.addAll(world.records(partition))));
        deliveries.forEach((partition, known) -> {
            var records = world.records(partition);
            var offsets = LongStream.range(0, records.size()).boxed().toList();
            known.check(
                    offsets,
                    offsets.stream()
                            .filter(offset -> letters.contains(records.get(offset.intValue())))
                            .collect(Collectors.toSet()));
        });
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
