package org.isthmus.broker.protocol.handler;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.TemporaryAnswer;
import org.isthmus.broker.protocol.codec.TemporaryRequest;
import org.isthmus.broker.replica.TemporaryTopics;
import org.isthmus.broker.runtime.IdSource;

/** Makes temporary destinations, and ends them: when they are asked to, or with the connection on which they were made. */
public final class TemporaryHandler extends OwnApiHandler<TemporaryRequest, TemporaryAnswer> {
    private interface Deed {
        TemporaryAnswer of(RequestContext context, TemporaryRequest request);
    }

    private final Deed deed;

    private TemporaryHandler(OwnApi<TemporaryRequest, TemporaryAnswer> api, Deed deed) {
        super(api);
        this.deed = deed;
    }

    /** One handler that makes, one that ends. */
    public static List<ApiHandler<?, ?>> of(TemporaryTopics topics, IdSource ids) {
        Deed create = (context, request) -> {
            var name = topics.create(ids.nextUuid(), request.queue()).name();
            context.connection().onEnd(name, () -> topics.delete(name));
            return new TemporaryAnswer(ErrorCode.NONE.code(), null, name);
        };
        Deed delete = (context, request) -> {
            if (topics.topic(request.name()).isEmpty()) {
                throw new BrokerException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no temporary destination " + request.name());
            }
            context.connection().forget(request.name());
            topics.delete(request.name());
            return new TemporaryAnswer(ErrorCode.NONE.code(), null, request.name());
        };
        return List.of(
                new TemporaryHandler(OwnApi.CREATE_TEMPORARY, create),
                new TemporaryHandler(OwnApi.DELETE_TEMPORARY, delete));
    }

    @Override
    CompletionStage<TemporaryAnswer> answer(RequestContext context, TemporaryRequest asked) {
        return CompletableFuture.completedStage(deed.of(context, asked));
    }

    @Override
    TemporaryAnswer refused(Throwable failure) {
        var refusal = Refusal.of(failure);
        return new TemporaryAnswer(refusal.code(), refusal.message(), "");
    }
}
