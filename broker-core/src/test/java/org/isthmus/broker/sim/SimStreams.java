package org.isthmus.broker.sim;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.isthmus.broker.network.Connection;
import org.isthmus.broker.network.ConnectionHandler;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Frame;
import org.isthmus.broker.network.ReceivedFrame;
import org.isthmus.broker.network.Tls;
import org.isthmus.broker.network.TlsRefusedException;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;

/**
 * Connections between simulated processes, as TCP has them: frames arrive whole and in order, later, for as long as the connection lasts. One that is
 * cut loses what is under way in both directions, and each side hears of that by itself and at its own time.
 */
public final class SimStreams {
    private static final Duration MOST_NOTICE = Duration.ofMillis(250);
    private static final int LISTENER_LOOPS = 2;

    private final Random random;
    private final Clock clock;
    private final EventLoop air;
    private final Map<Endpoint, Listener> listeners = new LinkedHashMap<>();
    private final Set<Wire> wires = new LinkedHashSet<>();
    private Duration mostDelay = Duration.ofMillis(5);

    private record Listener(
            SimTransport transport, List<EventLoop> loops, Function<Connection, ConnectionHandler> accept) {}

    public SimStreams(Random random, Clock clock, SimLoop loops) {
        this.random = random;
        this.clock = clock;
        this.air = loops.newLoop();
    }

    /** What a process has its connections by. They end with it, as {@link #died} says. */
    public Transport newTransport(SimLoop.Machine process) {
        return new SimTransport(process);
    }

    /** How long a frame takes at most; mostly it is much less. */
    public void mostDelay(Duration delay) {
        mostDelay = delay;
    }

    /** Cuts some of the connections that a process has, or else one of them. Returns how many. */
    public int cutSome(Transport of) {
        var its = wires.stream().filter(wire -> wire.isOf(of)).toList();
        var cut = new LinkedHashSet<Wire>();
        its.stream().filter(wire -> random.nextBoolean()).forEach(cut::add);
        if (cut.isEmpty() && !its.isEmpty()) {
            cut.add(its.get(random.nextInt(its.size())));
        }
        cut.forEach(Wire::cut);
        return cut.size();
    }

    /** The process is gone; those at the other ends of its connections hear of it. */
    public void died(Transport of) {
        listeners.values().removeIf(listener -> listener.transport() == of);
        List.copyOf(wires).stream().filter(wire -> wire.isOf(of)).forEach(Wire::cut);
    }

    private Duration upTo(Duration most) {
        var share = random.nextInt(10) == 0 ? random.nextDouble() : random.nextDouble() / 10;
        return Duration.ofNanos((long) (share * most.toNanos()));
    }

    private final class SimTransport implements Transport {
        private final SimLoop.Machine process;

        private SimTransport(SimLoop.Machine process) {
            this.process = process;
        }

        @Override
        public CompletionStage<Endpoint> bind(
                Endpoint endpoint, Tls tls, Function<Connection, ConnectionHandler> accept) {
            var loops = new ArrayList<EventLoop>();
            for (var i = 0; i < LISTENER_LOOPS; i++) {
                loops.add(loop());
            }
            listeners.put(endpoint, new Listener(this, loops, accept));
            return CompletableFuture.completedStage(endpoint);
        }

        @Override
        public CompletionStage<Connection> connect(
                Endpoint endpoint, EventLoop owner, Tls tls, Function<Connection, ConnectionHandler> opened) {
            var connected = new CompletableFuture<Connection>();
            air.schedule(upTo(mostDelay), () -> {
                var listener = listeners.get(endpoint);
                if (listener == null) {
                    owner.execute(
                            () -> connected.completeExceptionally(new IOException("nobody listens at " + endpoint)));
                    return;
                }
                var wire = new Wire(
                        new Side(endpoint, this, owner),
                        new Side(
                                endpoint, listener.transport(), listener.loops().get(random.nextInt(LISTENER_LOOPS))));
                wires.add(wire);
                wire.there.open(listener.accept());
                air.schedule(
                        upTo(mostDelay),
                        () -> owner.execute(() -> {
                            if (wire.isCut) {
                                connected.completeExceptionally(
                                        new IOException("the connection to " + endpoint + " was cut"));
                            } else {
                                wire.here.handler = opened.apply(wire.here);
                                connected.complete(wire.here);
                            }
                        }));
            });
            return connected;
        }

        @Override
        public EventLoop clientLoop() {
            return loop();
        }

        @Override
        public EventLoop loop() {
            return process.newLoop();
        }

        @Override
        public void limitClients(int most, int mostPerAddress) {
            // All may come.
        }

        @Override
        public void close() {
            listeners.values().removeIf(listener -> listener.transport() == this);
            List.copyOf(wires).stream().filter(wire -> wire.isOf(this)).forEach(wire -> {
                (wire.here.transport == this ? wire.here : wire.there).close();
            });
        }
    }

    /** Both sides of a connection. */
    private final class Wire {
        private final Side here;
        private final Side there;
        private boolean isCut;

        private Wire(Side here, Side there) {
            this.here = here;
            this.there = there;
            here.join(this, there);
            there.join(this, here);
        }

        private boolean isOf(Transport transport) {
            return here.transport == transport || there.transport == transport;
        }

        private void cut() {
            if (!isCut) {
                isCut = true;
                wires.remove(this);
                air.schedule(upTo(MOST_NOTICE), () -> here.loop.execute(here::end));
                air.schedule(upTo(MOST_NOTICE), () -> there.loop.execute(there::end));
            }
        }
    }

    private final class Side implements Connection {
        private final Endpoint endpoint;
        private final Transport transport;
        private final EventLoop loop;
        private final Queue<ByteBuffer> inbox = new ArrayDeque<>();
        private Wire wire;
        private Side other;
        private ConnectionHandler handler;
        private long arrivesNanos;
        private boolean isReading = true;
        private boolean isClosed;

        private Side(Endpoint endpoint, Transport transport, EventLoop loop) {
            this.endpoint = endpoint;
            this.transport = transport;
            this.loop = loop;
        }

        private void join(Wire of, Side peer) {
            wire = of;
            other = peer;
        }

        private void open(Function<Connection, ConnectionHandler> accept) {
            loop.execute(() -> handler = accept.apply(this));
        }

        @Override
        public void send(Frame frame) {
            if (isClosed) {
                frame.release();
                return;
            }
            try {
                var bytes = bytes(frame);
                carry(() -> other.arrive(bytes));
            } catch (IOException gone) {
                close();
            } finally {
                frame.release();
            }
        }

        /** Has something happen at the other side, behind what was sent before. */
        private void carry(Runnable arrival) {
            arrivesNanos =
                    Math.max(arrivesNanos, clock.nanos() + upTo(mostDelay).toNanos());
            air.schedule(Duration.ofNanos(arrivesNanos - clock.nanos()), () -> {
                if (!wire.isCut) {
                    other.loop.execute(arrival);
                }
            });
        }

        private void arrive(ByteBuffer bytes) {
            if (!isClosed) {
                inbox.add(bytes);
                take();
            }
        }

        private void take() {
            while (isReading && !isClosed && !inbox.isEmpty()) {
                handler.received(new Received(inbox.remove()));
            }
        }

        @Override
        public void setReading(boolean reading) {
            isReading = reading;
            loop.execute(this::take);
        }

        @Override
        public void close() {
            loop.execute(() -> {
                if (!isClosed) {
                    carry(other::end);
                    end();
                }
            });
        }

        private void end() {
            if (isClosed) {
                return;
            }
            isClosed = true;
            if (other.isClosed) {
                wires.remove(wire);
            }
            if (handler != null) {
                handler.closed();
            }
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
        public boolean inLoop() {
            return loop.inLoop();
        }

        @Override
        public void perform(Runnable task) {
            loop.execute(task);
        }
    }

    private static ByteBuffer bytes(Frame frame) throws IOException {
        var whole = ByteBuffer.allocate((int) frame.size());
        for (var part : frame.parts()) {
            if (part instanceof Frame.Bytes bytes) {
                whole.put(bytes.buffer().duplicate());
            } else {
                var range = (Frame.FileRange) part;
                var piece = whole.slice(whole.position(), range.length());
                while (piece.hasRemaining()) {
                    if (range.file().read(piece, range.position() + piece.position()) < 0) {
                        throw new EOFException(range.file().path() + " ends within a frame");
                    }
                }
                whole.position(whole.position() + range.length());
            }
        }
        return whole.flip();
    }

    private record Received(ByteBuffer buffer) implements ReceivedFrame {
        @Override
        public void release() {}
    }
}
