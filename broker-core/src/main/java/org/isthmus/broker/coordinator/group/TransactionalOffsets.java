package org.isthmus.broker.coordinator.group;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;
import org.isthmus.broker.coordinator.group.GroupRecord.OffsetSaved;
import org.isthmus.broker.coordinator.group.GroupRecord.OffsetStaged;
import org.isthmus.broker.coordinator.group.GroupRecord.ProducerEnded;
import org.isthmus.broker.coordinator.group.GroupRecord.ProducerForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.StagedRemoved;

/**
 * Decides on offsets that are part of a producer's transaction: staged first, they count or vanish with its outcome. Stateless.
 *
 * <p>Staging and outcome are ordinary records of the shard, so what is replayed is what was decided; no other mechanism is involved.
 */
final class TransactionalOffsets {
    private TransactionalOffsets() {}

    /** Each partition's outcome. */
    static Decision<GroupRecord, Map<TopicPartition, ErrorCode>> stage(
            View<GroupMachine> view,
            Caller caller,
            long producerId,
            short producerEpoch,
            List<OffsetCommit> commits,
            int maxMetadataBytes) {
        var group = view.state().group(caller.groupId());
        var refusal = refusal(view, group, caller, producerId, producerEpoch);
        var outcomes = new LinkedHashMap<TopicPartition, ErrorCode>();
        var records = new ArrayList<GroupRecord>();
        for (var commit : commits) {
            var outcome = refusal != ErrorCode.NONE ? refusal : Offsets.checkSize(commit, maxMetadataBytes);
            outcomes.put(commit.partition(), outcome);
            if (outcome == ErrorCode.NONE) {
                var offset = Offsets.committed(commit, view.nowMs());
                records.add(new OffsetStaged(group.id(), producerId, commit.partition(), offset));
            }
        }
        return Decision.of(outcomes, records);
    }

    private static ErrorCode refusal(
            View<GroupMachine> view, Group group, Caller caller, long producerId, short producerEpoch) {
        var ended = view.state().ended(producerId);
        if (ended != null && producerEpoch < ended.epoch()) {
            return ErrorCode.INVALID_PRODUCER_EPOCH;
        }
        // A producer that knows nothing of its consumer's membership is fenced by its own epoch alone, as before
        // KIP-447.
        if (caller.generation() < 0 && caller.memberId().isEmpty() && caller.instanceId() == null) {
            return ErrorCode.NONE;
        }
        return Offsets.refusal(group, caller);
    }

    /** Lets the producer's staged offsets count, or vanish, in every group of the shard. */
    static Decision<GroupRecord, ErrorCode> end(
            View<GroupMachine> view, long producerId, short producerEpoch, boolean raised, boolean commit) {
        var ended = view.state().ended(producerId);
        if (ended != null && producerEpoch < ended.epoch()) {
            return Decision.answer(ErrorCode.INVALID_PRODUCER_EPOCH);
        }
        if (raised && ended != null && producerEpoch == ended.epoch()) {
            return Decision.answer(ErrorCode.NONE); // it comes once more; what is staged is the next transaction's
        }
        var records = new ArrayList<GroupRecord>();
        for (var group : view.state().groups()) {
            group.staged(producerId).forEach((partition, offset) -> {
                if (commit) {
                    records.add(new OffsetSaved(group.id(), partition, offset));
                }
                records.add(new StagedRemoved(group.id(), producerId, partition));
            });
        }
        if (ended == null || ended.epoch() != producerEpoch) {
            records.add(new ProducerEnded(producerId, producerEpoch, view.nowMs()));
        }
        return Decision.of(ErrorCode.NONE, records);
    }

    /** Forgets producers that ended nothing here for so long that nothing of theirs can still be on its way. */
    static Decision<GroupRecord, Integer> forgetProducers(View<GroupMachine> view, Duration retention) {
        var old = view.state().endedProducers().stream()
                .filter(ended -> ended.atMs() + retention.toMillis() <= view.nowMs())
                .<GroupRecord>map(ended -> new ProducerForgotten(ended.producerId()))
                .toList();
        return Decision.of(old.size(), old);
    }
}
