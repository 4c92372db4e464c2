package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.OwnMessage;

/**
 * Serves an API that Apache Kafka does not have.
 *
 * @param <Q> what is asked
 * @param <A> what is answered
 */
abstract class OwnApiHandler<Q extends OwnApi.Fields, A extends OwnApi.Fields>
        implements ApiHandler<OwnMessage, OwnMessage> {
    private final OwnApi<Q, A> api;

    OwnApiHandler(OwnApi<Q, A> api) {
        this.api = api;
    }

    @Override
    public final short apiKey() {
        return api.key();
    }

    @Override
    public final short minVersion() {
        return 0;
    }

    @Override
    public final short maxVersion() {
        return 0;
    }

    @Override
    public final CompletionStage<OwnMessage> handle(RequestContext context, OwnMessage request) {
        CompletionStage<A> answer;
        try {
            answer = answer(context, api.question(request));
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedStage(e);
        }
        return answer.exceptionally(this::refused).thenApply(api::answer);
    }

    abstract CompletionStage<A> answer(RequestContext context, Q asked);

    /** The answer to a question that failed. */
    abstract A refused(Throwable failure);
}
