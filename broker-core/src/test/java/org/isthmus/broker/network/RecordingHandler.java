package org.isthmus.broker.network;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a connection was told, for a test to wait for. */
final class RecordingHandler implements ConnectionHandler {
    final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    final BlockingQueue<Boolean> writable = new LinkedBlockingQueue<>();
    final CompletableFuture<Void> closed = new CompletableFuture<>();
    final List<String> threads = new CopyOnWriteArrayList<>();

    @Override
    public void received(ReceivedFrame frame) {
        var bytes = new byte[frame.buffer().remaining()];
        frame.buffer().get(bytes);
        frame.release();
        threads.add(Thread.currentThread().getName());
        texts.add(new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public void writable(boolean now) {
        writable.add(now);
    }

    @Override
    public void closed() {
        closed.complete(null);
    }

    String nextText() throws InterruptedException {
        var text = texts.poll(10, TimeUnit.SECONDS);
        if (text == null) {
            throw new AssertionError("no frame came");
        }
        return text;
    }

    void awaitClosed() throws Exception {
        closed.get(10, TimeUnit.SECONDS);
    }

    static Frame frame(String text) {
        return new Frame(List.of(new Frame.Bytes(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))));
    }
}
