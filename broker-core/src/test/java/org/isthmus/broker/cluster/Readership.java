package org.isthmus.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.group.Caller;
import org.isthmus.broker.coordinator.group.PartitionId;
import org.isthmus.broker.server.SimulatedCoordinators;

/**
 * Who reads what for a group, and how far the group is. A partition has another reader only when the one before has given it up or was out of touch for
 * a session's time; who was replaced commits nothing behind the place where the next one began; and nobody begins before what was committed.
 */
final class Readership {
    private final ClusterWorld world;
    private final String group;
    private final String topic;
    private final int count;
    private final boolean isClassic;
    private final List<GroupReader> members = new ArrayList<>();
    private final Map<PartitionId, Reader> readers = new HashMap<>();
    private final Map<PartitionId, Told> told = new HashMap<>();
    private int commits;

    private record Reader(String member, int generation, long from) {}

    /** What a member was told is committed, and in which reign. */
    private record Told(long offset, int reign) {}

    /** @param count how many partitions the topic has */
    Readership(ClusterWorld world, String group, String topic, int count, boolean isClassic) {
        this.world = world;
        this.group = group;
        this.topic = topic;
        this.count = count;
        this.isClassic = isClassic;
    }

    void add(GroupReader member) {
        members.add(member);
    }

    String group() {
        return group;
    }

    String topic() {
        return topic;
    }

    TopicPartition named(PartitionId partition) {
        return new TopicPartition(topic, partition.partition());
    }

    List<PartitionId> partitions() {
        var id = world.truth().topic(topic).orElseThrow().id();
        return IntStream.range(0, count)
                .mapToObj(index -> new PartitionId(id, index))
                .toList();
    }

    /** The group's coordinator says where the member begins. One that was replaced without its knowledge may be told so too, by the classic protocol. */
    void begins(GroupReader member, Caller as, PartitionId partition, long from, GroupReader.Heard came) {
        var present = readers.get(partition);
        if (present != null && present.generation > as.generation() && isClassic) {
            return;
        }
        var before = told.get(partition);
        if (before != null && came.reign() >= before.reign) {
            assertThat(from)
                    .as("where %s begins to read %s in reign %d, told in %d", as, partition, came.reign(), before.reign)
                    .isGreaterThanOrEqualTo(before.offset);
        }
        for (var other : members) {
            assertThat(other != member
                            && other.reads().contains(partition)
                            && isInTouch(other, came.reign())
                            && isInTouch(member, came.reign()))
                    .as("%s reads %s and is in touch, and %s begins to", other, partition, member)
                    .isFalse();
        }
        readers.put(partition, new Reader(as.memberId(), as.generation(), from));
    }

    private boolean isInTouch(GroupReader member, int reign) {
        return member.heard().reign() == reign
                && world.nanos() - member.heard().atNanos() < SimulatedCoordinators.SESSION.toNanos();
    }

    /** The group's coordinator says that the member has read so far. */
    void committed(String member, PartitionId partition, long offset, int reign) {
        var reader = readers.get(partition);
        if (!reader.member.equals(member)) {
            assertThat(offset)
                    .as("%s commits in %s, which %s reads on from", member, partition, reader)
                    .isLessThanOrEqualTo(reader.from);
        }
        var before = told.get(partition);
        if (before == null || reign >= before.reign) {
            told.put(partition, new Told(offset, reign));
        }
        commits++;
    }

    int commits() {
        return commits;
    }

    /** Whether each partition has one reader. */
    boolean isComplete() {
        var read = members.stream().flatMap(member -> member.reads().stream()).sorted();
        return read.toList().equals(partitions());
    }

    @Override
    public String toString() {
        return group + ": " + members;
    }
}
