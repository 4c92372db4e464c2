package org.isthmus.broker.coordinator.share;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.runtime.Cancellable;
import org.jspecify.annotations.Nullable;

/** The members of one share group. Its epoch rises with every change of what they are to read. Owned by the loop of its coordinator. */
final class ShareMembers {
    /** One member, and what it was last told. */
    static final class Member {
        private final String id;
        private final String clientId;
        private final String clientHost;
        private Set<String> topics = Set.of();
        private Map<String, SortedSet<Integer>> assigned = Map.of();
        private @Nullable Map<String, SortedSet<Integer>> told;
        private int epoch;
        private int epochBefore;
        private Cancellable expiry = () -> {};

        private Member(ShareMembership.Heartbeat heartbeat) {
            this.id = heartbeat.member();
            this.clientId = heartbeat.clientId();
            this.clientHost = heartbeat.clientHost();
        }

        Cancellable expiry() {
            return expiry;
        }

        void expireWith(Cancellable timer) {
            expiry = timer;
        }
    }

    private final String id;
    private final Map<String, Member> members = new TreeMap<>();
    private int epoch;
    private boolean changed;
    private Map<String, Integer> assignedOver = Map.of();

    ShareMembers(String id) {
        this.id = id;
    }

    boolean has(String member) {
        return members.containsKey(member);
    }

    int size() {
        return members.size();
    }

    /** Takes in what a heartbeat says; fails with {@code FENCED_MEMBER_EPOCH} where the member missed something. */
    Member admit(ShareMembership.Heartbeat heartbeat) {
        var member = members.get(heartbeat.member());
        if (member == null) {
            member = new Member(heartbeat);
            members.put(member.id, member);
            changed = true;
        } else if (heartbeat.epoch() != 0
                && heartbeat.epoch() != member.epoch
                && heartbeat.epoch() != member.epochBefore) {
            throw new BrokerException(
                    ErrorCode.FENCED_MEMBER_EPOCH,
                    "member " + member.id + " of " + id + " is in epoch " + member.epoch + ", not "
                            + heartbeat.epoch());
        }
        var topics = heartbeat.topics().orElse(member.topics);
        if (!topics.equals(member.topics)) {
            member.topics = Set.copyOf(topics);
            changed = true;
        }
        return member;
    }

    void remove(String member) {
        var gone = members.remove(member);
        if (gone != null) {
            gone.expiry.cancel();
            changed = true;
        }
    }

    /** Spreads the partitions anew where members, their topics or the topics' partitions are others than before. */
    void assign(ClusterImage cluster) {
        var wanted = wanted(cluster);
        if (!changed && wanted.equals(assignedOver)) {
            return;
        }
        changed = false;
        assignedOver = wanted;
        epoch++;
        var next = new HashMap<Member, Map<String, SortedSet<Integer>>>();
        members.values().forEach(member -> next.put(member, new TreeMap<>()));
        wanted.forEach((topic, partitions) -> {
            var readers = new TreeSet<String>();
            var current = new TreeMap<String, SortedSet<Integer>>();
            members.values().forEach(member -> {
                if (member.topics.contains(topic)) {
                    readers.add(member.id);
                    var has = member.assigned.get(topic);
                    if (has != null) {
                        current.put(member.id, has);
                    }
                }
            });
            Assignor.assign(readers, partitions, current).forEach((reader, share) -> {
                var member = members.get(reader);
                var assignment = next.get(member);
                if (member != null && assignment != null && !share.isEmpty()) {
                    assignment.put(topic, share);
                }
            });
        });
        next.forEach((member, assignment) -> member.assigned = assignment);
    }

    private Map<String, Integer> wanted(ClusterImage cluster) {
        var wanted = new TreeMap<String, Integer>();
        members.values()
                .forEach(member -> member.topics.forEach(topic -> cluster.topic(topic)
                        .ifPresent(found -> wanted.put(topic, found.partitions().size()))));
        return wanted;
    }

    int epochOf(Member member) {
        if (member.epoch != epoch) {
            member.epochBefore = member.epoch;
            member.epoch = epoch;
        }
        return epoch;
    }

    /** What the member has to be told: its partitions, where they changed or it has just joined. */
    Optional<Map<String, SortedSet<Integer>>> tell(Member member, boolean inAnyCase) {
        if (!inAnyCase && member.assigned.equals(member.told)) {
            return Optional.empty();
        }
        member.told = member.assigned;
        return Optional.of(member.assigned);
    }

    ShareMembership.Description describe() {
        return new ShareMembership.Description(
                id,
                epoch,
                members.values().stream()
                        .map(member -> new ShareMembership.MemberDescription(
                                member.id,
                                member.epoch,
                                member.clientId,
                                member.clientHost,
                                member.topics,
                                member.assigned))
                        .toList());
    }
}
