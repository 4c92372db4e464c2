package org.isthmus.broker.protocol.handler;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiMessage;
import org.isthmus.broker.common.DiskOrder;
import org.isthmus.broker.network.Connection;
import org.isthmus.broker.network.ConnectionHandler;
import org.isthmus.broker.network.ReceivedFrame;
import org.isthmus.broker.protocol.codec.DecodedRequest;
import org.isthmus.broker.protocol.codec.MalformedFrameException;
import org.isthmus.broker.protocol.codec.RequestCodec;
import org.isthmus.broker.protocol.codec.ResponseCodec;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection. They are handled as they come, several at a time, and answered in the order in which they came, save those
 * that {@linkplain ApiHandler#answersInTurn need not wait their turn}. Owned by the connection's thread. Above a limit of requests or bytes
 * under way it stops reading, until half of them are answered.
 *
 * <p>A frame is released when its request is handled, for the request's records lie in it.
 */
public final class RequestPipeline implements ConnectionHandler {
    private static final System.Logger log = System.getLogger(RequestPipeline.class.getName());
    private static final int MAX_REQUESTS = 64;
    private static final long MAX_BYTES = 32L << 20;
    /** Enough for a name and a password; what a stranger may have the broker keep in memory. */
    private static final int MAX_STRANGERS_BYTES = 64 << 10;

    private final Connection connection;
    private final HandlerTable table;
    private final Lifetime lifetime = new Lifetime();
    private final Login login = new Login();
    private final boolean asksWhoComes;
    private final IdleLimit.@Nullable Watch idle;
    private final Deque<Slot> underWay = new ArrayDeque<>();
    /** The latest requests that are answered in turn. */
    private final Deque<Progress> latest = new ArrayDeque<>();

    /** Of the request that is being handed to its handler. */
    private Progress handed = new Progress();

    private long bytesUnderWay;
    private boolean holdingBack;

    /** What became of a request, as far as those that come behind it go by that. */
    private static final class Progress {
        private final CompletableFuture<Optional<DiskOrder>> hurried = new CompletableFuture<>();
        private final CompletableFuture<Boolean> hasComeAbout = new CompletableFuture<>();
        private boolean done;
        /** With whose answer this one's leaves, at the latest. */
        private @Nullable Progress leavesWith;

        private boolean mayLeave() {
            return done && (leavesWith == null || leavesWith.done);
        }
    }

    /** A request's place in the order of the answers. */
    private static final class Slot {
        private final DecodedRequest request;
        private final int bytes;
        private final Progress progress = new Progress();
        private boolean inTurn = true;
        private @Nullable ApiMessage answer;

        private Slot(DecodedRequest request, int bytes) {
            this.request = request;
            this.bytes = bytes;
        }
    }

    /**
     * Serves a connection.
     *
     * @param limit how long nothing may come or go, or null for as long as it likes
     */
    public RequestPipeline(Connection connection, HandlerTable table, @Nullable IdleLimit limit) {
        this.connection = connection;
        this.table = table;
        this.asksWhoComes = table.asksWhoComes();
        this.idle = limit == null ? null : limit.watch(connection, lifetime);
    }

    @Override
    public void received(ReceivedFrame frame) {
        var bytes = frame.buffer().remaining();
        DecodedRequest request;
        try {
            request = RequestCodec.decode(frame.buffer());
        } catch (MalformedFrameException e) {
            frame.release();
            giveUp("sent a malformed frame: " + e.getMessage(), null);
            return;
        }
        if (asksWhoComes && !login.hears(request.apiKey())) {
            frame.release();
            giveUp("asked for API " + request.apiKey() + " without having said who it is", null);
            return;
        }
        var handler = table.handler(request.apiKey());
        var body = request.body();
        if (handler.isPresent() && body != null && isServed(handler.get(), request.version())) {
            var slot = begin(request, bytes);
            handle(handler.get(), slot, body, frame);
            return;
        }
        frame.release();
        if (handler.isPresent() && handler.get() instanceof ApiVersionsHandler apiVersions) {
            var asked = new DecodedRequest(
                    ApiVersionsHandler.KEY, (short) 0, request.correlationId(), request.clientId(), null);
            complete(begin(asked, bytes), apiVersions.unsupported(), null);
        } else {
            giveUp("asked for API " + request.apiKey() + " version " + request.version() + ", not served here", null);
        }
    }

    @Override
    public int maxFrameBytes() {
        return asksWhoComes && !login.isLetIn() ? MAX_STRANGERS_BYTES : Integer.MAX_VALUE;
    }

    private static boolean isServed(ApiHandler<?, ?> handler, short version) {
        return version >= handler.minVersion() && version <= handler.maxVersion();
    }

    private Slot begin(DecodedRequest request, int bytes) {
        var slot = new Slot(request, bytes);
        underWay.add(slot);
        bytesUnderWay += bytes;
        if (idle != null) {
            idle.begun();
        }
        if (!holdingBack && (underWay.size() >= MAX_REQUESTS || bytesUnderWay >= MAX_BYTES)) {
            holdingBack = true;
            connection.setReading(false);
        }
        return slot;
    }

    private void handle(ApiHandler<?, ?> handler, Slot slot, ApiMessage body, ReceivedFrame frame) {
        var request = slot.request;
        var clientId = request.clientId();
        var context = new RequestContext(
                request.version(),
                clientId == null ? "" : clientId,
                connection.remoteAddress(),
                connection.endpoint(),
                lifetime,
                login,
                earlier,
                order -> slot.progress.hurried.complete(Optional.of(order)));
        CompletionStage<? extends ApiMessage> stage;
        try {
            if (!answersInTurn(handler, body)) {
                // It keeps nobody waiting, and so does not count among those that are under way.
                slot.inTurn = false;
                underWay.remove(slot);
            }
            handed = slot.progress;
            stage = handle(handler, context, body);
        } catch (RuntimeException e) {
            frame.release();
            complete(slot, null, e);
            return;
        } finally {
            remember(slot);
        }
        stage.whenComplete((answer, failure) -> {
            frame.release();
            var isDone = failure == null && answer != null && hasComeAbout(handler, answer);
            if (connection.inLoop()) {
                complete(slot, answer, failure, isDone);
            } else {
                connection.perform(() -> complete(slot, answer, failure, isDone));
            }
        });
    }

    private void remember(Slot slot) {
        if (slot.inTurn) {
            latest.add(slot.progress);
            if (latest.size() > Earlier.MOST) {
                latest.remove();
            }
        }
    }

    private final Earlier earlier = new Earlier() {
        @Override
        public CompletionStage<Boolean> haveComeAbout(int count) {
            return each(count, progress -> progress.hasComeAbout)
                    .thenApply(all -> all.isPresent() && all.get().stream().allMatch(each -> each));
        }

        @Override
        public CompletionStage<Optional<DiskOrder>> diskOrder(int count) {
            return each(count, progress -> progress.hurried).thenApply(all -> all.map(Set::copyOf)
                    .filter(orders -> orders.size() == 1)
                    .flatMap(orders -> orders.iterator().next()));
        }

        @Override
        public void leaveWithThis(int count) {
            if (count <= latest.size()) {
                latest.stream().skip(latest.size() - count).forEach(progress -> progress.leavesWith = handed);
            }
        }

        /** What the latest so many come to, once all of them have; empty where there were not so many. */
        private <T> CompletionStage<Optional<List<T>>> each(int count, Function<Progress, CompletableFuture<T>> which) {
            if (count < 0 || count > latest.size()) {
                return CompletableFuture.completedStage(Optional.empty());
            }
            var asked = latest.stream().skip(latest.size() - count).map(which).toList();
            return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                    .thenApply(done -> Optional.of(
                            asked.stream().map(CompletableFuture::join).toList()));
        }
    };

    @SuppressWarnings("unchecked") // the codec made the body by the handler's key
    private static <Q extends ApiMessage> boolean answersInTurn(ApiHandler<Q, ?> handler, ApiMessage body) {
        return handler.answersInTurn((Q) body);
    }

    @SuppressWarnings("unchecked") // the codec made the body by the handler's key
    private static <Q extends ApiMessage> CompletionStage<? extends ApiMessage> handle(
            ApiHandler<Q, ?> handler, RequestContext context, ApiMessage body) {
        return handler.handle(context, (Q) body);
    }

    @SuppressWarnings("unchecked") // the handler made the answer
    private static <A extends ApiMessage> boolean hasComeAbout(ApiHandler<?, A> handler, ApiMessage answer) {
        return handler.hasComeAbout((A) answer);
    }

    private void complete(Slot slot, @Nullable ApiMessage answer, @Nullable Throwable failure) {
        complete(slot, answer, failure, false);
    }

    private void complete(Slot slot, @Nullable ApiMessage answer, @Nullable Throwable failure, boolean hasComeAbout) {
        if (failure != null) {
            giveUp(
                    "could not be answered: API " + slot.request.apiKey() + " version " + slot.request.version(),
                    failure);
        }
        slot.progress.done = true;
        slot.answer = answer;
        if (!slot.inTurn) {
            leave(slot);
        }
        while (!underWay.isEmpty() && underWay.peek().progress.mayLeave()) {
            leave(underWay.remove());
        }
        if (holdingBack && underWay.size() <= MAX_REQUESTS / 2 && bytesUnderWay <= MAX_BYTES / 2) {
            holdingBack = false;
            connection.setReading(true);
        }
        slot.progress.hurried.complete(Optional.empty());
        slot.progress.hasComeAbout.complete(hasComeAbout);
    }

    private void leave(Slot slot) {
        bytesUnderWay -= slot.bytes;
        if (idle != null) {
            idle.answered();
        }
        var answer = slot.answer;
        if (answer == null) {
            return;
        }
        try {
            // Also on a closed connection, which sends nothing but lets go of the file ranges in the answer.
            connection.send(ResponseCodec.encode(slot.request.version(), slot.request.correlationId(), answer));
        } catch (RuntimeException e) {
            giveUp("could not be answered: API " + slot.request.apiKey() + " version " + slot.request.version(), e);
        }
    }

    private void giveUp(String reason, @Nullable Throwable cause) {
        log.log(
                cause == null ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                "Closing connection: client " + connection.remoteAddress() + " " + reason,
                cause);
        connection.close();
    }

    @Override
    public void writable(boolean writable) {
        // The transport stops reading by itself while the other side is slow, and so brings no more requests.
    }

    @Override
    public void closed() {
        // What is under way completes by itself; its answers are let go in leave().
        lifetime.end();
    }
}
