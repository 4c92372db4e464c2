package org.isthmus.broker.network;

/** One side of an open connection. Methods may be called from any thread. */
public interface Connection {
    /** Queues a frame. On a closed connection its parts are released and nothing is sent. */
    void send(Frame frame);

    /** Stops, or goes on, taking bytes from the other side. */
    void setReading(boolean reading);

    void close();

    /** The other side, for logs and for the client's address in group descriptions. */
    String remoteAddress();

    /** The id of the endpoint that accepted or was connected to. */
    Endpoint endpoint();

    /** Runs a task on the thread that owns the connection, after what is already waiting there. */
    void execute(Runnable task);
}
