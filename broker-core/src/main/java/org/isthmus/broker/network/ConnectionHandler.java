package org.isthmus.broker.network;

/** What one connection does with what it receives. All calls come from the thread that owns the connection. */
public interface ConnectionHandler {
    void received(ReceivedFrame frame);

    /** Whether the other side takes bytes quickly enough; while it is false, whoever can hold back should. */
    void writable(boolean writable);

    /** The last call. */
    void closed();
}
