package org.isthmus.broker.network;

/** What one connection does with what it receives. All calls come from the thread that owns the connection. */
public interface ConnectionHandler {
    void received(ReceivedFrame frame);

    /** Nothing more has come for now: a socket brings what came together one after another, and then says this. */
    default void receivedAll() {}

    /** The largest frame that it takes now, below what the transport takes at all. A connection that announces a larger one is closed. */
    default int maxFrameBytes() {
        return Integer.MAX_VALUE;
    }

    /** Whether the other side takes bytes quickly enough; while it is false, whoever can hold back should. */
    void writable(boolean writable);

    /** The last call. */
    void closed();
}
