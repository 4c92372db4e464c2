package org.isthmus.broker.protocol.handler;

import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;

/**
 * Asks a transaction's coordinator before anything is written for it, so that no partition ever holds an open transaction whose end would never
 * come because its coordinator neither knows of it nor looks for it. Safe for use by many threads.
 */
@FunctionalInterface
public interface TransactionAdmission {
    /**
     * {@code NONE} where the producer may write to these partitions.
     *
     * @param joins whether writing makes a partition part of the transaction (KIP-890), or the producer has to have said so before
     */
    CompletionStage<ErrorCode> admit(
            String transactionalId, ProducerIdentity producer, Set<TopicPartition> partitions, boolean joins);

    /** By the coordinator of this broker, which answers for the transactional ids that are its own. */
    static TransactionAdmission of(TransactionCoordinator transactions) {
        return (transactionalId, producer, partitions, joins) -> {
            var answer = joins
                    ? transactions.add(transactionalId, producer, partitions)
                    : transactions.verify(transactionalId, producer, partitions);
            return answer.exceptionally(CoordinatorErrors::errorOf);
        };
    }
}
