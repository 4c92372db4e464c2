package org.isthmus.broker.network;

import java.util.Optional;

/** One side of an open connection. Methods may be called from any thread. */
public interface Connection {
    /** Queues a frame. On a closed connection its parts are released and nothing is sent. */
    void send(Frame frame);

    /** Stops, or goes on, taking bytes from the other side. */
    void setReading(boolean reading);

    void close();

    /**
     * Why the other side ended it, where it said so by TLS: whom it does not let in may learn that only after both have agreed. Known before {@link
     * ConnectionHandler#closed} is called.
     */
    Optional<TlsRefusedException> refusal();

    /** The other side, for logs and for the client's address in group descriptions. */
    String remoteAddress();

    /** The id of the endpoint that accepted or was connected to. */
    Endpoint endpoint();

    /** Runs a task on the loop that owns the connection, as {@link org.isthmus.broker.runtime.EventLoop#perform} does. */
    void perform(Runnable task);

    /** Whether what calls runs on the loop that owns the connection. */
    boolean inLoop();
}
