package org.isthmus.broker.network;

/**
 * How frames travel.
 *
 * @param threads I/O threads
 * @param maxFrameBytes largest frame that is taken from the other side; a connection that announces a larger one is closed before anything is allocated
 * @param maxPendingBytes bytes waiting to be sent on one connection above which it stops reading and {@link ConnectionHandler#writable} says false
 * @param maxConnections most clients on all sockets together; one more is closed as it comes
 * @param maxConnectionsPerAddress most clients from one address
 */
public record TransportConfig(
        int threads, int maxFrameBytes, int maxPendingBytes, int maxConnections, int maxConnectionsPerAddress) {
    /** With as many connections as there are clients. */
    public TransportConfig(int threads, int maxFrameBytes, int maxPendingBytes) {
        this(threads, maxFrameBytes, maxPendingBytes, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    public static final TransportConfig DEFAULT =
            new TransportConfig(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), 100 << 20, 4 << 20);
}
