package org.isthmus.broker.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A socket. Owned by its channel's event loop: frames from other threads wait in a queue that the loop empties, so one flush serves all that
 * came in meanwhile. Not reading means that neither the socket nor what was already taken from it is handed on. Where TLS is spoken, it is open
 * once both sides agree.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // of close(): there is nothing to do about a socket that does not close well
final class TcpConnection extends ByteToMessageDecoder implements Connection {
    private static final System.Logger LOG = System.getLogger(TcpConnection.class.getName());
    private static final int LENGTH_BYTES = 4;
    private static final int FRAMES_UNTIL_LOOK = 64;
    /** Enough for the largest batch of a transaction and what goes with it; more keeps whoever sends from other work. */
    static final int MOST_BYTES_HERE = 288 << 10;
    /** Up to so many bytes of a file are sooner copied than sent by a system call of their own, after which the other side reads once more. */
    private static final int MOST_BYTES_COPIED = 16 << 10;

    private static final int TLS_HANDSHAKE = 0x1603;

    private final OwnSocketChannel channel;
    private final Endpoint.Tcp endpoint;
    private final int maxFrameBytes;
    private final Function<TcpConnection, ConnectionHandler> opened;
    private final PendingBytes pending;
    private final HeldMemory held;
    private final Queue<Frame> outgoing = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean sendScheduled = new AtomicBoolean();
    /** Held by whoever hands bytes on: the loop to Netty, others to the socket itself. */
    private final AtomicBoolean writing = new AtomicBoolean();
    /** What the socket did not take of a frame that was begun. Belongs to whoever is writing. */
    private @Nullable ByteBuf begun;

    private @Nullable ConnectionHandler handler;
    private volatile String remoteAddress = "not connected";
    private boolean wantsReading = true;
    /** Frames in memory may be waiting, for which the socket will raise no event. */
    private boolean stalled;

    private boolean failed;
    private boolean heard;
    private volatile @Nullable TlsRefusedException refusal;

    TcpConnection(
            OwnSocketChannel channel,
            Endpoint.Tcp endpoint,
            TransportConfig config,
            HeldMemory held,
            Function<TcpConnection, ConnectionHandler> opened) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.maxFrameBytes = config.maxFrameBytes();
        this.opened = opened;
        this.held = held;
        this.pending = new PendingBytes(config.maxPendingBytes(), held);
    }

    @Override
    public void send(Frame frame) {
        requireSendable(frame);
        send(List.of(frame));
    }

    /** Sends one after the other, with one write unless they are large. */
    void send(List<Frame> frames) {
        long size = 0;
        for (var frame : frames) {
            size += LENGTH_BYTES + frame.size();
        }
        if (size <= MOST_BYTES_HERE && !channel.eventLoop().inEventLoop() && sendHere(frames, (int) size)) {
            return;
        }
        for (var frame : frames) {
            held.add(LENGTH_BYTES + inMemory(frame.parts()));
            pending.add(LENGTH_BYTES + frame.size());
            outgoing.add(frame);
        }
        sendSoon();
    }

    /** Throws {@link IllegalArgumentException} for a frame that is too large to be sent, and lets go of it. */
    static void requireSendable(Frame frame) {
        if (LENGTH_BYTES + frame.size() > Integer.MAX_VALUE) {
            frame.release();
            throw new IllegalArgumentException("a frame of " + frame.size() + " bytes");
        }
    }

    private void sendSoon() {
        if (sendScheduled.compareAndSet(false, true)) {
            try {
                channel.eventLoop().execute(this::sendQueued);
            } catch (RejectedExecutionException e) {
                discardQueued();
            }
        }
    }

    /**
     * Writes frames to the socket on the calling thread where nothing is on its way before them, which saves waking the loop. Returns false where
     * they have to go the other way.
     */
    private boolean sendHere(List<Frame> frames, int size) {
        if (endpoint.tls() || !channel.isActive() || pending.count() > 0 || !areInMemory(frames)) {
            return false;
        }
        if (!writing.compareAndSet(false, true)) {
            return false;
        }
        try {
            // Again: what came first is in the loop's hands now, or waits for this.
            if (pending.count() > 0 || begun != null) {
                return false;
            }
            writeHere(frames, size);
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        } catch (IOException e) {
            // Its end comes to the loop by itself, but not what it was.
            perform(() -> failed(e));
            return true;
        } finally {
            writing.set(false);
            if (begun != null || !outgoing.isEmpty()) {
                sendSoon();
            }
        }
    }

    private void writeHere(List<Frame> frames, int size) throws IOException {
        var bytes = channel.alloc().directBuffer(size, size);
        try {
            for (var frame : frames) {
                bytes.writeInt((int) frame.size());
                frame.parts()
                        .forEach(part ->
                                bytes.writeBytes(((Frame.Bytes) part).buffer().duplicate()));
            }
            bytes.readBytes(channel.socket(), size);
            int left = bytes.readableBytes();
            if (left > 0) {
                held.add(left);
                pending.add(left);
                begun = bytes.retain();
            }
        } finally {
            bytes.release();
        }
    }

    private static boolean areInMemory(List<Frame> frames) {
        for (var frame : frames) {
            if (inMemory(frame.parts()) != frame.size()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void setReading(boolean reading) {
        if (!channel.eventLoop().inEventLoop()) {
            perform(() -> setReading(reading));
            return;
        }
        wantsReading = reading;
        readOrPause();
    }

    @Override
    public void close() {
        // Behind what was sent before, as far as the socket takes it.
        try {
            channel.eventLoop().execute(channel::close);
        } catch (RejectedExecutionException e) {
            channel.close();
        }
    }

    /**
     * Whether so much waits to be sent that nothing more should be taken from the other side. Who connected always takes answers: two sides that both
     * wait until the other takes something would wait for ever.
     */
    boolean isClosedToMore() {
        return isAccepted() && pending.isClosedToMore();
    }

    /** What was handed to it and has not left it. */
    long queuedBytes() {
        return pending.count();
    }

    @Override
    public Optional<TlsRefusedException> refusal() {
        return Optional.ofNullable(refusal);
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    /** Of the I/O thread that has the socket. */
    EventExecutor socketLoop() {
        return channel.eventLoop();
    }

    @Override
    public boolean inLoop() {
        return channel.eventLoop().inEventLoop();
    }

    @Override
    public void perform(Runnable task) {
        try {
            new IoLoop(channel.eventLoop()).execute(task);
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "A task came after the end of its transport: remote={0}", remoteAddress);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        remoteAddress = address(channel.remoteAddress());
        if (!endpoint.tls()) {
            open();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                open();
            } else {
                refused(TlsFailure.of(handshake.cause()));
            }
        }
        context.fireUserEventTriggered(event);
    }

    private void refused(TlsFailure failure) {
        failed = true;
        // Who connected is told by the outcome of that.
        if (isAccepted()) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "Closed a connection without TLS: remote={0} listener={1} reason={2}",
                    remoteAddress,
                    endpoint,
                    failure.reason());
        }
    }

    private boolean isAccepted() {
        return channel.parent() != null;
    }

    private void open() {
        handler = opened.apply(this);
        readOrPause();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // Not the inherited one: it asks for more bytes where no message came out, also while reading is off.
        discardSomeReadBytes();
        receivedAll();
        context.fireChannelReadComplete();
    }

    private void receivedAll() {
        var handler = this.handler;
        if (handler != null) {
            handler.receivedAll();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (failed) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (!reads()) {
            stalled = true;
            return;
        }
        if (in.readableBytes() < LENGTH_BYTES) {
            return;
        }
        var handler = this.handler;
        if (handler == null) {
            throw new IllegalStateException("a frame came before the connection was open");
        }
        int length = in.getInt(in.readerIndex());
        int limit = Math.min(maxFrameBytes, handler.maxFrameBytes());
        if (!heard && isAccepted() && !endpoint.tls() && isTls(length)) {
            refuseTls();
            return;
        }
        if (length <= 0 || length > limit) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "Closed a connection that announced a frame of {0} bytes: remote={1} limit={2}",
                    Integer.toString(length),
                    remoteAddress,
                    Integer.toString(limit));
            fail();
            return;
        }
        if (in.readableBytes() - LENGTH_BYTES < length) {
            return;
        }
        in.skipBytes(LENGTH_BYTES);
        heard = true;
        handler.received(new SocketFrame(in.readRetainedSlice(length)));
    }

    /** Whether what should be a length begins a handshake of TLS, of whatever version. */
    private static boolean isTls(int length) {
        return length >>> 16 == TLS_HANDSHAKE;
    }

    private void refuseTls() {
        LOG.log(
                System.Logger.Level.INFO,
                "Closed a connection that speaks TLS to a listener without: remote={0} listener={1}",
                remoteAddress,
                endpoint);
        fail();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        try {
            // Hands over what came whole before the end, unless nobody wants it.
            super.channelInactive(context);
            receivedAll();
        } finally {
            failed = true;
            discardQueued();
            var handler = this.handler;
            if (handler != null) {
                this.handler = null;
                handler.closed();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed(cause);
    }

    private void failed(Throwable cause) {
        var ofTls = TlsFailure.in(cause);
        if (causedByPeer(cause)) {
            LOG.log(System.Logger.Level.DEBUG, "Connection lost: remote=" + remoteAddress, cause);
        } else if (ofTls.isPresent() && !failed) {
            if (!heard) {
                refusal = ofTls.get().refusal(endpoint);
            }
            LOG.log(
                    isAccepted() ? System.Logger.Level.INFO : System.Logger.Level.DEBUG,
                    "Closed a connection whose TLS failed: remote={0} reason={1}",
                    remoteAddress,
                    ofTls.get().reason());
        } else if (!failed) {
            LOG.log(System.Logger.Level.WARNING, "Closed a connection after a failure: remote=" + remoteAddress, cause);
        }
        fail();
    }

    private static boolean causedByPeer(Throwable cause) {
        return cause instanceof IOException;
    }

    private void fail() {
        failed = true;
        channel.close();
    }

    private void sendQueued() {
        sendScheduled.set(false);
        if (!channel.isActive()) {
            discardQueued();
            return;
        }
        if (!writing.compareAndSet(false, true)) {
            return; // and whoever is writing looks again afterwards
        }
        try {
            handOn();
        } finally {
            writing.set(false);
        }
        adjust();
    }

    private void handOn() {
        boolean any = begun != null;
        if (begun != null) {
            writeBytes(begun);
            begun = null;
        }
        int taken = 0;
        for (var frame = outgoing.poll(); frame != null; frame = outgoing.poll()) {
            if (++taken % FRAMES_UNTIL_LOOK == 0) {
                adjust(); // whoever sends on and on meanwhile is to be held back
            }
            try {
                write(frame);
            } catch (UncheckedIOException | OutOfMemoryError e) {
                // What this answer was, nobody will hear; so nothing may come behind it either.
                failed(e);
                discardQueued();
                return;
            }
            any = true;
        }
        if (any) {
            channel.flush();
        }
    }

    /**
     * Bytes that follow one another leave in one buffer, small ranges of files with them; large ones between them go out by themselves. They are
     * copied into memory that the socket takes as it is: Java would copy them into such anyway, piece by piece and again for what did not fit.
     */
    private void write(Frame frame) {
        var inMemory = room(LENGTH_BYTES, frame.parts()).writeInt((int) frame.size());
        for (int i = 0; i < frame.parts().size(); i++) {
            var part = frame.parts().get(i);
            if (part instanceof Frame.FileRange range && !isCopied(range)) {
                writeBytes(inMemory);
                inMemory = null;
                write(range);
                continue;
            }
            var rest = frame.parts().subList(i, frame.parts().size());
            if (inMemory == null) {
                inMemory = room(0, rest);
            }
            if (part instanceof Frame.Bytes bytes) {
                inMemory.writeBytes(bytes.buffer().duplicate());
            } else {
                copy((Frame.FileRange) part, inMemory, rest);
            }
        }
        writeBytes(inMemory);
    }

    private static boolean isCopied(Frame.Part part) {
        return part instanceof Frame.Bytes || part.size() <= MOST_BYTES_COPIED;
    }

    /** Where the file cannot be read, what was copied, the range and what follows it are given up. */
    private void copy(Frame.FileRange range, ByteBuf target, List<Frame.Part> rest) {
        held.add(range.length());
        try {
            range.read(0, target.nioBuffer(target.writerIndex(), range.length()));
            target.writerIndex(target.writerIndex() + range.length());
            range.release();
        } catch (IOException e) {
            giveUp(target.readableBytes() + range.length(), rest);
            target.release();
            throw new UncheckedIOException(e); // not the other side's doing, as others are
        }
    }

    private void write(Frame.FileRange range) {
        if (!endpoint.tls()) {
            channel.write(new FileRangeRegion(range)).addListener(done -> sent(range.size()));
            return;
        }
        channel.write(new FileRangeChunks(range)).addListener(done -> {
            sent(range.size());
            if (!done.isSuccess()) {
                // Part of a frame may have left, behind which nothing would be understood.
                failed(done.cause());
            }
        });
    }

    /** Room for so many bytes and those of the parts, up to one that is not copied. Where there is none, that and all of the parts are given up. */
    private ByteBuf room(int bytes, List<Frame.Part> parts) {
        long size = bytes;
        for (int i = 0; i < parts.size() && isCopied(parts.get(i)); i++) {
            size += parts.get(i).size();
        }
        int capacity = Math.toIntExact(size);
        try {
            return channel.alloc().directBuffer(capacity, capacity);
        } catch (OutOfMemoryError e) {
            giveUp(bytes, parts);
            throw e;
        }
    }

    private void giveUp(int bytes, List<Frame.Part> parts) {
        held.remove(bytes + inMemory(parts));
        parts.forEach(Frame.Part::release);
    }

    private void writeBytes(@Nullable ByteBuf bytes) {
        if (bytes == null) {
            return;
        }
        int size = bytes.readableBytes();
        channel.write(bytes).addListener(done -> {
            held.remove(size);
            sent(size);
        });
    }

    private static long inMemory(List<Frame.Part> parts) {
        long bytes = 0;
        for (var part : parts) {
            bytes += part instanceof Frame.Bytes inMemory ? inMemory.size() : 0;
        }
        return bytes;
    }

    private void sent(long size) {
        if (pending.remove(size)) {
            adjust();
        }
    }

    private void adjust() {
        boolean changed = pending.changed();
        readOrPause();
        var handler = this.handler;
        if (changed && handler != null) {
            handler.writable(!pending.full());
        }
    }

    private boolean reads() {
        return wantsReading && !isClosedToMore();
    }

    private void readOrPause() {
        boolean reads = reads();
        channel.config().setAutoRead(reads);
        if (reads && stalled) {
            stalled = false;
            // Later, so that received() never runs inside itself.
            perform(this::decodeWhatWaits);
        } else if (!isClosedToMore()) {
            // Also while the socket is not read: what came before that may be what is waited for.
            receivedAll();
        }
    }

    /** Here and not at the head of the pipeline, from where nothing would come as far as this through TLS. */
    private void decodeWhatWaits() {
        var context = channel.pipeline().context(this);
        if (context == null) {
            return;
        }
        try {
            channelRead(context, Unpooled.EMPTY_BUFFER);
            receivedAll();
        } catch (Exception e) {
            failed(e);
        }
    }

    private void discardQueued() {
        // Whoever is writing comes here afterwards.
        if (writing.compareAndSet(false, true)) {
            if (begun != null) {
                held.remove(begun.readableBytes());
                begun.release();
                begun = null;
            }
            writing.set(false);
        }
        for (var frame = outgoing.poll(); frame != null; frame = outgoing.poll()) {
            giveUp(LENGTH_BYTES, frame.parts());
        }
    }

    private static String address(@Nullable InetSocketAddress address) {
        return address == null ? "unknown" : new Endpoint.Tcp(address.getHostString(), address.getPort()).toString();
    }

    private static final class SocketFrame implements ReceivedFrame {
        private final ByteBuf content;
        private final ByteBuffer buffer;

        SocketFrame(ByteBuf content) {
            this.content = content;
            this.buffer = content.nioBuffer().slice();
        }

        @Override
        public ByteBuffer buffer() {
            return buffer;
        }

        @Override
        public void release() {
            content.release();
        }
    }
}
