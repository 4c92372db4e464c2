package org.isthmus.broker.network;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.SpareTime;
import org.isthmus.broker.runtime.WaitingThread;
import org.jspecify.annotations.Nullable;

/**
 * The loops, and both kinds of endpoint on them. A connection belongs to one of the loops for its whole life, whether its bytes go through a
 * socket or through memory, so everything above sees the same rules. Sockets need the I/O threads; what is asked through them, and who lives
 * inside the JVM alone, is on loops whose work others can do.
 */
final class NettyTransport implements Transport {
    private static final long CLOSE_WAIT_MS = 5_000;
    /** Not much beyond what may wait for a client that does not read; what clients send is bounded by themselves. */
    private static final long MOST_ANSWERS_TOGETHER = 16 << 10;

    static {
        // Netty would look for logging libraries on the class path, and in an application server find somebody else's.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        FlightRecording.decide();
    }

    private final EventLoopGroup group;
    private final TcpEndpoints tcp;
    private final InVmEndpoints inVm;
    private final HelpedLoops clientLoops;
    private final HelpedLoops requestLoops;
    private final Map<EventExecutor, SpareTime> spareTimes = new ConcurrentHashMap<>();

    NettyTransport(TransportConfig config) {
        this.group = new MultiThreadIoEventLoopGroup(config.threads(), new IoThreads(), NioIoHandler.newFactory());
        this.tcp = new TcpEndpoints(group, config);
        this.inVm = new InVmEndpoints(config);
        this.clientLoops = new HelpedLoops("isthmus-client-", config.threads());
        this.requestLoops = new HelpedLoops("isthmus-request-", config.threads());
    }

    @Override
    public CompletionStage<Endpoint> bind(
            Endpoint endpoint, @Nullable Tls tls, Function<Connection, ConnectionHandler> accept) {
        return endpoint instanceof Endpoint.InVm name
                ? inVm.bind(name, accept)
                : tcp.bind((Endpoint.Tcp) endpoint, tls, connection -> accepted(connection, accept));
    }

    private OnOtherLoop accepted(TcpConnection connection, Function<Connection, ConnectionHandler> accept) {
        var spare =
                spareTimes.computeIfAbsent(connection.socketLoop(), thread -> new SpareTime(thread, Clock.system()));
        return new OnOtherLoop(
                connection,
                requestLoops.next(),
                turn -> WaitingThread.begin(turn, spare),
                MOST_ANSWERS_TOGETHER,
                accept);
    }

    @Override
    public CompletionStage<Connection> connect(
            Endpoint endpoint, EventLoop owner, @Nullable Tls tls, Function<Connection, ConnectionHandler> opened) {
        if (endpoint instanceof Endpoint.InVm name) {
            return inVm.connect(name, owner, opened);
        }
        var socket = (Endpoint.Tcp) endpoint;
        if (owner instanceof IoLoop io) {
            return tcp.connect(socket, io.loop(), tls, opened::apply);
        }
        var handedOver = new CompletableFuture<Connection>();
        return tcp.connect(socket, group.next(), tls, connection -> {
                    var onOwner =
                            new OnOtherLoop(connection, owner, Runnable::run, TcpConnection.MOST_BYTES_HERE, opened);
                    handedOver.complete(onOwner);
                    return onOwner;
                })
                .thenCompose(connected -> handedOver);
    }

    @Override
    public EventLoop loop() {
        return new IoLoop(group.next());
    }

    @Override
    public EventLoop clientLoop() {
        return clientLoops.next();
    }

    @Override
    public void limitClients(int most, int mostPerAddress) {
        tcp.limitClients(most, mostPerAddress);
    }

    @Override
    public void close() {
        inVm.close();
        tcp.close();
        var ended = group.shutdownGracefully(0, CLOSE_WAIT_MS, TimeUnit.MILLISECONDS);
        // One of the group's own threads cannot wait for the group.
        if (!ownsCurrentThread()) {
            ended.awaitUninterruptibly(CLOSE_WAIT_MS);
        }
        requestLoops.close();
        clientLoops.close();
    }

    private boolean ownsCurrentThread() {
        for (var executor : group) {
            if (executor.inEventLoop()) {
                return true;
            }
        }
        return false;
    }
}
