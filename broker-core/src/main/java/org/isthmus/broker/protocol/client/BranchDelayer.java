package org.isthmus.broker.protocol.client;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.TransactionalDelay;

/** Sends one transaction's records that are to be in one partition later, where they have no offset yet. Owned by the client's loop. */
final class BranchDelayer extends BranchOutlet {
    private static final long NO_OFFSET = -1;

    BranchDelayer(ClientLoop client, Cluster cluster, TopicPartition partition, TransactionIdentity identity) {
        super(client, cluster, partition, identity);
    }

    @Override
    Supplier<CompletionStage<Long>> attempt(List<Waiting> batch, int before, Deadline deadline) {
        var later = batch.stream()
                .map(each -> new TransactionalDelay.Later(
                        each.atMs(), LaterOutlet.batch(each.send().record())))
                .toList();
        return () -> cluster.topic(partition.topic(), deadline)
                .thenCompose(topic -> cluster.leader(partition, deadline).thenCompose(leader -> {
                    var asked = new TransactionalDelay(
                            identity.transactionalId(),
                            identity.producerId(),
                            identity.epoch(),
                            topic.info().id(),
                            partition.partition(),
                            before,
                            later);
                    return cluster.request(
                            leader, Api.DELAY_IN_TRANSACTION, OwnApi.DELAY_IN_TRANSACTION.request(asked), deadline);
                }))
                .thenApply(OwnApi.DELAY_IN_TRANSACTION.answer())
                .thenApply(answer -> {
                    Failures.checkLeader(partition, answer.error(), "send later to " + partition, answer.message());
                    return NO_OFFSET;
                });
    }
}
