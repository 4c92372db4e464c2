package org.isthmus.broker.protocol.client;

import java.util.Set;
import java.util.stream.Collectors;
import org.isthmus.broker.common.TopicPartition;

/**
 * Under which a transaction writes; nobody else has it.
 *
 * @param timeoutMs after which its coordinator rolls its transactions back
 * @param standing who may join the transaction without that being committed first: they took part in the one before
 */
record TransactionIdentity(
        String transactionalId, long producerId, short epoch, int timeoutMs, Set<TopicPartition> standing) {
    /** More are not told with every end of a transaction. */
    private static final int MOST_STANDING = 32;

    TransactionIdentity {
        standing = Set.copyOf(standing);
    }

    /** One that nothing was done under. */
    TransactionIdentity(String transactionalId, long producerId, short epoch, int timeoutMs) {
        this(transactionalId, producerId, epoch, timeoutMs, Set.of());
    }

    /** Those whom the coordinator is told of, who are all that it may have lost, and who stand for the next transaction. */
    Set<TopicPartition> named(Set<TopicPartition> participants) {
        return participants.size() <= MOST_STANDING
                ? participants
                : standing.stream().filter(participants::contains).collect(Collectors.toUnmodifiableSet());
    }

    /** For the next transaction, after the end of one with these participants. */
    TransactionIdentity goingOn(long nextProducerId, short nextEpoch, Set<TopicPartition> participants) {
        return new TransactionIdentity(transactionalId, nextProducerId, nextEpoch, timeoutMs, named(participants));
    }
}
