package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.replica.ReplicaReads;
import org.isthmus.broker.runtime.EventLoop;

/**
 * Reads committed records, waiting for them if need be. There are no fetch sessions: every answer carries session id 0, by which clients
 * send the whole of what they want each time.
 */
public final class FetchHandler implements ApiHandler<FetchRequestData, FetchResponseData> {
    private static final int FIRST_WITH_LEADERS = 16;

    private final Topics topics;
    private final Executor reads;
    private final EventLoop timers;
    private final CurrentLeaders leaders;
    private final FollowerFetch followers;

    /**
     * @param reads reads from the disk, several at a time, and may block
     * @param timers ends what waits long enough
     */
    public FetchHandler(Topics topics, Executor reads, EventLoop timers, CurrentLeaders leaders) {
        this.topics = topics;
        this.leaders = leaders;
        this.reads = reads;
        this.timers = timers;
        this.followers = new FollowerFetch(topics, new ReplicaReads(topics.partitions(), reads, timers));
    }

    @Override
    public short apiKey() {
        return 1;
    }

    @Override
    public short minVersion() {
        return 4;
    }

    @Override
    public short maxVersion() {
        return 18;
    }

    @Override
    public CompletionStage<FetchResponseData> handle(RequestContext context, FetchRequestData request) {
        if (request.sessionId() != 0) {
            return CompletableFuture.completedFuture(
                    new FetchResponseData().setErrorCode(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code()));
        }
        if (FollowerFetch.isOne(request)) {
            return followers.answer(request);
        }
        var told = leaders.answer(context, context.version() >= FIRST_WITH_LEADERS);
        return new PendingFetch(topics, reads, timers, request, told).start();
    }
}
