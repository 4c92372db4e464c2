package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.network.Endpoint;

/**
 * What a handler may know of the request beside its body.
 *
 * @param version the version in which the request came and the answer goes
 * @param listener the endpoint that accepted the connection
 * @param connection ends with the connection on which the request came
 * @param login who comes on that connection
 * @param earlier what came before on that connection
 */
public record RequestContext(
        short version,
        String clientId,
        String clientAddress,
        Endpoint listener,
        Lifetime connection,
        Login login,
        Earlier earlier) {
    private static final Earlier NONE = count -> CompletableFuture.completedStage(count <= 0);

    /** Of a request that is the first on its connection and leaves nothing behind that would end with that. */
    public RequestContext(short version, String clientId, String clientAddress, Endpoint listener) {
        this(version, clientId, clientAddress, listener, new Lifetime(), new Login(), NONE);
    }

    /** Where the client is, as Kafka's tools show it: the address with a slash before it, and without the port. */
    String clientHost() {
        var colon = clientAddress.lastIndexOf(':');
        return colon < 0 || listener instanceof Endpoint.InVm ? clientAddress : "/" + clientAddress.substring(0, colon);
    }
}
