package org.isthmus.broker.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.isthmus.broker.runtime.EventLoop;

/**
 * A socket's connection whose owner is another loop than the socket's: the handler lives there, and so does what is asked of the owner. What comes
 * together is handed over in one turn, and what is sent in one turn leaves together. Where the loop does not keep up, the socket is not read for
 * a while. A handler that throws loses its connection, as any does.
 */
final class OnOtherLoop implements Connection, ConnectionHandler {
    private static final System.Logger LOG = System.getLogger(OnOtherLoop.class.getName());
    private static final int FRAMES_PER_TURN = 64;
    private static final long MOST_BYTES_WAITING = 1 << 20;

    private final TcpConnection connection;
    private final EventLoop loop;
    private final Consumer<Runnable> handingOver;
    private final long mostBytesTogether;
    private final ConnectionHandler handler;
    private final Queue<ReceivedFrame> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytesWaiting = new AtomicLong();
    private final AtomicBoolean rung = new AtomicBoolean();
    /** What was sent in this turn. Belongs to the loop. */
    private List<Frame> outbox = new ArrayList<>();

    private long outboxBytes;
    /** Guards what the socket is told of reading. */
    private final Object reading = new Object();

    private volatile boolean wantsReading = true;
    private boolean isOverfull;

    /**
     * @param handingOver runs the socket's thread through a turn of what came
     * @param mostBytesTogether after which what is sent in a turn does not wait for its end
     */
    OnOtherLoop(
            TcpConnection connection,
            EventLoop loop,
            Consumer<Runnable> handingOver,
            long mostBytesTogether,
            Function<Connection, ConnectionHandler> opened) {
        this.connection = connection;
        this.loop = loop;
        this.handingOver = handingOver;
        this.mostBytesTogether = mostBytesTogether;
        this.handler = opened.apply(this);
    }

    @Override
    public void received(ReceivedFrame frame) {
        inbox.add(frame);
        if (bytesWaiting.addAndGet(frame.buffer().remaining()) > MOST_BYTES_WAITING) {
            look();
        }
    }

    @Override
    public void receivedAll() {
        if (!inbox.isEmpty() && rung.compareAndSet(false, true)) {
            try {
                handingOver.accept(() -> loop.perform(this::takeFrames));
            } catch (RejectedExecutionException ended) {
                releaseFrames();
            }
        }
    }

    private void takeFrames() {
        rung.set(false);
        takeFrames(FRAMES_PER_TURN);
        if (!inbox.isEmpty() && reads()) {
            loop.execute(this::takeFrames); // behind others on the loop
        }
    }

    private void takeFrames(int most) {
        for (int left = most; left > 0 && reads(); left--) {
            var frame = inbox.poll();
            if (frame == null) {
                return;
            }
            long bytesLeft = bytesWaiting.addAndGet(-frame.buffer().remaining());
            receive(frame);
            if (bytesLeft <= MOST_BYTES_WAITING / 2) {
                look();
            }
        }
    }

    private boolean reads() {
        return wantsReading && !connection.isClosedToMore();
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

    private void releaseFrames() {
        for (var frame = inbox.poll(); frame != null; frame = inbox.poll()) {
            frame.release();
        }
    }

    /** Whether the loop keeps up, as it is now: it may have caught up since whoever looks found that it had not. */
    private void look() {
        synchronized (reading) {
            var isSo = bytesWaiting.get() > (isOverfull ? MOST_BYTES_WAITING / 2 : MOST_BYTES_WAITING);
            if (isOverfull != isSo) {
                isOverfull = isSo;
                connection.setReading(wantsReading && !isOverfull);
            }
        }
    }

    @Override
    public void setReading(boolean reads) {
        if (!loop.inLoop()) {
            perform(() -> setReading(reads));
            return;
        }
        synchronized (reading) {
            wantsReading = reads;
            connection.setReading(wantsReading && !isOverfull);
        }
        if (reads) {
            loop.execute(this::takeFrames); // later, so that received() never runs inside itself
        }
    }

    @Override
    public int maxFrameBytes() {
        return handler.maxFrameBytes();
    }

    @Override
    public void writable(boolean writable) {
        perform(() -> handler.writable(writable));
    }

    @Override
    public void closed() {
        perform(() -> {
            takeFrames(Integer.MAX_VALUE);
            releaseFrames();
            handler.closed();
        });
    }

    @Override
    public void perform(Runnable task) {
        try {
            loop.perform(task);
        } catch (RejectedExecutionException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "A task came after the end of its transport: remote={0}",
                    remoteAddress());
        }
    }

    @Override
    public boolean inLoop() {
        return loop.inLoop();
    }

    @Override
    public void send(Frame frame) {
        TcpConnection.requireSendable(frame);
        if (!loop.inLoop()) {
            connection.send(frame);
            return;
        }
        outbox.add(frame);
        outboxBytes += frame.size();
        if (outboxBytes > mostBytesTogether) {
            sendAll();
        } else if (outbox.size() == 1) {
            loop.execute(this::sendAll);
        }
    }

    private void sendAll() {
        if (!outbox.isEmpty()) {
            var frames = outbox;
            outbox = new ArrayList<>();
            outboxBytes = 0;
            connection.send(frames);
        }
    }

    @Override
    public void close() {
        if (loop.inLoop()) {
            sendAll();
        }
        connection.close();
    }

    /** What was handed to it and has not left it. */
    long queuedBytes() {
        return connection.queuedBytes();
    }

    @Override
    public Optional<TlsRefusedException> refusal() {
        return connection.refusal();
    }

    @Override
    public String remoteAddress() {
        return connection.remoteAddress();
    }

    @Override
    public Endpoint endpoint() {
        return connection.endpoint();
    }
}
