package org.isthmus.broker.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * One side of a connection inside the JVM. Owned by its loop, which takes frames out of its inbox and hands them over; the other side only
 * ever adds to the inbox and rings, so whoever sends runs what belongs to the loop only where the loop has nothing to do. Frames that are not
 * taken yet count as pending at the sender, as they would on a socket.
 */
final class InVmConnection implements Connection {
    private static final System.Logger LOG = System.getLogger(InVmConnection.class.getName());
    /** Frames that are handed over before others on the same loop have their turn. */
    private static final int FRAMES_PER_TURN = 64;

    private final Endpoint.InVm endpoint;
    private final boolean isAccepted;
    private final EventLoop loop;
    private final int maxFrameBytes;
    private final Consumer<InVmConnection> onClosed;
    private final PendingBytes pending;
    private final Queue<Frame> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean rung = new AtomicBoolean();

    private @Nullable InVmConnection peer;
    private @Nullable ConnectionHandler handler;
    private boolean wantsReading = true;
    private volatile boolean peerClosed;
    private volatile boolean closed;

    /** @param isAccepted whether it is the side to which the other one connected */
    InVmConnection(
            Endpoint.InVm endpoint,
            boolean isAccepted,
            EventLoop loop,
            TransportConfig config,
            Consumer<InVmConnection> onClosed) {
        this.endpoint = endpoint;
        this.isAccepted = isAccepted;
        this.loop = loop;
        this.maxFrameBytes = config.maxFrameBytes();
        this.pending = new PendingBytes(config.maxPendingBytes(), new HeldMemory(Long.MAX_VALUE));
        this.onClosed = onClosed;
    }

    /** Makes two sides of one connection; before either is opened. */
    void join(InVmConnection other) {
        peer = other;
        other.peer = this;
    }

    void open(Function<Connection, ConnectionHandler> opened, Runnable then) {
        loop.execute(() -> {
            try {
                handler = opened.apply(this);
            } catch (RuntimeException e) {
                fail("Closed a connection after a failure", e);
                return;
            }
            then.run();
        });
    }

    @Override
    public void send(Frame frame) {
        var peer = peer();
        if (closed) {
            frame.release();
            return;
        }
        if (pending.add(frame.size())) {
            perform(this::adjust);
        }
        peer.inbox.add(frame);
        peer.ring();
    }

    @Override
    public void setReading(boolean reading) {
        if (!loop.inLoop()) {
            perform(() -> setReading(reading));
            return;
        }
        wantsReading = reading;
        if (reading) {
            ring();
        }
    }

    @Override
    public void close() {
        perform(this::end);
    }

    /** What was handed to it and was not taken by the other side. */
    long queuedBytes() {
        return pending.count();
    }

    @Override
    public Optional<TlsRefusedException> refusal() {
        return Optional.empty();
    }

    @Override
    public String remoteAddress() {
        return endpoint.toString();
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public void perform(Runnable task) {
        try {
            loop.perform(task);
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "A task came after the end of its transport: {0}", endpoint);
        }
    }

    @Override
    public boolean inLoop() {
        return loop.inLoop();
    }

    private void ring() {
        if (!rung.compareAndSet(false, true)) {
            return;
        }
        try {
            loop.perform(this::takeFrames);
        } catch (RejectedExecutionException e) {
            end(); // nobody else will: its loop is gone
        }
    }

    private void takeFrames() {
        rung.set(false);
        boolean last = peerClosed;
        for (int taken = 0; reads() && taken < FRAMES_PER_TURN; taken++) {
            var frame = inbox.poll();
            if (frame == null) {
                break;
            }
            take(frame);
        }
        if (closed || (last && (!reads() || inbox.isEmpty()))) {
            end();
        } else if (reads() && !inbox.isEmpty()) {
            ring();
        }
    }

    private void take(Frame frame) {
        long size = frame.size();
        try {
            if (size <= 0 || size > maxFrameBytes) {
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "Closed a connection that announced a frame of {0} bytes: remote={1} limit={2}",
                        Long.toString(size),
                        endpoint,
                        Integer.toString(maxFrameBytes));
                end();
                return;
            }
            received(new HeapFrame(bytes(frame, (int) size)));
        } catch (IOException | RuntimeException e) {
            fail("Closed a connection after a failure", e);
        } finally {
            frame.release();
            peer().taken(size);
        }
    }

    private void received(ReceivedFrame frame) {
        var handler = this.handler;
        if (handler != null) {
            handler.received(frame);
        }
    }

    private void taken(long size) {
        if (pending.remove(size) && !closed) {
            perform(this::adjust);
        }
    }

    private void adjust() {
        boolean changed = pending.changed();
        if (!pending.full()) {
            ring();
        }
        var handler = this.handler;
        if (changed && handler != null) {
            handler.writable(!pending.full());
        }
    }

    /** Who connected always takes answers: two sides that both wait until the other takes something would wait for ever. */
    private boolean reads() {
        return wantsReading && !(isAccepted && pending.isClosedToMore()) && !closed;
    }

    private void fail(String what, Exception cause) {
        LOG.log(System.Logger.Level.WARNING, what + ": remote=" + endpoint, cause);
        end();
    }

    private void end() {
        boolean first = !closed;
        closed = true;
        discardInbox();
        if (!first) {
            return;
        }
        onClosed.accept(this);
        var peer = peer();
        peer.peerClosed = true;
        peer.ring();
        var handler = this.handler;
        if (handler != null) {
            this.handler = null;
            handler.closed();
        }
    }

    private void discardInbox() {
        for (var frame = inbox.poll(); frame != null; frame = inbox.poll()) {
            frame.release();
        }
    }

    private InVmConnection peer() {
        var peer = this.peer;
        if (peer == null) {
            throw new IllegalStateException("a connection without another side");
        }
        return peer;
    }

    /** A lone piece of memory is handed over as it is; everything else is put together in one copy. */
    private static ByteBuffer bytes(Frame frame, int size) throws IOException {
        if (frame.parts().size() == 1 && frame.parts().get(0) instanceof Frame.Bytes bytes) {
            return bytes.buffer().slice();
        }
        var whole = ByteBuffer.allocate(size);
        for (var part : frame.parts()) {
            if (part instanceof Frame.Bytes bytes) {
                whole.put(bytes.buffer().duplicate());
            } else {
                var range = (Frame.FileRange) part;
                range.read(0, whole.slice(whole.position(), range.length()));
                whole.position(whole.position() + range.length());
            }
        }
        return whole.flip();
    }

    private record HeapFrame(ByteBuffer buffer) implements ReceivedFrame {
        @Override
        public void release() {}
    }
}
