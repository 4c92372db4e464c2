package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.share.Acknowledgement;
import org.isthmus.broker.protocol.codec.ShareExtensions;
import org.isthmus.broker.runtime.EventLoop;

/** ShareFetch: settles records that a member holds, and hands out more. */
public final class ShareFetchHandler implements ApiHandler<ShareFetchRequestData, ShareFetchResponseData> {
    private final Topics topics;
    private final ShareSessions sessions;
    private final Executor reads;
    private final EventLoop timers;
    private final CurrentLeaders leaders;

    /**
     * @param reads reads from the disk, several at a time, and may block
     * @param timers ends what waits long enough
     */
    public ShareFetchHandler(
            Topics topics, ShareSessions sessions, Executor reads, EventLoop timers, CurrentLeaders leaders) {
        this.leaders = leaders;
        this.topics = topics;
        this.sessions = sessions;
        this.reads = reads;
        this.timers = timers;
    }

    @Override
    public short apiKey() {
        return 78;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public boolean answersInTurn(ShareFetchRequestData request) {
        return !ShareExtensions.isOutOfTurn(request.unknownTaggedFields());
    }

    @Override
    public CompletionStage<ShareFetchResponseData> handle(RequestContext context, ShareFetchRequestData request) {
        try {
            var session = session(context, request);
            var settling = new ShareSettling(topics);
            take(request, session, settling);
            var fetch = new PendingShareFetch(
                    topics, reads, timers, session, request, settling, leaders.answer(context, true));
            return request.shareSessionEpoch() == ShareSessions.FINAL_EPOCH
                    ? fetch.settleOnly().thenCompose(answer -> sessions.end(context, session)
                            .thenApply(ended -> answer))
                    : fetch.start();
        } catch (RuntimeException e) {
            var refusal = Refusal.of(e);
            return CompletableFuture.completedStage(
                    new ShareFetchResponseData().setErrorCode(refusal.code()).setErrorMessage(refusal.message()));
        }
    }

    private ShareSession session(RequestContext context, ShareFetchRequestData request) {
        if (request.shareSessionEpoch() != ShareSessions.FIRST_EPOCH) {
            return sessions.at(request.groupId(), request.memberId(), request.shareSessionEpoch());
        }
        var acknowledges = request.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition -> !partition.acknowledgementBatches().isEmpty());
        if (acknowledges) {
            throw new BrokerException(ErrorCode.INVALID_REQUEST, "a new session holds nothing to acknowledge");
        }
        var opening = ShareExtensions.opening(request.unknownTaggedFields()).map(ShareOpenings::of);
        return sessions.begin(context, request.groupId(), request.memberId(), opening.orElse(null));
    }

    /** What the session is to have open from now on, and what the request says of what it holds. */
    private static void take(ShareFetchRequestData request, ShareSession session, ShareSettling settling) {
        var isLast = request.shareSessionEpoch() == ShareSessions.FINAL_EPOCH;
        for (var topic : request.topics()) {
            for (var partition : topic.partitions()) {
                settling.target(topic.topicId(), partition.partitionIndex()).ifPresent(target -> {
                    if (!isLast) {
                        session.add(target, ShareExtensions.isFromFirst(partition.unknownTaggedFields()));
                    }
                    say(partition, session, target, settling);
                });
            }
        }
        for (var forgotten : request.forgottenTopicsData()) {
            for (var index : forgotten.partitions()) {
                settling.target(forgotten.topicId(), index).ifPresent(session::remove);
            }
        }
    }

    private static void say(
            ShareFetchRequestData.FetchPartition partition,
            ShareSession session,
            ShareSession.Target target,
            ShareSettling settling) {
        var acknowledgements = new ArrayList<Acknowledgement>();
        try {
            for (var batch : partition.acknowledgementBatches()) {
                ShareAcknowledgements.add(
                        batch.firstOffset(),
                        batch.lastOffset(),
                        batch.acknowledgeTypes(),
                        session.opening().sessionLock(),
                        acknowledgements);
            }
        } catch (BrokerException e) {
            settling.refuse(target, e);
            return;
        }
        if (!acknowledgements.isEmpty()) {
            settling.say(target, acknowledgements);
        }
    }
}
