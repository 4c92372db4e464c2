package org.isthmus.broker.coordinator.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.group.GroupRecord.Assigned;
import org.isthmus.broker.coordinator.group.GroupRecord.AssignmentForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.ConsumerRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.ConsumerSaved;
import org.isthmus.broker.coordinator.group.GroupRecord.EpochsChanged;
import org.isthmus.broker.coordinator.group.GroupRecord.EpochsForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.GenerationChanged;
import org.isthmus.broker.coordinator.group.GroupRecord.GenerationForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.MemberRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.MemberSaved;
import org.isthmus.broker.coordinator.group.GroupRecord.TargetRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.TargetSaved;
import org.isthmus.broker.metadata.ClusterImage;
import org.jspecify.annotations.Nullable;

/**
 * How a group goes over from one protocol to the other together with its members (KIP-848): generations go on as epochs and the other way
 * round, so members keep theirs, and what they read stays theirs until they are heard of. Stateless.
 */
final class Migration {
    private Migration() {}

    /** Why a classic group cannot become one of consumers. */
    static Optional<String> objectionToUpgrade(Group group, ConsumerGroupConfig config) {
        if (!config.migration().upgrades()) {
            return Optional.of("it is a group of the classic protocol, and such groups are not upgraded here");
        }
        if (group.members().size() > config.maxSize()) {
            return Optional.of("it has more than " + config.maxSize() + " members");
        }
        var isOfSubscribers = Subscriptions.areKnownOf(group)
                && group.members().stream()
                        .allMatch(member -> subscription(member.protocols()).isPresent());
        return isOfSubscribers ? Optional.empty() : Optional.of("its members are no consumers");
    }

    /** The members of a classic group, to which nobody objects, as classic members of a group of consumers. */
    static List<GroupRecord.OfGroup> upgrade(Group group, ClusterImage image, long nowMs) {
        var id = group.id();
        var number = group.generation().number();
        var records = new ArrayList<GroupRecord.OfGroup>();
        group.members().forEach(member -> records.add(new MemberRemoved(id, member.id())));
        records.add(new AssignmentForgotten(id));
        records.add(new GenerationForgotten(id));
        var held = held(group, image);
        for (var member : group.members()) {
            var holding = new Holding(number, number, held.getOrDefault(member.id(), Partitions.NONE), Partitions.NONE);
            var classic = new Classic(member.sessionTimeoutMs(), member.protocols());
            records.add(new ConsumerSaved(id, new Consumer(member.id(), profile(member), holding, classic)));
            records.add(new TargetSaved(id, member.id(), holding.assigned()));
        }
        records.add(new EpochsChanged(id, new Epochs(number, number, "", Collections.emptySortedMap(), nowMs)));
        return records;
    }

    /**
     * What each member may still read: what it was given, and what it read when it last joined, unless that was given to another. It may not
     * know yet that the leader took that from it. A leader could also give a partition to two; here only one of them can hold it.
     */
    private static Map<String, SortedSet<PartitionId>> held(Group group, ClusterImage image) {
        var held = new HashMap<String, SortedSet<PartitionId>>();
        var taken = new HashSet<PartitionId>();
        for (var member : group.members()) {
            var given = ConsumerProtocol.assigned(group.lastAssignment(member.id()));
            held.put(member.id(), Partitions.where(ConsumerProtocol.ids(given, image), taken::add));
        }
        for (var member : group.members()) {
            var read = subscription(member.protocols())
                    .map(subscription -> ConsumerProtocol.ids(subscription.owned(), image))
                    .orElse(Partitions.NONE);
            held.merge(member.id(), Partitions.where(read, taken::add), Partitions::union);
        }
        return held;
    }

    /** Whether only such members stay as speak the classic protocol, so that the group goes back to it. */
    static boolean isDowngradeDue(Collection<Consumer> staying, ConsumerGroupConfig config) {
        return config.migration().downgrades()
                && !staying.isEmpty()
                && staying.stream().allMatch(Consumer::isClassic);
    }

    /** The group as a classic one of those members that stay, which are to join again. */
    static List<GroupRecord> downgrade(Group group, Collection<Consumer> staying, ClusterImage image, long nowMs) {
        var id = group.id();
        var consumers = group.consumers();
        var number = consumers.epochs().group();
        var records = new ArrayList<GroupRecord>();
        consumers.members().keySet().forEach(member -> records.add(new ConsumerRemoved(id, member)));
        consumers.targets().keySet().forEach(member -> records.add(new TargetRemoved(id, member)));
        records.add(new EpochsForgotten(id));
        var members = new ArrayList<Member>();
        var assignment = new HashMap<String, Bytes>();
        for (var consumer : staying) {
            var member = asMember(consumer);
            members.add(member);
            records.add(new MemberSaved(id, member));
            // What it has to give up it still reads, and would have to be known if the group went over once more.
            var holding = consumer.holding();
            assignment.put(
                    member.id(), assignment(consumer, Partitions.union(holding.assigned(), holding.revoking()), image));
        }
        records.add(new Assigned(id, number, assignment));
        var generation = new Generation(
                number,
                ConsumerProtocol.TYPE,
                Rebalance.dearestTo(members),
                members.get(0).id(),
                true,
                nowMs);
        records.add(new GenerationChanged(id, generation));
        return records;
    }

    /** Partitions as a classic member is told to read them, in the version in which it speaks to others. */
    static Bytes assignment(Consumer member, SortedSet<PartitionId> partitions, ClusterImage image) {
        var version = subscription(classic(member).protocols())
                .map(ConsumerProtocol.Subscription::version)
                .orElse((short) 0);
        return ConsumerProtocol.assignment(version, ConsumerProtocol.names(partitions, image));
    }

    /** All protocols that a consumer knows say the same of what it wants. */
    static Optional<ConsumerProtocol.Subscription> subscription(List<Member.Protocol> protocols) {
        return ConsumerProtocol.subscription(protocols.get(0).metadata());
    }

    static Profile profile(Member member) {
        var subscription = subscription(member.protocols())
                .orElseThrow(() -> new IllegalStateException("member " + member.id() + " is no consumer"));
        return new Profile(
                member.instanceId(),
                subscription.rackId(),
                member.clientId(),
                member.clientHost(),
                member.rebalanceTimeoutMs(),
                subscription.topics(),
                null,
                null);
    }

    private static Member asMember(Consumer consumer) {
        var profile = consumer.profile();
        var classic = classic(consumer);
        return new Member(
                consumer.id(),
                profile.instanceId(),
                profile.clientId(),
                profile.clientHost(),
                classic.sessionTimeoutMs(),
                profile.rebalanceTimeoutMs(),
                classic.protocols());
    }

    private static Classic classic(Consumer consumer) {
        @Nullable Classic classic = consumer.classic();
        if (classic == null) {
            throw new IllegalStateException("member " + consumer.id() + " does not speak the classic protocol");
        }
        return classic;
    }
}
