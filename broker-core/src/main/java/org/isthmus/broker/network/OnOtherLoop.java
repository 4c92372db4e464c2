package org.isthmus.broker.network;

import java.util.concurrent.RejectedExecutionException;
import org.isthmus.broker.runtime.EventLoop;

/** A handler of a socket's connection that lives on another loop than the socket. */
record OnOtherLoop(ConnectionHandler handler, EventLoop loop) implements ConnectionHandler {
    @Override
    public void received(ReceivedFrame frame) {
        try {
            loop.perform(() -> handler.received(frame));
        } catch (RejectedExecutionException ended) {
            frame.release();
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
