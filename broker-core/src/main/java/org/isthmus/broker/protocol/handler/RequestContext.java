package org.isthmus.broker.protocol.handler;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.common.DiskOrder;
import org.isthmus.broker.network.Endpoint;

/**
 * What a handler may know of the request beside its body.
 *
 * @param version the version in which the request came and the answer goes
 * @param listener the endpoint that accepted the connection
 * @param connection ends with the connection on which the request came
 * @param login who comes on that connection
 * @param earlier what came before on that connection
 * @param hurried told, on any thread, as soon as all that the request is for is hurried, in which order the disk gets it
 */
public record RequestContext(
        short version,
        String clientId,
        String clientAddress,
        Endpoint listener,
        Lifetime connection,
        Login login,
        Earlier earlier,
        Consumer<DiskOrder> hurried) {
    private static final Earlier NONE = new Earlier() {
        @Override
        public CompletionStage<Boolean> haveComeAbout(int count) {
            return CompletableFuture.completedStage(count <= 0);
        }

        @Override
        public CompletionStage<Optional<DiskOrder>> diskOrder(int count) {
            return CompletableFuture.completedStage(Optional.empty());
        }

        @Override
        public void leaveWithThis(int count) {}
    };

    /** Of a request that is the first on its connection and leaves nothing behind that would end with that. */
    public RequestContext(short version, String clientId, String clientAddress, Endpoint listener) {
        this(version, clientId, clientAddress, listener, new Lifetime(), new Login(), NONE, order -> {});
    }

    /** Where the client is, as Kafka's tools show it: the address with a slash before it, and without the port. */
    String clientHost() {
        var colon = clientAddress.lastIndexOf(':');
        return colon < 0 || listener instanceof Endpoint.InVm ? clientAddress : "/" + clientAddress.substring(0, colon);
    }
}
