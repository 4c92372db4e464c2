package org.isthmus.broker.network;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Opens and accepts connections. Owns the I/O threads; safe for use by many threads. */
public interface Transport extends AutoCloseable {
    /** A transport for TCP and in-VM endpoints alike. In-VM names are one space for the whole JVM (the class loader of this class). */
    static Transport open(TransportConfig config) {
        throw new IllegalStateException("not there yet");
    }

    /** Listens. Fails with an {@code IOException} that names the endpoint. The stage carries the endpoint as bound, with its real port. */
    CompletionStage<Endpoint> bind(Endpoint endpoint, Function<Connection, ConnectionHandler> accept);

    /** Connects. Fails with an {@code IOException} that names the endpoint. */
    CompletionStage<Connection> connect(Endpoint endpoint, Function<Connection, ConnectionHandler> opened);

    /** Closes every listener and every connection, and ends the threads. */
    @Override
    void close();
}
