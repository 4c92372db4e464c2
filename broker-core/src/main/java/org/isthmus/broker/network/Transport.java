package org.isthmus.broker.network;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/** Opens and accepts connections. Owns the I/O threads; safe for use by many threads. */
public interface Transport extends AutoCloseable {
    /** A transport for TCP and in-VM endpoints alike. In-VM names are one space for the whole JVM (the class loader of this class). */
    static Transport open(TransportConfig config) {
        return new NettyTransport(config);
    }

    /** Listens where no TLS is spoken. */
    default CompletionStage<Endpoint> bind(Endpoint endpoint, Function<Connection, ConnectionHandler> accept) {
        return bind(endpoint, null, accept);
    }

    /**
     * Listens. Fails with an {@code IOException} that names the endpoint. The stage carries the endpoint as bound, with its real port.
     *
     * @param tls how TLS is spoken, for an endpoint that says that it is
     */
    CompletionStage<Endpoint> bind(
            Endpoint endpoint, @Nullable Tls tls, Function<Connection, ConnectionHandler> accept);

    /** Connects on any of the loops, where no TLS is spoken. */
    default CompletionStage<Connection> connect(Endpoint endpoint, Function<Connection, ConnectionHandler> opened) {
        return connect(endpoint, endpoint instanceof Endpoint.InVm ? clientLoop() : loop(), null, opened);
    }

    /**
     * Connects, with this loop as the connection's owner, so that somebody who lives on one loop has its connections there too. Fails with
     * an {@code IOException} that names the endpoint; it is a {@link TlsRefusedException} where trying again would not help.
     *
     * @param owner a loop of this transport
     * @param tls how TLS is spoken, for an endpoint that says that it is
     */
    CompletionStage<Connection> connect(
            Endpoint endpoint, EventLoop owner, @Nullable Tls tls, Function<Connection, ConnectionHandler> opened);

    /** One of the transport's threads as an event loop; each call takes the next. It ends with the transport. */
    EventLoop loop();

    /** As {@link #loop}, but no thread of sockets: threads that wait for an answer can do its work themselves. */
    EventLoop clientLoop();

    /** Lets in no more clients than these from now on, through all sockets together and from one address; those that are there stay. */
    void limitClients(int most, int mostPerAddress);

    /** Closes every listener and every connection, and ends the threads. */
    @Override
    void close();
}
