package org.isthmus.broker.protocol.handler;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.LogSlice;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.protocol.codec.FileRecords;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * One fetch on its way. It reads; if that is too little and there is time, it waits until one of its partitions commits more, and reads
 * again. A read runs on an I/O thread and only one at a time, so what they touch has one owner at a time, handed on through executors. The
 * slices of the last read, and of no other, go into the answer.
 */
final class PendingFetch {
    /** However long a client would wait: one that is gone leaves nothing behind for longer than this. */
    private static final int MAX_WAIT_MS = 60_000;

    private static final int MAX_ANSWER_BYTES = 55 << 20;
    private static final byte READ_COMMITTED = 1;

    private final Topics topics;
    private final Executor reads;
    private final EventLoop timers;
    private final FetchRequestData request;
    private final CurrentLeaders.Answer leaders;
    private final List<Wanted> wanted = new ArrayList<>();
    private final CompletableFuture<FetchResponseData> answer = new CompletableFuture<>();
    private volatile boolean timeIsUp;
    private @Nullable Cancellable timer;
    private volatile Round round = new Round();

    /** One partition of the fetch, and what the last read found there. */
    private static final class Wanted {
        private final FetchPartition asked;
        private final @Nullable Partition partition;
        private @Nullable Refusal refusal;
        private @Nullable LogView view;
        private @Nullable LogSlice slice;
        private List<AbortedTransaction> aborted = List.of();

        private Wanted(FetchPartition asked, @Nullable Partition partition, @Nullable Refusal refusal) {
            this.asked = asked;
            this.partition = partition;
            this.refusal = refusal;
        }

        private void letGo() {
            if (slice != null) {
                slice.release();
                slice = null;
            }
        }
    }

    /**
     * One time of waiting: it is prepared, then waits, and is over with the first signal. A signal that comes while it is prepared is kept
     * until it would wait, so that whoever reads next finds everything handed over.
     */
    private static final class Round {
        private enum Phase {
            PREPARING,
            SIGNALLED,
            WAITING,
            OVER
        }

        private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.PREPARING);
        private final List<Cancellable> calls = new ArrayList<>();

        /** Whether this signal ends the round. */
        boolean signal() {
            return !phase.compareAndSet(Phase.PREPARING, Phase.SIGNALLED)
                    && phase.compareAndSet(Phase.WAITING, Phase.OVER);
        }

        /** Whether a signal came already, which ends the round at once. */
        boolean isOverBeforeItWaits() {
            return !phase.compareAndSet(Phase.PREPARING, Phase.WAITING);
        }
    }

    PendingFetch(
            Topics topics, Executor reads, EventLoop timers, FetchRequestData request, CurrentLeaders.Answer leaders) {
        this.topics = topics;
        this.reads = reads;
        this.timers = timers;
        this.request = request;
        this.leaders = leaders;
        this.timeIsUp = request.maxWaitMs() <= 0 || request.minBytes() <= 0;
    }

    CompletionStage<FetchResponseData> start() {
        var opening = new ArrayList<CompletableFuture<?>>();
        for (var topic : request.topics()) {
            var name = topics.name(topic.topic(), topic.topicId());
            for (var asked : topic.partitions()) {
                var found = find(name.orElse(null), topic, asked);
                wanted.add(found);
                if (found.partition != null && found.partition.view().isEmpty()) {
                    opening.add(found.partition.opened().toCompletableFuture());
                }
            }
        }
        if (opening.isEmpty()) {
            reads.execute(this::read);
        } else {
            // A partition that cannot be opened is told by the read.
            var unused = CompletableFuture.allOf(opening.toArray(CompletableFuture<?>[]::new))
                    .whenComplete((opened, failure) -> reads.execute(this::read));
        }
        return answer;
    }

    private Wanted find(@Nullable String name, FetchTopic topic, FetchPartition asked) {
        if (name == null) {
            return new Wanted(
                    asked,
                    null,
                    new Refusal(ErrorCode.UNKNOWN_TOPIC_ID, "there is no topic with id " + topic.topicId()));
        }
        try {
            return new Wanted(asked, topics.led(name, asked.partition(), asked.currentLeaderEpoch()), null);
        } catch (BrokerException e) {
            return new Wanted(asked, null, Refusal.of(e));
        }
    }

    private void read() {
        try {
            var bytes = readAll();
            var refused = wanted.stream().anyMatch(one -> one.refusal != null);
            if (bytes >= request.minBytes() || refused || timeIsUp || wanted.isEmpty()) {
                finish();
            } else {
                letGo();
                await();
            }
        } catch (RuntimeException | Error e) {
            letGo();
            answer.completeExceptionally(e);
        }
    }

    private long readAll() {
        long total = 0;
        var budget = Math.min(request.maxBytes() <= 0 ? MAX_ANSWER_BYTES : request.maxBytes(), MAX_ANSWER_BYTES);
        for (var one : wanted) {
            if (one.partition == null) {
                continue;
            }
            try {
                one.partition.leadership();
                var view = one.partition.opened().toCompletableFuture().join();
                one.view = view;
                var left = (int) Math.max(0, budget - total);
                one.slice = read(view, one.asked, left, total == 0);
                if (one.slice != null) {
                    total += one.slice.length();
                    one.aborted = aborted(view, one.asked.fetchOffset(), one.slice);
                }
            } catch (RuntimeException | IOException e) {
                one.letGo();
                one.refusal = Refusal.of(e);
            }
        }
        return total;
    }

    private @Nullable LogSlice read(LogView view, FetchPartition asked, int left, boolean first) throws IOException {
        var upTo = readableUpTo(view);
        var offset = asked.fetchOffset();
        if (offset < view.startOffset() || offset > view.endOffset()) {
            throw new BrokerException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "offset " + offset + " is outside of " + view.startOffset() + " to " + view.endOffset());
        }
        // An offset above what may be read yet, but in the log, is one to wait at.
        if (offset >= upTo || (left == 0 && !first)) {
            return null;
        }
        var slice = view.read(offset, upTo, Math.min(left, Math.max(asked.partitionMaxBytes(), 0)), first);
        if (slice.isEmpty()) {
            slice.release();
            return null;
        }
        return slice;
    }

    /** What a reader of committed records has to skip in the slice. No more: there may be millions behind it. */
    private List<AbortedTransaction> aborted(LogView view, long fromOffset, LogSlice slice) throws IOException {
        if (request.isolationLevel() != READ_COMMITTED) {
            return List.of();
        }
        return view.abortedTransactions(fromOffset, slice.offsetBehind()).stream()
                .map(found -> new AbortedTransaction()
                        .setProducerId(found.producerId())
                        .setFirstOffset(found.firstOffset()))
                .toList();
    }

    private long readableUpTo(LogView view) {
        return request.isolationLevel() == READ_COMMITTED ? view.lastStableOffset() : view.highWatermark();
    }

    private void letGo() {
        wanted.forEach(Wanted::letGo);
    }

    private void await() {
        var waiting = new Round();
        round = waiting;
        if (timer == null) {
            var wait = Duration.ofMillis(Math.min(request.maxWaitMs(), MAX_WAIT_MS));
            timer = timers.schedule(wait, this::timeIsUp);
        }
        for (var one : wanted) {
            if (one.partition != null && one.view != null) {
                var beyond = Math.max(one.view.highWatermark(), one.asked.fetchOffset()) + 1;
                waiting.calls.add(one.partition.onCommitted(beyond, () -> signal(waiting)));
            }
        }
        // The timer may have run out before this round was there to be told.
        if (waiting.isOverBeforeItWaits() || (timeIsUp && waiting.signal())) {
            readAgain(waiting);
        }
    }

    private void timeIsUp() {
        timeIsUp = true;
        signal(round);
    }

    private void signal(Round waiting) {
        if (waiting.signal()) {
            readAgain(waiting);
        }
    }

    private void readAgain(Round over) {
        reads.execute(() -> {
            over.calls.forEach(Cancellable::cancel);
            read();
        });
    }

    private void finish() {
        var ticking = timer;
        if (ticking != null) {
            ticking.cancel();
        }
        var response = new FetchResponseData();
        var next = wanted.iterator();
        for (var topic : request.topics()) {
            var partitions = new ArrayList<PartitionData>(topic.partitions().size());
            for (var ignored : topic.partitions()) {
                partitions.add(describe(topic, next.next()));
            }
            response.responses()
                    .add(new FetchableTopicResponse()
                            .setTopic(topic.topic())
                            .setTopicId(topic.topicId())
                            .setPartitions(partitions));
        }
        leaders.nodes().forEach(node -> response.nodeEndpoints()
                .add(new NodeEndpoint()
                        .setNodeId(node.id())
                        .setHost(node.host())
                        .setPort(node.port())
                        .setRack(node.rack())));
        answer.complete(response);
    }

    private PartitionData describe(FetchTopic topic, Wanted one) {
        var data = new PartitionData().setPartitionIndex(one.asked.partition()).setRecords(MemoryRecords.EMPTY);
        if (one.refusal != null) {
            return refuse(data, topic, one.refusal);
        }
        if (one.view != null) {
            data.setHighWatermark(one.view.highWatermark())
                    .setLastStableOffset(one.view.lastStableOffset())
                    .setLogStartOffset(one.view.startOffset());
        }
        if (request.isolationLevel() == READ_COMMITTED) {
            data.setAbortedTransactions(one.aborted);
        }
        return one.slice == null ? data : data.setRecords(new FileRecords(one.slice));
    }

    private PartitionData refuse(PartitionData data, FetchTopic topic, Refusal refusal) {
        topics.name(topic.topic(), topic.topicId())
                .filter(name -> data.partitionIndex() >= 0)
                .flatMap(name -> leaders.leader(refusal.code(), new TopicPartition(name, data.partitionIndex())))
                .ifPresent(leader -> data.setCurrentLeader(
                        new LeaderIdAndEpoch().setLeaderId(leader.id()).setLeaderEpoch(leader.epoch())));
        return data.setErrorCode(refusal.code()).setHighWatermark(-1);
    }
}
