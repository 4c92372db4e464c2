package org.isthmus.broker.protocol.handler;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.LogView.TimestampedOffset;
import org.isthmus.broker.replica.Partition;

/** Finds offsets by meaning or by time. */
public final class ListOffsetsHandler implements ApiHandler<ListOffsetsRequestData, ListOffsetsResponseData> {
    private static final byte READ_COMMITTED = 1;
    private static final short EPOCHS_SINCE = 4;
    private static final short FIRST_WITH_NOT_AVAILABLE = 5;
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;
    private static final long LATEST_TIERED = -5;
    private static final long EARLIEST_PENDING_UPLOAD = -6;

    private final Topics topics;
    private final Executor reads;

    /** @param reads reads from the disk, several at a time, and may block */
    public ListOffsetsHandler(Topics topics, Executor reads) {
        this.topics = topics;
        this.reads = reads;
    }

    @Override
    public short apiKey() {
        return 2;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 11;
    }

    @Override
    public CompletionStage<ListOffsetsResponseData> handle(RequestContext context, ListOffsetsRequestData request) {
        var response = new ListOffsetsResponseData();
        var waits = new ArrayList<CompletableFuture<?>>();
        for (var topic : request.topics()) {
            var answers = new ArrayList<ListOffsetsPartitionResponse>();
            for (var asked : topic.partitions()) {
                var answer = new ListOffsetsPartitionResponse().setPartitionIndex(asked.partitionIndex());
                answers.add(answer);
                waits.add(answer(context, topic.name(), asked, request.isolationLevel(), answer));
            }
            response.topics()
                    .add(new ListOffsetsTopicResponse().setName(topic.name()).setPartitions(answers));
        }
        return CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new))
                .thenApply(ignored -> context.version() < EPOCHS_SINCE ? withoutEpochs(response) : response);
    }

    /** An older version has no place for epochs, and a message that names one there cannot be written. */
    private static ListOffsetsResponseData withoutEpochs(ListOffsetsResponseData response) {
        response.topics().forEach(topic -> topic.partitions().forEach(partition -> partition.setLeaderEpoch(-1)));
        return response;
    }

    /** Older clients do not know the word for a leader that has only just begun, and might take it for the end of all hope. */
    private static ErrorCode inWordsOf(RequestContext context, ErrorCode error) {
        return error == ErrorCode.OFFSET_NOT_AVAILABLE && context.version() < FIRST_WITH_NOT_AVAILABLE
                ? ErrorCode.LEADER_NOT_AVAILABLE
                : error;
    }

    private CompletableFuture<?> answer(
            RequestContext context,
            String topic,
            ListOffsetsPartition asked,
            byte isolation,
            ListOffsetsPartitionResponse answer) {
        return CompletableFuture.completedFuture(topic)
                .thenCompose(name -> {
                    var partition = topics.led(name, asked.partitionIndex(), asked.currentLeaderEpoch());
                    return partition.opened().thenApply(view -> settled(partition, view, asked));
                })
                .thenCompose(view -> find(view, asked, isolation, answer))
                .handle((ignored, failure) -> {
                    if (failure != null) {
                        answer.setErrorCode(
                                inWordsOf(context, Refusal.of(failure).error()).code());
                    }
                    return answer;
                });
    }

    private static LogView settled(Partition partition, LogView view, ListOffsetsPartition asked) {
        if (asked.timestamp() != EARLIEST && asked.timestamp() != EARLIEST_LOCAL) {
            partition.requireSettled();
        }
        return view;
    }

    private CompletionStage<ListOffsetsPartitionResponse> find(
            LogView view, ListOffsetsPartition asked, byte isolation, ListOffsetsPartitionResponse answer) {
        var end = isolation == READ_COMMITTED ? view.lastStableOffset() : view.highWatermark();
        if (asked.timestamp() >= 0 || asked.timestamp() == MAX_TIMESTAMP) {
            return CompletableFuture.supplyAsync(() -> search(view, asked.timestamp(), end, answer), reads);
        }
        if (asked.timestamp() == LATEST) {
            // Without an epoch: no reign has written there yet, and one that never does would look like a truncation to
            // a client.
            answer.setOffset(end);
        } else if (asked.timestamp() == EARLIEST || asked.timestamp() == EARLIEST_LOCAL) {
            var start = view.startOffset();
            at(start, view.epochAt(start), answer);
        } else if (asked.timestamp() != LATEST_TIERED && asked.timestamp() != EARLIEST_PENDING_UPLOAD) {
            // Those two have no offset here, as nothing is kept in another tier; any other number means nothing at all.
            answer.setErrorCode(ErrorCode.INVALID_REQUEST.code());
        }
        return CompletableFuture.completedFuture(answer);
    }

    private static void at(long offset, Optional<Epoch> epoch, ListOffsetsPartitionResponse answer) {
        answer.setOffset(offset).setLeaderEpoch(epoch.map(Epoch::value).orElse(-1));
    }

    private static ListOffsetsPartitionResponse search(
            LogView view, long timestamp, long end, ListOffsetsPartitionResponse answer) {
        try {
            var found = timestamp == MAX_TIMESTAMP ? newest(view) : view.firstAtOrAfter(timestamp);
            found.filter(record -> record.offset() < end).ifPresent(record -> {
                at(record.offset(), Optional.of(record.epoch()), answer);
                answer.setTimestamp(record.timestampMs());
            });
        } catch (IOException e) {
            answer.setErrorCode(Refusal.of(e).code());
        }
        return answer;
    }

    /**
     * The first record with the highest timestamp. Whether there is one at or after some time only changes once as time rises, so it is
     * found by halving, in as many looks as a timestamp has bits, however long the log.
     */
    private static Optional<TimestampedOffset> newest(LogView view) throws IOException {
        var best = view.firstAtOrAfter(0);
        if (best.isEmpty()) {
            return best;
        }
        var low = best.get().timestampMs();
        var high = Long.MAX_VALUE;
        while (low < high) {
            var middle = low + (high - low) / 2 + 1;
            var found = view.firstAtOrAfter(middle);
            if (found.isPresent()) {
                best = found;
                low = found.get().timestampMs();
            } else {
                high = middle - 1;
            }
        }
        return best;
    }
}
