package org.isthmus.broker.server;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.coordinator.transaction.Arrival;
import org.isthmus.broker.coordinator.transaction.Marker;
import org.isthmus.broker.coordinator.transaction.MarkerWriter;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.SideParticipant;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.handler.TransactionAdmission;

/** Finds who leads a participant, or coordinates a transaction, in the newest image: this broker, or another that is asked in its place. */
record ClusterTransactions(Leaders leaders, MetadataStore metadata, Telling telling, Asking asking) {
    /** How another broker is told an outcome for a participant that it leads. */
    interface Telling {
        CompletionStage<ErrorCode> tell(Endpoint leader, TopicPartition participant, Marker marker);
    }

    /** How another broker is asked as the coordinator of a transaction. */
    interface Asking {
        CompletionStage<ErrorCode> ask(
                Endpoint coordinator,
                String transactionalId,
                ProducerIdentity producer,
                Set<TopicPartition> partitions,
                boolean joins);
    }

    MarkerWriter markers(MarkerWriter here) {
        return (participant, marker) -> {
            var partition = SideParticipant.home(participant);
            return leaders.elsewhere(partition)
                    .map(leader -> Arrival.whenKept(telling.tell(leader, participant, marker)))
                    // Where nobody leads, this broker does not either, and says so.
                    .orElseGet(() -> here.write(participant, marker));
        };
    }

    TransactionAdmission admission(TransactionAdmission here) {
        return (transactionalId, producer, partitions, joins) -> coordinator(transactionalId)
                .map(coordinator -> elsewhere(coordinator, transactionalId, producer, partitions, joins))
                .orElseGet(() -> here.admit(transactionalId, producer, partitions, joins));
    }

    private CompletionStage<ErrorCode> elsewhere(
            Endpoint coordinator,
            String transactionalId,
            ProducerIdentity producer,
            Set<TopicPartition> partitions,
            boolean joins) {
        return asking.ask(coordinator, transactionalId, producer, partitions, joins)
                // Unknown whether it was admitted. The client asks again, and a partition that is part of it twice does
                // no harm.
                .exceptionally(unreached -> ErrorCode.COORDINATOR_NOT_AVAILABLE);
    }

    private Optional<Endpoint> coordinator(String transactionalId) {
        return metadata.image()
                .topic(InternalTopics.TRANSACTION_STATE)
                .map(topic -> new TopicPartition(
                        topic.name(),
                        ShardedCoordinator.partitionOf(
                                transactionalId, topic.partitions().size())))
                .flatMap(leaders::elsewhere);
    }
}
