package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.RecordStream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.runtime.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * Reads partitions on from their positions by long polling, one request at a time to each of their leaders, each on a channel of its own. Sees
 * committed transactions only. State is owned by the client's loop; {@link #poll} and {@link #seek} hop there.
 *
 * <p>It reads ahead until a bound of bytes waits to be polled. A failure that may pass is tried again until the request timeout has gone
 * by without one success.
 */
final class FetchStream implements RecordStream {
    private static final Duration LONGEST_POLL = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final ClientLoop client;
    private final Cluster cluster;
    private final Map<TopicPartition, Cursor> cursors = new LinkedHashMap<>();
    private final Map<Endpoint, Leader> leaders = new HashMap<>();
    private final Deque<Chunk> ready = new ArrayDeque<>();
    private final Consumer<FetchStream> onEnd;
    private long readyBytes;
    private @Nullable Waiting waiting;
    private @Nullable BrokerException failure;
    private boolean isPassPlanned;

    /** Where reading of one partition is. */
    private static final class Cursor {
        private final TopicPartition partition;
        private long position;
        private boolean isFetching;
        /** Counts seeks, so that an answer to an earlier position is recognised. */
        private int seeks;

        private @Nullable Deadline giveUpAt;

        private Cursor(TopicPartition partition, long position) {
            this.partition = partition;
            this.position = position;
        }
    }

    private static final class Leader {
        private final BrokerChannel channel;
        private boolean isAsked;

        private Leader(BrokerChannel channel) {
            this.channel = channel;
        }
    }

    private record Asked(Cursor cursor, long position, int seeks) {}

    private record Chunk(Cursor cursor, int seeks, int bytes, List<FetchedRecord> records) {}

    private record Waiting(CompletableFuture<List<FetchedRecord>> answer, Cancellable timeout) {}

    FetchStream(ClientLoop client, Cluster cluster, Map<TopicPartition, Long> positions, Consumer<FetchStream> onEnd) {
        this.client = client;
        this.cluster = cluster;
        this.onEnd = onEnd;
        positions.forEach((partition, position) -> cursors.put(partition, new Cursor(partition, position)));
        client.run(this::pass, () -> fail(WireBrokerClient.closed()));
    }

    @Override
    public CompletionStage<List<FetchedRecord>> poll(Duration maxWait) {
        var answer = new CompletableFuture<List<FetchedRecord>>();
        client.run(() -> take(answer, maxWait), () -> answer.completeExceptionally(WireBrokerClient.closed()));
        return answer;
    }

    private void take(CompletableFuture<List<FetchedRecord>> answer, Duration maxWait) {
        if (waiting != null) {
            answer.completeExceptionally(new IllegalStateException("another poll of this stream is waiting"));
            return;
        }
        var chunk = nextChunk();
        if (chunk != null) {
            answer.complete(chunk.records());
            pass();
        } else if (failure != null) {
            answer.completeExceptionally(failure);
        } else if (maxWait.isZero()) {
            answer.complete(List.of());
        } else {
            waiting = new Waiting(answer, client.loop().schedule(maxWait, () -> {
                waiting = null;
                answer.complete(List.of());
            }));
        }
    }

    private @Nullable Chunk nextChunk() {
        for (var chunk = ready.poll(); chunk != null; chunk = ready.poll()) {
            readyBytes -= chunk.bytes();
            if (chunk.seeks() == chunk.cursor().seeks) {
                return chunk;
            }
        }
        return null;
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        client.run(() -> seekNow(partition, offset), () -> {});
    }

    private void seekNow(TopicPartition partition, long offset) {
        var cursor = cursors.get(partition);
        if (cursor == null) {
            return;
        }
        cursor.position = offset;
        cursor.seeks++;
        if (cursor.isFetching) {
            // A poll for news at the old position would keep the new one waiting.
            List.copyOf(leaders.values()).forEach(leader -> leader.channel.close());
        }
        pass();
    }

    @Override
    public void close() {
        client.run(() -> fail(new BrokerException(ErrorCode.NETWORK_EXCEPTION, "the stream is closed")), () -> {});
    }

    /** On the loop. Ends the stream: the poll that is waiting and every later one fail. */
    void fail(BrokerException reason) {
        if (failure != null) {
            return;
        }
        failure = reason;
        onEnd.accept(this);
        leaders.values().forEach(leader -> leader.channel.close());
        leaders.clear();
        if (waiting != null) {
            waiting.timeout().cancel();
            waiting.answer().completeExceptionally(reason);
            waiting = null;
        }
    }

    /** Asks every leader that is not asked already for what there is room for. */
    private void pass() {
        if (failure != null || readyBytes >= client.config().maxFetchBytes()) {
            return;
        }
        var deadline = client.requestDeadline();
        for (var cursor : cursors.values()) {
            if (!cursor.isFetching && cluster.topicIfKnown(cursor.partition.topic()) == null) {
                cluster.topic(cursor.partition.topic(), deadline).whenComplete((topic, thrown) -> {
                    if (thrown == null) {
                        pass();
                    } else {
                        failed(cursor, Failures.of(thrown));
                    }
                });
                return;
            }
        }
        var wanted = new LinkedHashMap<Endpoint, List<Asked>>();
        for (var cursor : cursors.values()) {
            if (!cursor.isFetching) {
                try {
                    var topic = cluster.topicIfKnown(cursor.partition.topic());
                    if (topic != null) {
                        wanted.computeIfAbsent(topic.leader(cursor.partition.partition()), any -> new ArrayList<>())
                                .add(new Asked(cursor, cursor.position, cursor.seeks));
                    }
                } catch (BrokerException e) {
                    cluster.forgetTopic(cursor.partition.topic());
                    failed(cursor, e);
                }
            }
        }
        wanted.forEach(this::fetch);
    }

    private void fetch(Endpoint endpoint, List<Asked> asked) {
        var known = leaders.get(endpoint);
        if (known != null && known.isAsked && !known.channel.isClosed()) {
            return;
        }
        var leader =
                known == null || known.channel.isClosed() ? new Leader(BrokerChannel.open(client, endpoint)) : known;
        leaders.put(endpoint, leader);
        leader.isAsked = true;
        asked.forEach(each -> each.cursor().isFetching = true);
        leader.channel
                .request(Api.FETCH, request(asked), client.attemptDeadline(client.requestDeadline()))
                .whenComplete((answer, thrown) -> {
                    leader.isAsked = false;
                    asked.forEach(each -> each.cursor().isFetching = false);
                    if (failure != null) {
                        return;
                    }
                    if (thrown == null) {
                        receive(asked, answer);
                    } else {
                        leader.channel.close();
                        leaders.remove(endpoint, leader);
                        var reason = Failures.of(thrown);
                        for (var each : asked) {
                            if (each.seeks() == each.cursor().seeks) {
                                cluster.forgetTopic(each.cursor().partition.topic());
                                failed(each.cursor(), reason);
                            }
                        }
                    }
                    pass();
                });
    }

    private FetchRequestData request(List<Asked> asked) {
        var topics = new LinkedHashMap<String, FetchRequestData.FetchTopic>();
        for (var each : asked) {
            var partition = each.cursor().partition;
            var known = cluster.topicIfKnown(partition.topic());
            if (known == null) {
                continue;
            }
            topics.computeIfAbsent(partition.topic(), name -> new FetchRequestData.FetchTopic()
                            .setTopicId(Cluster.wireUuid(known.info().id())))
                    .partitions()
                    .add(new FetchRequestData.FetchPartition()
                            .setPartition(partition.partition())
                            .setFetchOffset(each.position())
                            .setPartitionMaxBytes(client.config().maxFetchBytes()));
        }
        return new FetchRequestData()
                .setMaxWaitMs((int) LONGEST_POLL.toMillis())
                .setMinBytes(1)
                .setMaxBytes(client.config().maxFetchBytes())
                .setIsolationLevel((byte) 1)
                .setSessionId(0)
                .setSessionEpoch(-1)
                .setTopics(new ArrayList<>(topics.values()));
    }

    private void receive(List<Asked> asked, FetchResponseData answer) {
        if (answer.errorCode() != 0) {
            var reason =
                    new BrokerException(ErrorCode.of(answer.errorCode()), "fetch: " + ErrorCode.of(answer.errorCode()));
            asked.forEach(each -> failed(each.cursor(), reason));
            return;
        }
        var byPlace = new HashMap<String, Asked>();
        for (var each : asked) {
            var known = cluster.topicIfKnown(each.cursor().partition.topic());
            if (known != null) {
                byPlace.put(
                        place(
                                Cluster.wireUuid(known.info().id()).toString(),
                                each.cursor().partition.partition()),
                        each);
            }
        }
        for (var topic : answer.responses()) {
            for (var part : topic.partitions()) {
                var each = byPlace.get(place(topic.topicId().toString(), part.partitionIndex()));
                if (each != null && each.seeks() == each.cursor().seeks) {
                    receive(each.cursor(), part);
                }
            }
        }
        serveWaiting();
    }

    private static String place(String topicId, int partition) {
        return topicId + "-" + partition;
    }

    private void receive(Cursor cursor, FetchResponseData.PartitionData part) {
        try {
            var what = "fetch of " + cursor.partition + " at offset " + cursor.position;
            Failures.checkLeader(cursor.partition, part.errorCode(), what, null);
        } catch (BrokerException e) {
            cluster.forgetTopic(cursor.partition.topic());
            failed(cursor, e);
            return;
        }
        cursor.giveUpAt = null;
        if (!(part.records() instanceof MemoryRecords records) || records.sizeInBytes() == 0) {
            return;
        }
        var read = BatchReader.read(cursor.partition, cursor.position, records.buffer(), part.abortedTransactions());
        cursor.position = read.nextOffset();
        if (!read.records().isEmpty()) {
            readyBytes += records.sizeInBytes();
            ready.add(new Chunk(cursor, cursor.seeks, records.sizeInBytes(), read.records()));
        }
    }

    private void serveWaiting() {
        if (waiting != null) {
            var chunk = nextChunk();
            if (chunk != null) {
                var served = waiting;
                waiting = null;
                served.timeout().cancel();
                served.answer().complete(chunk.records());
            }
        }
    }

    /** Decides whether reading goes on after a pause or the stream ends. */
    private void failed(Cursor cursor, BrokerException reason) {
        boolean mayPass = Failures.mayPass(reason)
                // A leader that lost the topic, or never heard of it, may be behind; metadata without it is the truth.
                || reason.code() == ErrorCode.UNKNOWN_TOPIC_ID
                || reason.code() == ErrorCode.INCONSISTENT_TOPIC_ID;
        if (cursor.giveUpAt == null) {
            cursor.giveUpAt = client.requestDeadline();
        }
        if (!mayPass || client.hasPassed(cursor.giveUpAt)) {
            fail(reason);
        } else if (!isPassPlanned) {
            isPassPlanned = true;
            client.loop().schedule(PAUSE, () -> {
                isPassPlanned = false;
                pass();
            });
        }
    }
}
