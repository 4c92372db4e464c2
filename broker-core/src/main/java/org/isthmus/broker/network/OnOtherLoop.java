package org.isthmus.broker.network;

import java.util.concurrent.RejectedExecutionException;
import org.isthmus.broker.runtime.EventLoop;

/** A handler of a socket's connection that lives on another loop than the socket. One that throws loses its connection, as any does. */
record OnOtherLoop(Connection connection, ConnectionHandler handler, EventLoop loop) implements ConnectionHandler {
    private static final System.Logger LOG = System.getLogger(OnOtherLoop.class.getName());

    @Override
    public void received(ReceivedFrame frame) {
        try {
            loop.perform(() -> receive(frame));
        } catch (RejectedExecutionException ended) {
            frame.release();
        }
    }

    private void receive(ReceivedFrame frame) {
        try {
            handler.received(frame);
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Closed a connection after a failure: remote=" + connection.remoteAddress(),
                    e);
            connection.close();
        }
    }

    @Override
    public int maxFrameBytes() {
        return handler.maxFrameBytes();
    }

    @Override
    public void writable(boolean writable) {
        run(() -> handler.writable(writable));
    }

    @Override
    public void closed() {
        run(handler::closed);
    }

    private void run(Runnable task) {
        try {
            loop.perform(task);
        } catch (RejectedExecutionException ended) {
            // Nobody is there any more whom it could concern.
        }
    }
}
