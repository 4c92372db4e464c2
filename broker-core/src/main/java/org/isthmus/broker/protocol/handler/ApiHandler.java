package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Serves one API. The table of handlers is what ApiVersions answers, so nothing is claimed that is not served. Called on the connection's
 * thread; must not block there.
 *
 * @param <Q> the request
 * @param <A> the answer
 */
public interface ApiHandler<Q extends ApiMessage, A extends ApiMessage> {
    short apiKey();

    /** The oldest version that is served. */
    short minVersion();

    /** The newest version that is served. */
    short maxVersion();

    /**
     * Answers a request. Errors that the API has a field for are in the answer; a stage that fails closes the connection, and so does an
     * exception. A stage that completes with null sends nothing: the client asked for no answer. The request's records are valid until the
     * stage completes.
     */
    CompletionStage<A> handle(RequestContext context, Q request);

    /** Whether all has come about that the request was for; told to those who ask for something only {@linkplain Earlier behind it}. */
    default boolean hasComeAbout(A answer) {
        return false;
    }

    /**
     * Whether the answer must wait until the requests before it on its connection are answered. Clients count on that, unless they say in the
     * request that they do not.
     */
    default boolean answersInTurn(Q request) {
        return true;
    }
}
