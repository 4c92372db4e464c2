package org.isthmus.broker.protocol.client;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.IdSource;

/**
 * A broker's connections to the others of its cluster, each made when it is needed. They are over the transport of the broker itself, and end with
 * it. Methods may be called by any thread; the state is owned by one loop of the transport.
 */
final class PeerChannels {
    private final ClientLoop client;
    private final Map<Endpoint, BrokerChannel> channels = new HashMap<>();

    PeerChannels(Transport transport, ClientConfig config) {
        client = new ClientLoop(
                transport.loop(), transport, Clock.system(), IdSource.random(), config, BrokerClients.tls(config));
    }

    boolean speaksTls() {
        return client.tls() != null;
    }

    /** Completes on the loop. Fails where the broker is not reached, does not answer in time, or this one is stopping. */
    <A extends ApiMessage> CompletionStage<A> ask(Endpoint broker, Api<A> api, ApiMessage request) {
        var done = new CompletableFuture<A>();
        client.run(
                () -> channel(broker)
                        .request(api, request, client.requestDeadline())
                        .whenComplete((answer, failure) -> {
                            if (failure != null) {
                                done.completeExceptionally(failure);
                            } else {
                                done.complete(answer);
                            }
                        }),
                () -> done.completeExceptionally(
                        new BrokerException(ErrorCode.NETWORK_EXCEPTION, "the broker is stopping")));
        return done;
    }

    private BrokerChannel channel(Endpoint broker) {
        channels.values().removeIf(BrokerChannel::isClosed);
        return channels.computeIfAbsent(broker, endpoint -> BrokerChannel.open(client, endpoint));
    }
}
