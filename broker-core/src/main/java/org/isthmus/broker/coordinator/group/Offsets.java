package org.isthmus.broker.coordinator.group;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;
import org.isthmus.broker.coordinator.group.GroupRecord.AssignmentForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.EpochsForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.GenerationForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.OffsetRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.OffsetSaved;
import org.jspecify.annotations.Nullable;

/** Decides on how far groups have read: commits, reads, removals, and what has become too old. Stateless. */
final class Offsets {
    private Offsets() {}

    /** Each partition's outcome. All are kept that are not refused by themselves, or none where the caller is. */
    static Decision<GroupRecord, Map<TopicPartition, ErrorCode>> commit(
            View<GroupMachine> view, Caller caller, List<OffsetCommit> commits, int maxMetadataBytes) {
        var group = view.state().group(caller.groupId());
        var refusal = refusal(group, caller);
        var outcomes = new LinkedHashMap<TopicPartition, ErrorCode>();
        var records = new ArrayList<GroupRecord>();
        for (var commit : commits) {
            var outcome = refusal != ErrorCode.NONE ? refusal : checkSize(commit, maxMetadataBytes);
            outcomes.put(commit.partition(), outcome);
            if (outcome == ErrorCode.NONE) {
                records.add(new OffsetSaved(group.id(), commit.partition(), committed(commit, view.nowMs())));
            }
        }
        return Decision.of(outcomes, records);
    }

    /** Why the caller may not say how far the group has read; {@code NONE} where it may. */
    static ErrorCode refusal(Group group, Caller caller) {
        var belongsToNoGroup = caller.generation() < 0 && caller.memberId().isEmpty() && caller.instanceId() == null;
        if (belongsToNoGroup) {
            return group.isVacant() ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
        }
        if (group.phase() == GroupPhase.DEAD) {
            return ErrorCode.GROUP_ID_NOT_FOUND;
        }
        if (group.isOfConsumers()) {
            return Membership.checkEpoch(group.consumers(), caller);
        }
        var error = Membership.check(group, caller);
        if (error != ErrorCode.NONE) {
            return error;
        }
        // Between two assignments nobody can say whose the partition is; while members are gathered, it is still the
        // former owner's.
        return group.phase() == GroupPhase.COMPLETING_REBALANCE ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
    }

    static ErrorCode checkSize(OffsetCommit commit, int maxMetadataBytes) {
        var bytes = commit.metadata().getBytes(StandardCharsets.UTF_8).length;
        return bytes <= maxMetadataBytes ? ErrorCode.NONE : ErrorCode.OFFSET_METADATA_TOO_LARGE;
    }

    static CommittedOffset committed(OffsetCommit commit, long nowMs) {
        var expiresMs = commit.retentionMs() < 0 ? CommittedOffset.NEVER : nowMs + commit.retentionMs();
        return new CommittedOffset(
                commit.topicId(), commit.offset(), commit.leaderEpoch(), commit.metadata(), nowMs, expiresMs);
    }

    /** The group's offsets, of these partitions or, with null, of all. */
    static FetchedOffsets fetch(
            View<GroupMachine> view, Caller caller, @Nullable Collection<TopicPartition> partitions) {
        var group = view.state().group(caller.groupId());
        var names = !caller.memberId().isEmpty() || caller.generation() >= 0;
        var error = names && group.isOfConsumers() ? Membership.checkEpoch(group.consumers(), caller) : ErrorCode.NONE;
        if (error != ErrorCode.NONE) {
            return new FetchedOffsets(error, Map.of(), Set.of());
        }
        var unstable = new HashSet<TopicPartition>();
        group.staged().values().forEach(staged -> unstable.addAll(staged.keySet()));
        return new FetchedOffsets(ErrorCode.NONE, find(group.offsets(), partitions), Set.copyOf(unstable));
    }

    private static Map<TopicPartition, CommittedOffset> find(
            Map<TopicPartition, CommittedOffset> offsets, @Nullable Collection<TopicPartition> partitions) {
        if (partitions == null) {
            return Map.copyOf(offsets);
        }
        var found = new HashMap<TopicPartition, CommittedOffset>();
        for (var partition : partitions) {
            var offset = offsets.get(partition);
            if (offset != null) {
                found.put(partition, offset);
            }
        }
        return found;
    }

    /** What members still subscribe to stays. */
    static Decision<GroupRecord, OffsetsDeleted> delete(
            View<GroupMachine> view, String groupId, Collection<TopicPartition> partitions) {
        var group = view.state().group(groupId);
        if (group.phase() == GroupPhase.DEAD) {
            return Decision.answer(OffsetsDeleted.refused(ErrorCode.GROUP_ID_NOT_FOUND));
        }
        if (!group.members().isEmpty() && !Subscriptions.areKnownOf(group)) {
            return Decision.answer(OffsetsDeleted.refused(ErrorCode.NON_EMPTY_GROUP));
        }
        var subscribed = Subscriptions.by(group);
        var outcomes = new LinkedHashMap<TopicPartition, ErrorCode>();
        var records = new ArrayList<GroupRecord>();
        for (var partition : partitions) {
            if (subscribed.test(partition.topic())) {
                outcomes.put(partition, ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC);
                continue;
            }
            outcomes.put(partition, ErrorCode.NONE);
            if (group.offsets().containsKey(partition)) {
                records.add(new OffsetRemoved(groupId, partition));
            }
        }
        return Decision.of(new OffsetsDeleted(ErrorCode.NONE, outcomes), records);
    }

    /** Forgets a group that nobody belongs to. */
    static Decision<GroupRecord, ErrorCode> deleteGroup(View<GroupMachine> view, String groupId) {
        var group = view.state().group(groupId);
        if (group.phase() == GroupPhase.DEAD) {
            return Decision.answer(ErrorCode.GROUP_ID_NOT_FOUND);
        }
        if (group.phase() != GroupPhase.EMPTY || !group.staged().isEmpty()) {
            return Decision.answer(ErrorCode.NON_EMPTY_GROUP);
        }
        return Decision.of(ErrorCode.NONE, forgotten(group, group.offsets().keySet()));
    }

    /**
     * Removes offsets that are too old, and those of topics that are gone; with the last of them goes a group that nobody belongs to.
     *
     * @param topicId the id of the topic that has a name now
     */
    static Decision<GroupRecord, Integer> expire(
            View<GroupMachine> view, String groupId, Duration retention, Function<String, @Nullable UUID> topicId) {
        var group = view.state().group(groupId);
        var subscribed = Subscriptions.by(group);
        var old = new ArrayList<TopicPartition>();
        group.offsets().forEach((partition, offset) -> {
            var isGone = !offset.topicId().equals(topicId.apply(partition.topic()));
            var isUnread = !subscribed.test(partition.topic());
            if (isGone || (isUnread && expiresMs(group, offset, retention) <= view.nowMs())) {
                old.add(partition);
            }
        });
        var idleSinceMs = group.sinceMs() + retention.toMillis();
        var isUnused = group.isVacant() && group.staged().isEmpty();
        if (isUnused && old.size() == group.offsets().size() && idleSinceMs <= view.nowMs()) {
            return Decision.of(old.size(), forgotten(group, old));
        }
        var records = old.stream()
                .<GroupRecord>map(partition -> new OffsetRemoved(groupId, partition))
                .toList();
        return Decision.of(old.size(), records);
    }

    private static long expiresMs(Group group, CommittedOffset offset, Duration retention) {
        if (offset.expiresMs() != CommittedOffset.NEVER) {
            return offset.expiresMs();
        }
        // A group's offsets outlive its last member by the whole retention, however long ago they were committed.
        var unusedSinceMs = group.isVacant() ? Math.max(offset.committedMs(), group.sinceMs()) : offset.committedMs();
        return unusedSinceMs + retention.toMillis();
    }

    private static List<GroupRecord> forgotten(Group group, Collection<TopicPartition> offsets) {
        var records = new ArrayList<GroupRecord>();
        offsets.forEach(partition -> records.add(new OffsetRemoved(group.id(), partition)));
        if (group.isOfConsumers()) {
            records.add(new EpochsForgotten(group.id()));
        } else {
            records.add(new AssignmentForgotten(group.id()));
            records.add(new GenerationForgotten(group.id()));
        }
        return records;
    }
}
