package org.isthmus.broker.protocol.client;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.protocol.codec.DelayRequest;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;

/** Sends one record that is to be there later. Owned by the client's loop. */
record LaterSender(Cluster cluster, TopicPartition partition, NewRecord record, Acks acks, long atMs) {
    /** One attempt. */
    CompletionStage<Void> send(Deadline deadline) {
        return cluster.topic(partition.topic(), deadline)
                .thenCompose(topic -> cluster.leader(partition, deadline).thenCompose(leader -> {
                    var request = new DelayRequest(
                            topic.info().id(), partition.partition(), atMs, acks == Acks.ALL, batch(record));
                    return cluster.patientChannel(leader)
                            .request(Api.DELAY, OwnApi.DELAY.request(request), deadline)
                            .thenApply(OwnApi.DELAY.answer())
                            .thenAccept(answer -> Failures.checkLeader(
                                    partition, answer.error(), "send later to " + partition, answer.message()))
                            .exceptionally(thrown -> {
                                cluster.forgetTopic(partition.topic());
                                throw givenUp(thrown);
                            });
                }));
    }

    /** The record alone. */
    static byte[] batch(NewRecord record) {
        var builder = new RecordBatchBuilder(Compression.NONE)
                .append(record.timestampMs(), record.key(), record.value(), record.headers());
        var buffer = builder.build();
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** Whoever sent it again could leave two of it. */
    private static CompletionException givenUp(Throwable thrown) {
        var failure = Failures.of(thrown);
        return new CompletionException(
                Failures.isUnclear(failure)
                        ? new BrokerException(
                                ErrorCode.UNKNOWN_SERVER_ERROR, "fate unknown: " + failure.getMessage(), failure)
                        : failure);
    }
}
