package org.isthmus.broker.server;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.replica.Durability;
import org.isthmus.broker.replica.Partitions;

/** Appends to a partition wherever it is led: here, or at another broker, which is asked to. Safe for use by many threads. */
record LeaderAppend(Leaders leaders, Partitions partitions, Elsewhere elsewhere) {
    /** How another broker is asked to append. */
    interface Elsewhere {
        CompletionStage<Void> append(Endpoint leader, TopicPartition id, UUID topicId, ByteBuffer batch);
    }

    /** Completes once the batch is committed. Fails with what it is refused for; one whose fate is unclear may be there all the same. */
    CompletionStage<Void> append(TopicPartition id, UUID topicId, ByteBuffer batch) {
        return leaders.elsewhere(id)
                .map(leader -> elsewhere.append(leader, id, topicId, batch))
                .orElseGet(() -> here(id, batch));
    }

    private CompletionStage<Void> here(TopicPartition id, ByteBuffer batch) {
        return partitions
                .partition(id)
                .map(partition ->
                        partition.append(batch, Durability.COMMITTED).thenAccept(AppendResult::requireWritten))
                .orElseGet(() -> CompletableFuture.failedStage(
                        new BrokerException(ErrorCode.LEADER_NOT_AVAILABLE, "nobody leads partition " + id)));
    }
}
