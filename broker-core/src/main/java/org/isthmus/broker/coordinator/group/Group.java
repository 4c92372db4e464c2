package org.isthmus.broker.coordinator.group;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group: its members, its generation, and its offsets. Owned by {@link GroupMachine}, which alone changes it, in replay.
 *
 * <pre>
 *            a member joins                    all are here, or time is up
 *   EMPTY ──────────────────▶ PREPARING_REBALANCE ──────────────────▶ COMPLETING_REBALANCE
 *     ▲                          ▲        ▲                              │           │
 *     │ the last member left     │        └── a member joins or leaves ──┘           │ the leader assigned
 *     └──────── (any) ◀──────────┤                                                   ▼
 *                                └─── a member joins, leaves or falls silent ───── STABLE
 *
 *   DEAD: without members, generation and offsets there is no group.
 * </pre>
 *
 * <p>A group speaks the classic protocol, of which this is the picture, or the consumer protocol, of which {@link Consumers} is; never both,
 * though its members may differ while it goes over from one to the other ({@link Migration}).
 *
 * <p>The phase is not stored: it follows from members, generation and assignment, so that it cannot contradict them.
 */
final class Group {
    private static final int UNASSIGNED = -1;

    private final String id;
    private final Map<String, Member> members = new TreeMap<>();
    private final Map<String, String> memberByInstance = new HashMap<>();
    private final Map<TopicPartition, CommittedOffset> offsets = new HashMap<>();
    private final Map<Long, Map<TopicPartition, CommittedOffset>> staged = new TreeMap<>();
    private final Consumers consumers = new Consumers();
    private Generation generation = Generation.NONE;
    private int assignedGeneration = UNASSIGNED;
    private Map<String, Bytes> assignment = Map.of();

    Group(String id) {
        this.id = id;
    }

    /** What these changes make of a group of which nothing else is known. */
    static Group of(String id, Collection<GroupRecord.OfGroup> changes) {
        var group = new Group(id);
        changes.forEach(change -> change.applyTo(group));
        return group;
    }

    String id() {
        return id;
    }

    GroupPhase phase() {
        if (!consumers.isNone()) {
            return consumers.phase();
        }
        if (members.isEmpty()) {
            return isDead() ? GroupPhase.DEAD : GroupPhase.EMPTY;
        }
        if (generation.rebalancing()) {
            return GroupPhase.PREPARING_REBALANCE;
        }
        return assignedGeneration == generation.number() ? GroupPhase.STABLE : GroupPhase.COMPLETING_REBALANCE;
    }

    /** Whether its members, if it has any, speak the consumer protocol. */
    boolean isOfConsumers() {
        return !consumers.isNone();
    }

    /** What it has of the consumer protocol. */
    Consumers consumers() {
        return consumers;
    }

    /** Whether nobody belongs to it, in whichever protocol. */
    boolean isVacant() {
        return members.isEmpty() && consumers.members().isEmpty();
    }

    /** When it last changed, in milliseconds since 1970. */
    long sinceMs() {
        return isOfConsumers() ? consumers.epochs().sinceMs() : generation.sinceMs();
    }

    Generation generation() {
        return generation;
    }

    Collection<Member> members() {
        return Collections.unmodifiableCollection(members.values());
    }

    @Nullable
    Member member(String memberId) {
        return members.get(memberId);
    }

    Optional<Member> staticMember(String instanceId) {
        return Optional.ofNullable(memberByInstance.get(instanceId)).map(members::get);
    }

    /** What the leader gave to a member in this generation; empty while it has not. */
    Bytes assignment(String memberId) {
        return assignedGeneration == generation.number() ? assignment.getOrDefault(memberId, Bytes.EMPTY) : Bytes.EMPTY;
    }

    /** What the last leader that assigned gave to a member, in whichever generation; empty where it gave nothing. */
    Bytes lastAssignment(String memberId) {
        return assignment.getOrDefault(memberId, Bytes.EMPTY);
    }

    Map<String, Bytes> assignment() {
        return assignedGeneration == generation.number() ? assignment : Map.of();
    }

    Map<TopicPartition, CommittedOffset> offsets() {
        return Collections.unmodifiableMap(offsets);
    }

    /** The offsets of a producer's open transaction. */
    Map<TopicPartition, CommittedOffset> staged(long producerId) {
        return Collections.unmodifiableMap(staged.getOrDefault(producerId, Map.of()));
    }

    Map<Long, Map<TopicPartition, CommittedOffset>> staged() {
        return Collections.unmodifiableMap(staged);
    }

    /** Whether an open transaction has an offset for the partition, so that nobody can say yet how far the group has read it. */
    boolean isUnstable(TopicPartition partition) {
        return staged.values().stream().anyMatch(offsets -> offsets.containsKey(partition));
    }

    /** Milliseconds within which every member can be expected to rejoin. */
    int rebalanceTimeoutMs() {
        return members.values().stream()
                .mapToInt(Member::rebalanceTimeoutMs)
                .max()
                .orElse(0);
    }

    boolean isDead() {
        return members.isEmpty()
                && consumers.isNone()
                && offsets.isEmpty()
                && staged.isEmpty()
                && assignedGeneration == UNASSIGNED
                && generation.equals(Generation.NONE);
    }

    void replay(GroupRecord.GenerationChanged changed) {
        generation = changed.generation();
    }

    void replay(GroupRecord.GenerationForgotten forgotten) {
        generation = Generation.NONE;
    }

    void replay(GroupRecord.MemberSaved saved) {
        var member = saved.member();
        members.put(member.id(), member);
        if (member.instanceId() != null) {
            memberByInstance.put(member.instanceId(), member.id());
        }
    }

    void replay(GroupRecord.MemberRemoved removed) {
        var member = members.remove(removed.memberId());
        if (member != null && member.instanceId() != null) {
            memberByInstance.remove(member.instanceId(), member.id());
        }
    }

    void replay(GroupRecord.Assigned assigned) {
        assignedGeneration = assigned.generation();
        assignment = assigned.byMember();
    }

    void replay(GroupRecord.AssignmentForgotten forgotten) {
        assignedGeneration = UNASSIGNED;
        assignment = Map.of();
    }

    void replay(GroupRecord.OfConsumers change) {
        change.applyTo(consumers);
    }

    void replay(GroupRecord.OffsetSaved saved) {
        offsets.put(saved.partition(), saved.offset());
    }

    void replay(GroupRecord.OffsetRemoved removed) {
        offsets.remove(removed.partition());
    }

    void replay(GroupRecord.OffsetStaged change) {
        staged.computeIfAbsent(change.producerId(), id -> new HashMap<>()).put(change.partition(), change.offset());
    }

    void replay(GroupRecord.StagedRemoved removed) {
        staged.computeIfPresent(removed.producerId(), (id, offsets) -> {
            offsets.remove(removed.partition());
            return offsets.isEmpty() ? null : offsets;
        });
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Group group
                && id.equals(group.id)
                && members.equals(group.members)
                && memberByInstance.equals(group.memberByInstance)
                && offsets.equals(group.offsets)
                && staged.equals(group.staged)
                && consumers.equals(group.consumers)
                && generation.equals(group.generation)
                && assignedGeneration == group.assignedGeneration
                && assignment.equals(group.assignment);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return id + " " + phase() + " " + (isOfConsumers() ? consumers : generation) + " members=" + members.keySet()
                + " offsets=" + offsets;
    }
}
