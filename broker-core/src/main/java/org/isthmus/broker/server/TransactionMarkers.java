package org.isthmus.broker.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.delay.DelayCoordinator;
import org.isthmus.broker.coordinator.delay.StagedBy;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.share.ShareCoordinator;
import org.isthmus.broker.coordinator.share.Transaction;
import org.isthmus.broker.coordinator.transaction.Arrival;
import org.isthmus.broker.coordinator.transaction.Marker;
import org.isthmus.broker.coordinator.transaction.MarkerWriter;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.coordinator.transaction.SideParticipant;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.record.EndTransactionMarker;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.replica.Partitions;
import org.isthmus.broker.runtime.Clock;

/**
 * Brings outcomes to the partitions that are led here: a control record to a partition of an ordinary topic, a decision to the shard of a
 * partition of the offsets topic, or to what lives beside a partition's log.
 */
record TransactionMarkers(
        MetadataStore metadata,
        Partitions partitions,
        GroupCoordinator groups,
        ShareCoordinator shares,
        DelayCoordinator delays,
        Clock clock)
        implements MarkerWriter {
    @Override
    public Arrival write(TopicPartition id, Marker marker) {
        var home = SideParticipant.home(id);
        if (metadata.image().partition(home).isEmpty()
                && partitions.partition(home).isEmpty()) {
            // The topic was deleted, or was a temporary one, which the metadata never knew.
            return Arrival.whenKept(CompletableFuture.completedStage(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
        }
        if (SideParticipant.SHARES.is(id)) {
            return settleShares(home, marker);
        }
        if (SideParticipant.DELAYS.is(id)) {
            return settleDelays(home, marker);
        }
        if (id.topic().equals(InternalTopics.CONSUMER_OFFSETS)) {
            var producer = marker.producer();
            return arrival(applied -> groups.endTransaction(
                    id.partition(),
                    producer.producerId(),
                    producer.epoch(),
                    marker.raised(),
                    marker.outcome() == Outcome.COMMIT,
                    applied));
        }
        return partitions
                .partition(id)
                .map(partition -> append(partition, marker))
                .orElseGet(() -> Arrival.whenKept(CompletableFuture.completedStage(ErrorCode.NOT_LEADER_OR_FOLLOWER)));
    }

    /** Of an outcome that becomes part of a shard's state, by which it then answers. */
    private static Arrival arrival(Function<CompletableFuture<ErrorCode>, CompletionStage<ErrorCode>> write) {
        var seen = new CompletableFuture<ErrorCode>();
        var kept = write.apply(seen);
        var unused = kept.whenComplete((error, failure) -> {
            if (failure == null) {
                seen.complete(error);
            } else {
                seen.completeExceptionally(failure);
            }
        });
        return new Arrival(seen, kept);
    }

    private Arrival settleShares(TopicPartition id, Marker marker) {
        var outcome = new Transaction(marker.producer().producerId(), marker.lastEnded());
        return arrival(applied -> shares.ask(
                        id,
                        share -> share.end(
                                outcome, marker.outcome() == Outcome.COMMIT, () -> applied.complete(ErrorCode.NONE)))
                .thenApply(settled -> ErrorCode.NONE));
    }

    private Arrival settleDelays(TopicPartition id, Marker marker) {
        var outcome = new StagedBy(marker.producer().producerId(), marker.lastEnded());
        return Arrival.whenKept(delays.ask(id, waiting -> waiting.end(outcome, marker.outcome() == Outcome.COMMIT))
                .thenApply(settled -> ErrorCode.NONE));
    }

    private Arrival append(Partition partition, Marker marker) {
        var outcome = marker.outcome() == Outcome.COMMIT
                ? EndTransactionMarker.Outcome.COMMIT
                : EndTransactionMarker.Outcome.ABORT;
        var producer = marker.producer();
        var batch = new EndTransactionMarker(outcome, marker.coordinatorEpoch())
                .toBatch(producer.producerId(), producer.epoch(), clock.wallMs());
        var seen = new CompletableFuture<AppendResult>();
        var kept = partition.appendMarker(batch, marker.raised(), seen);
        return new Arrival(seen.thenApply(TransactionMarkers::outcome), kept.thenApply(TransactionMarkers::outcome));
    }

    private static ErrorCode outcome(AppendResult result) {
        return result instanceof AppendResult.Rejected rejected ? rejected.error() : ErrorCode.NONE;
    }
}
