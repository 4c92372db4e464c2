package org.isthmus.broker.coordinator.group;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Bytes;

/**
 * A consumer of the classic protocol. An eager one stops reading before it joins; a cooperative one goes on with what it reads, and as a
 * leader gives nothing to one member that another still reads.
 */
final class SimulatedClassicMember implements SimulatedMember {
    static final String EAGER = "eager";
    static final String COOPERATIVE = "cooperative";

    private final GroupRig rig;
    private final String instanceId;
    private final String protocol;
    private final SortedSet<PartitionId> owned = new TreeSet<>();
    private Set<String> topics;
    private String memberId = "";
    private int life;
    private boolean isAsking;
    private boolean isToJoin = true;
    int generation = -1;
    ErrorCode lastError = ErrorCode.NONE;

    SimulatedClassicMember(GroupRig rig, String instanceId, String protocol, Set<String> topics) {
        this.rig = rig;
        this.instanceId = instanceId;
        this.protocol = protocol;
        this.topics = topics;
    }

    @Override
    public String memberId() {
        return memberId;
    }

    @Override
    public SortedSet<PartitionId> owned() {
        return owned;
    }

    @Override
    public void subscribe(Set<String> wanted) {
        topics = wanted;
        isToJoin = true;
    }

    @Override
    public void beat() {
        if (isAsking) {
            return;
        }
        if (isToJoin) {
            join();
        } else {
            heartbeat();
        }
    }

    @Override
    public void beatInVain() {
        if (!isAsking) {
            beat();
            life++;
            isAsking = false;
            isToJoin = true;
        }
    }

    /** It follows its assignment as soon as it hears it. */
    @Override
    public void reconcile() {}

    @Override
    public void leave(String nextId) {
        owned.clear();
        if (!memberId.isEmpty() && instanceId == null) {
            rig.settled(rig.groups.leave(GroupRig.GROUP, List.of(new Leaver(memberId, null))));
        }
        life++;
        isAsking = false;
        forget();
    }

    private void join() {
        isAsking = true;
        var sentLife = life;
        if (protocol.equals(EAGER)) {
            owned.clear();
        }
        var said = subscription((short) 3, topics, ConsumerProtocol.names(owned, rig.image()));
        var request = new JoinRequest(
                GroupRig.GROUP,
                memberId,
                instanceId,
                "client",
                "/127.0.0.1",
                10_000,
                30_000,
                "consumer",
                List.of(new JoinRequest.Protocol(protocol, said)),
                true,
                true);
        rig.settled(rig.groups.join(request)).whenComplete((answer, failure) -> {
            if (sentLife != life) {
                return;
            }
            isAsking = false;
            lastError = failure == null ? answer.error() : ErrorCode.NOT_COORDINATOR;
            if (lastError == ErrorCode.NONE) {
                memberId = answer.memberId();
                generation = answer.generation();
                sync(memberId.equals(answer.leader()) ? divide(answer.members()) : Map.of());
            } else if (lastError == ErrorCode.MEMBER_ID_REQUIRED) {
                memberId = answer.memberId();
            } else {
                hear(lastError);
            }
        });
    }

    private void sync(Map<String, Bytes> assignment) {
        isAsking = true;
        var sentLife = life;
        var caller = new Caller(GroupRig.GROUP, memberId, instanceId, generation);
        rig.groups
                .sync(new SyncRequest(caller, "consumer", protocol, assignment))
                .whenComplete((answer, failure) -> {
                    if (sentLife != life) {
                        return;
                    }
                    isAsking = false;
                    lastError = failure == null ? answer.error() : ErrorCode.NOT_COORDINATOR;
                    if (lastError == ErrorCode.NONE) {
                        var given = ConsumerProtocol.ids(ConsumerProtocol.assigned(answer.assignment()), rig.image());
                        isToJoin = owned.retainAll(given);
                        owned.addAll(given);
                    } else {
                        hear(lastError);
                    }
                });
    }

    private void heartbeat() {
        isAsking = true;
        var sentLife = life;
        var caller = new Caller(GroupRig.GROUP, memberId, instanceId, generation);
        rig.settled(rig.groups.heartbeat(caller)).whenComplete((error, failure) -> {
            if (sentLife == life) {
                isAsking = false;
                lastError = failure == null ? error : ErrorCode.NOT_COORDINATOR;
                hear(lastError);
            }
        });
    }

    private void hear(ErrorCode error) {
        switch (error) {
            case NONE -> {}
            case UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID -> forget();
            case ILLEGAL_GENERATION -> {
                owned.clear();
                isToJoin = true;
            }
            default -> isToJoin = true;
        }
    }

    private void forget() {
        owned.clear();
        memberId = "";
        generation = -1;
        isToJoin = true;
    }

    /** As a leader: to each what it reads, and what nobody reads to whoever wants it and has least. */
    private Map<String, Bytes> divide(List<JoinAnswer.Joined> members) {
        var parts = new HashMap<String, List<TopicPartition>>();
        var wishes = new HashMap<String, ConsumerProtocol.Subscription>();
        var read = new HashSet<TopicPartition>();
        for (var member : members) {
            var wish = ConsumerProtocol.subscription(member.metadata()).orElseThrow();
            wishes.put(member.memberId(), wish);
            read.addAll(wish.owned());
            var kept = wish.owned().stream().filter(one -> wish.topics().contains(one.topic()));
            parts.put(member.memberId(), new ArrayList<>(kept.toList()));
        }
        rig.topics.values().forEach(topic -> {
            for (var i = 0; i < topic.partitions().size(); i++) {
                var partition = new TopicPartition(topic.name(), i);
                wishes.entrySet().stream()
                        .filter(wish -> wish.getValue().topics().contains(topic.name()) && !read.contains(partition))
                        .map(Map.Entry::getKey)
                        .min((a, b) -> Integer.compare(
                                parts.get(a).size(), parts.get(b).size()))
                        .ifPresent(least -> parts.get(least).add(partition));
            }
        });
        var assignment = new HashMap<String, Bytes>();
        parts.forEach((member, part) -> assignment.put(member, ConsumerProtocol.assignment((short) 3, part)));
        return assignment;
    }

    /** What a member says to its leader, in the bytes of the protocol. */
    static Bytes subscription(short version, Collection<String> topics, Collection<TopicPartition> owned) {
        var out = ByteBuffer.allocate(10_000);
        out.putShort(version).putInt(topics.size());
        topics.forEach(topic -> put(out, topic));
        out.putInt(-1);
        if (version >= 1) {
            out.putInt(owned.size());
            owned.forEach(partition -> {
                put(out, partition.topic());
                out.putInt(1).putInt(partition.partition());
            });
        }
        if (version >= 2) {
            out.putInt(-1);
        }
        if (version >= 3) {
            out.putShort((short) -1);
        }
        var bytes = new byte[out.position()];
        out.flip().get(bytes);
        return new Bytes(bytes);
    }

    private static void put(ByteBuffer out, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putShort((short) bytes.length).put(bytes);
    }
}
