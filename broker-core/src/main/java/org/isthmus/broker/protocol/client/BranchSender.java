package org.isthmus.broker.protocol.client;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.jspecify.annotations.Nullable;

/** Sends one transaction's records for one partition to its log, as an idempotent producer. Owned by the client's loop. */
final class BranchSender extends BranchOutlet {
    private final PartitionSender.Channels channels;
    private @Nullable BrokerChannel first;

    BranchSender(
            ClientLoop client,
            Cluster cluster,
            PartitionSender.Channels channels,
            TopicPartition partition,
            TransactionIdentity identity) {
        super(client, cluster, partition, identity);
        this.channels = channels;
    }

    @Override
    Supplier<CompletionStage<Long>> attempt(List<Waiting> batch, int before, Deadline deadline) {
        var bytes = encode(batch, before);
        return () -> {
            var given = first;
            first = null;
            return cluster.topic(partition.topic(), deadline)
                    .thenCompose(topic -> cluster.leader(partition, deadline).thenCompose(leader -> {
                        var production = new Production(partition, topic, bytes);
                        return given == null
                                ? send(production, channels.to(leader), client.attemptDeadline(deadline))
                                : send(production, given, client.requestDeadline());
                    }));
        };
    }

    private CompletionStage<Long> send(Production production, BrokerChannel channel, Deadline deadline) {
        return production.send(channel, Acks.ALL, identity.transactionalId(), client, deadline);
    }

    /** Makes the next attempt on this channel to the leader. */
    void sendFirstOn(BrokerChannel channel) {
        first = channel;
    }

    private ByteBuffer encode(List<Waiting> batch, int firstSequence) {
        var builder = new RecordBatchBuilder(Compression.NONE)
                .producer(identity.producerId(), identity.epoch(), firstSequence & Integer.MAX_VALUE)
                .transactional();
        for (var each : batch) {
            var record = each.send().record();
            builder.append(record.timestampMs(), record.key(), record.value(), record.headers());
        }
        return builder.build();
    }
}
