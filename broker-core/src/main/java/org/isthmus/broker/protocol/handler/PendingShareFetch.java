package org.isthmus.broker.protocol.handler;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.message.ShareFetchResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ShareFetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.message.ShareFetchResponseData.ShareFetchableTopicResponse;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.share.Acknowledgement;
import org.isthmus.broker.coordinator.share.Acquisition;
import org.isthmus.broker.coordinator.share.Demand;
import org.isthmus.broker.coordinator.share.Verdict;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.protocol.codec.FileRecords;
import org.isthmus.broker.protocol.codec.ShareExtensions;
import org.isthmus.broker.runtime.EventLoop;

/**
 * One share fetch on its way. It goes round the session's partitions and takes what it may; where that is nothing and there is time, it waits
 * until one of them has news, and goes round again. One step follows another, each where the one before ended, so its fields have one
 * owner at a time.
 */
final class PendingShareFetch {
    private static final int MAX_WAIT_MS = 60_000;
    private static final int MAX_ANSWER_BYTES = 16 << 20;
    private static final byte RECORD_LIMIT = 1;

    private final Topics topics;
    private final Executor reads;
    private final EventLoop timers;
    private final ShareSession session;
    private final ShareFetchRequestData request;
    private final ShareSettling settling;
    private final CurrentLeaders.Answer leaders;
    private final Map<ShareSession.Target, Long> news = new LinkedHashMap<>();
    private final Map<ShareSession.Target, Refusal> refused = new LinkedHashMap<>();
    private final Map<ShareSession.Target, Taken> taken = new LinkedHashMap<>();
    private volatile boolean timeIsUp;
    private volatile Round round = new Round();
    private long recordsLeft;
    private int bytesLeft;

    private record Taken(Acquisition acquisition, BaseRecords records) {}

    /** One time of waiting; over with the first that ends it. */
    private static final class Round {
        private final CompletableFuture<Void> over = new CompletableFuture<>();

        CompletionStage<Void> over() {
            return over;
        }

        /** Whether this was what ended it. */
        boolean end() {
            return over.complete(null);
        }
    }

    PendingShareFetch(
            Topics topics,
            Executor reads,
            EventLoop timers,
            ShareSession session,
            ShareFetchRequestData request,
            ShareSettling settling,
            CurrentLeaders.Answer leaders) {
        this.leaders = leaders;
        this.topics = topics;
        this.reads = reads;
        this.timers = timers;
        this.session = session;
        this.request = request;
        this.settling = settling;
        this.recordsLeft = request.maxRecords() <= 0 ? Integer.MAX_VALUE : request.maxRecords();
        this.bytesLeft = Math.min(request.maxBytes(), MAX_ANSWER_BYTES);
    }

    CompletionStage<ShareFetchResponseData> settleOnly() {
        return settling.settle(session).thenApply(this::answer);
    }

    CompletionStage<ShareFetchResponseData> start() {
        refused.putAll(settling.refused());
        var settled = settling.settle(session);
        if (request.isRenewAck()) {
            return settled.thenApply(this::answer);
        }
        // Who settles something wants to hear of that, and is not kept waiting for records.
        timeIsUp = !settling.isEmpty() || request.maxWaitMs() <= 0 || request.minBytes() <= 0;
        return doubt().thenCompose(known -> fetch()).thenCombine(settled, (done, outcomes) -> answer(outcomes));
    }

    /** Before it takes anything. */
    private CompletionStage<Void> doubt() {
        CompletionStage<Void> doubted = CompletableFuture.completedStage(null);
        if (ShareExtensions.isInDoubt(request.unknownTaggedFields())) {
            for (var target : session.targets()) {
                doubted = doubted.thenCompose(before -> doubt(target));
            }
        }
        return doubted;
    }

    private CompletionStage<Void> doubt(ShareSession.Target target) {
        return session.ask(target, share -> share.doubt(session.key().group())).exceptionally(failure -> {
            refused.put(target, ShareErrors.stockRefusal(failure));
            return null;
        });
    }

    private CompletionStage<Void> fetch() {
        if (timeIsUp) {
            return goRound();
        }
        var timer = timers.schedule(Duration.ofMillis(Math.min(request.maxWaitMs(), MAX_WAIT_MS)), this::timeIsUp);
        Runnable interruption = this::timeIsUp;
        session.whileWaiting(interruption, !ShareExtensions.isOutOfTurn(request.unknownTaggedFields()));
        return goRoundUntilThereIsSomething().whenComplete((done, failure) -> {
            timer.cancel();
            session.waitedEnough(interruption);
        });
    }

    private void timeIsUp() {
        timeIsUp = true;
        round.end();
    }

    private CompletionStage<Void> goRoundUntilThereIsSomething() {
        return goRound().thenCompose(done -> {
            if (timeIsUp || !taken.isEmpty() || !refused.isEmpty()) {
                return CompletableFuture.<Void>completedStage(null);
            }
            return waitForNews().thenCompose(news -> goRoundUntilThereIsSomething());
        });
    }

    private CompletionStage<Void> goRound() {
        CompletionStage<Void> round = CompletableFuture.completedStage(null);
        for (var target : session.targets()) {
            round = round.thenCompose(before -> take(target));
        }
        return round;
    }

    private CompletionStage<Void> take(ShareSession.Target target) {
        if (recordsLeft <= 0 || (bytesLeft <= 0 && !taken.isEmpty())) {
            return CompletableFuture.completedStage(null);
        }
        var demand =
                new Demand(session.key().member(), (int) Math.min(recordsLeft, Integer.MAX_VALUE), bytesLeft, travel());
        return session.ask(target, share -> share.acquire(session.key().group(), demand))
                .thenCompose(acquisition -> read(target, acquisition))
                .exceptionally(failure -> {
                    refused.put(target, ShareErrors.stockRefusal(failure));
                    return null;
                });
    }

    private Demand.Travel travel() {
        if (session.opening().sessionLock()) {
            return Demand.Travel.PICKED;
        }
        return request.shareAcquireMode() == RECORD_LIMIT ? Demand.Travel.IN_BATCHES : Demand.Travel.WHOLE_BATCHES;
    }

    private CompletionStage<Void> read(ShareSession.Target target, Acquisition acquisition) {
        news.put(target, acquisition.news());
        if (acquisition.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        return CompletableFuture.runAsync(
                        () -> taken.put(target, new Taken(acquisition, records(target, acquisition))),
                        acquisition.isAtHand() ? Runnable::run : reads)
                .thenAccept(done -> {
                    acquisition
                            .acquired()
                            .forEach(acquired -> recordsLeft -= acquired.range().size());
                    bytesLeft -= acquisition.sizeInBytes();
                })
                .exceptionallyCompose(failure ->
                        giveBack(target, acquisition).thenCompose(done -> CompletableFuture.failedStage(failure)));
    }

    /** What was taken but cannot be read goes back as if nobody had had it. */
    private CompletionStage<Void> giveBack(ShareSession.Target target, Acquisition acquisition) {
        var unseen = acquisition.acquired().stream()
                .map(acquired -> new Acknowledgement(acquired.range(), Verdict.RELEASE_UNSEEN))
                .toList();
        return session.ask(
                target,
                share -> share.acknowledge(session.key().group(), session.key().member(), unseen));
    }

    private BaseRecords records(ShareSession.Target target, Acquisition acquisition) {
        try {
            var view = topics.led(target.partition().topic(), target.partition().partition())
                    .view()
                    .orElseThrow();
            return acquisition.picked() ? PickedRecords.of(view, acquisition) : allRecords(view, acquisition);
        } catch (IOException e) {
            throw new BrokerException(
                    ErrorCode.KAFKA_STORAGE_ERROR, "records of " + target.partition() + " cannot be read", e);
        }
    }

    /** From the file, where all of it lies in one, as nearly always. What is missing the member takes for gone, so nothing may be. */
    private static BaseRecords allRecords(LogView view, Acquisition acquisition) throws IOException {
        var upTo = acquisition.lastOffset() + 1;
        var from = Math.min(upTo, Math.max(acquisition.baseOffset(), view.startOffset()));
        var slice = view.read(from, upTo, acquisition.sizeInBytes(), true);
        if (slice.length() == acquisition.sizeInBytes()) {
            return new FileRecords(slice);
        }
        slice.release();
        return MemoryRecords.readableRecords(view.copyAll(from, upTo));
    }

    private CompletionStage<Void> waitForNews() {
        var waiting = new Round();
        round = waiting;
        news.forEach((target, known) -> listen(waiting, target, known));
        // The time may have been up before this round was there to be told.
        if (timeIsUp) {
            waiting.end();
        }
        return waiting.over();
    }

    private void listen(Round waiting, ShareSession.Target target, long known) {
        session.ask(target, share -> {
                    var call =
                            share.whenNews(session.key().group(), session.key().member(), known, waiting::end);
                    waiting.over()
                            .thenRun(() -> session.ask(target, owner -> {
                                call.cancel();
                                return CompletableFuture.completedStage(null);
                            }));
                    return CompletableFuture.completedStage(null);
                })
                .exceptionally(failure -> {
                    waiting.end();
                    return null;
                });
    }

    private ShareFetchResponseData answer(Map<ShareSession.Target, Refusal> outcomes) {
        var partitions = new LinkedHashMap<ShareSession.Target, PartitionData>();
        outcomes.forEach((target, outcome) -> tellLeader(
                target,
                outcome,
                data(partitions, target)
                        .setAcknowledgeErrorCode(outcome.code())
                        .setAcknowledgeErrorMessage(outcome.message())));
        refused.forEach((target, refusal) -> tellLeader(
                target,
                refusal,
                data(partitions, target).setErrorCode(refusal.code()).setErrorMessage(refusal.message())));
        taken.forEach((target, one) -> {
            var data = data(partitions, target).setRecords(one.records());
            one.acquisition().acquired().forEach(acquired -> data.acquiredRecords()
                    .add(new AcquiredRecords()
                            .setFirstOffset(acquired.range().first())
                            .setLastOffset(acquired.range().last())
                            .setDeliveryCount((short) Math.min(acquired.deliveries(), Short.MAX_VALUE))));
        });
        var byTopic = new LinkedHashMap<Uuid, ShareFetchableTopicResponse>();
        partitions.forEach((target, data) -> byTopic.computeIfAbsent(
                        target.topicId(), id -> new ShareFetchableTopicResponse().setTopicId(id))
                .partitions()
                .add(data));
        var response = new ShareFetchResponseData()
                .setAcquisitionLockTimeoutMs(session.opening().settings().lockMs());
        byTopic.values().forEach(response.responses()::add);
        leaders.nodes().forEach(node -> response.nodeEndpoints()
                .add(new NodeEndpoint()
                        .setNodeId(node.id())
                        .setHost(node.host())
                        .setPort(node.port())
                        .setRack(node.rack())));
        if (session.opening().sessionLock() && request.shareSessionEpoch() == ShareSessions.FIRST_EPOCH) {
            var settings = session.opening().settings();
            response.unknownTaggedFields()
                    .add(ShareExtensions.redelivery(new ShareExtensions.Redelivery(
                            settings.maxDeliveries(), settings.backoff().firstMs() > 0)));
        }
        return response;
    }

    private void tellLeader(ShareSession.Target target, Refusal refusal, PartitionData data) {
        leaders.leader(refusal.code(), target.partition())
                .ifPresent(leader -> data.setCurrentLeader(
                        new LeaderIdAndEpoch().setLeaderId(leader.id()).setLeaderEpoch(leader.epoch())));
    }

    private static PartitionData data(Map<ShareSession.Target, PartitionData> partitions, ShareSession.Target target) {
        return partitions.computeIfAbsent(target, wanted -> new PartitionData()
                .setPartitionIndex(wanted.partition().partition())
                .setRecords(MemoryRecords.EMPTY));
    }
}
