package org.isthmus.broker.network;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Listens on and connects to sockets. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // of close(): there is nothing to do about a socket that does not close well
final class TcpEndpoints {
    private static final System.Logger LOG = System.getLogger(TcpEndpoints.class.getName());
    private static final int CONNECT_TIMEOUT_MS = 10_000;

    private final EventLoopGroup group;
    private final TransportConfig config;
    private final ConnectionCount clients;
    /** Of whatever memory there is, an eighth may lie about for others to take. */
    private final HeldMemory held = new HeldMemory(Runtime.getRuntime().maxMemory() / 8);

    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    TcpEndpoints(EventLoopGroup group, TransportConfig config) {
        this.group = group;
        this.config = config;
        this.clients = new ConnectionCount(config.maxConnections(), config.maxConnectionsPerAddress());
    }

    void limitClients(int most, int mostPerAddress) {
        clients.limit(most, mostPerAddress);
    }

    CompletionStage<Endpoint> bind(
            Endpoint.Tcp endpoint, @Nullable Tls tls, Function<TcpConnection, ConnectionHandler> accept) {
        var bound = new CompletableFuture<Endpoint>();
        var spoken = spoken(endpoint, tls);
        on(group.next(), bound, () -> bind(endpoint, spoken, accept, bound));
        return bound;
    }

    private static @Nullable Tls spoken(Endpoint.Tcp endpoint, @Nullable Tls tls) {
        return endpoint.tls()
                ? Objects.requireNonNull(tls, () -> "nobody said how TLS is spoken at " + endpoint)
                : null;
    }

    /** On a thread of ours: Netty leaves values of its own with the thread, and through an application server's they would outlive us. */
    private static void on(EventExecutor loop, CompletableFuture<?> answer, Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new IOException("the transport is closed", e));
        }
    }

    private void bind(
            Endpoint.Tcp endpoint,
            @Nullable Tls tls,
            Function<TcpConnection, ConnectionHandler> accept,
            CompletableFuture<Endpoint> bound) {
        new ServerBootstrap()
                .group(group)
                .channelFactory(OwnSocketChannel.Server::new)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<OwnSocketChannel>() {
                    @Override
                    protected void initChannel(OwnSocketChannel channel) {
                        var from = channel.remoteAddress().getAddress();
                        if (!clients.enter(from)) {
                            LOG.log(
                                    System.Logger.Level.DEBUG,
                                    "Refused a connection, there are too many: remote={0}",
                                    from);
                            channel.close();
                            return;
                        }
                        channel.closeFuture().addListener(done -> clients.leave(from));
                        track(channel);
                        if (tls != null) {
                            speak(channel, tls.accepting(channel.alloc()));
                        }
                        var at = at(endpoint, channel.parent().localAddress());
                        channel.pipeline().addLast(new TcpConnection(channel, at, config, held, accept));
                    }
                })
                .bind(new InetSocketAddress(endpoint.host(), endpoint.port()))
                .addListener((ChannelFuture done) -> {
                    if (done.isSuccess()) {
                        track(done.channel());
                        bound.complete(
                                at(endpoint, (InetSocketAddress) done.channel().localAddress()));
                    } else {
                        bound.completeExceptionally(new IOException("cannot listen on " + endpoint, done.cause()));
                    }
                });
    }

    /** With the port that the machine chose. */
    private static Endpoint.Tcp at(Endpoint.Tcp endpoint, InetSocketAddress bound) {
        return new Endpoint.Tcp(endpoint.host(), bound.getPort(), endpoint.tls());
    }

    /** Files go through TLS in pieces, which the second handler asks for as they are taken. */
    private static void speak(SocketChannel channel, SslHandler tls) {
        channel.pipeline().addLast(tls).addLast(new ChunkedWriteHandler());
    }

    CompletionStage<Connection> connect(
            Endpoint.Tcp endpoint,
            EventLoop owner,
            @Nullable Tls tls,
            Function<TcpConnection, ConnectionHandler> opened) {
        var connected = new CompletableFuture<Connection>();
        var spoken = spoken(endpoint, tls);
        on(owner, connected, () -> connect(endpoint, owner, spoken, opened, connected));
        return connected;
    }

    private void connect(
            Endpoint.Tcp endpoint,
            EventLoop owner,
            @Nullable Tls tls,
            Function<TcpConnection, ConnectionHandler> opened,
            CompletableFuture<Connection> connected) {
        new Bootstrap()
                .group(owner)
                .channelFactory(OwnSocketChannel::new)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .handler(new ChannelInitializer<OwnSocketChannel>() {
                    @Override
                    protected void initChannel(OwnSocketChannel channel) {
                        track(channel);
                        if (tls != null) {
                            speak(channel, tls.connecting(channel.alloc(), endpoint));
                        }
                        channel.pipeline().addLast(new TcpConnection(channel, endpoint, config, held, opened));
                    }
                })
                .connect(InetSocketAddress.createUnresolved(endpoint.host(), endpoint.port()))
                .addListener((ChannelFuture done) -> {
                    if (!done.isSuccess()) {
                        connected.completeExceptionally(new IOException("cannot connect to " + endpoint, done.cause()));
                    } else if (tls != null) {
                        agreeing(done.channel(), endpoint, connected);
                    } else {
                        opened(done.channel(), connected);
                    }
                });
    }

    private static void agreeing(Channel channel, Endpoint endpoint, CompletableFuture<Connection> connected) {
        channel.pipeline().get(SslHandler.class).handshakeFuture().addListener(agreed -> {
            if (agreed.isSuccess()) {
                opened(channel, connected);
            } else {
                connected.completeExceptionally(TlsFailure.of(agreed.cause()).exception(endpoint));
            }
        });
    }

    /** Netty says so before it opens the connection's handler; ours are told afterwards. */
    private static void opened(Channel channel, CompletableFuture<Connection> connected) {
        var connection = channel.pipeline().get(TcpConnection.class);
        channel.eventLoop().execute(() -> connected.complete(connection));
    }

    void close() {
        closed = true;
        for (var channel : open) {
            channel.close();
        }
    }

    private void track(Channel channel) {
        open.add(channel);
        channel.closeFuture().addListener(done -> open.remove(channel));
        // Whoever came in beside close() would otherwise be missed by it.
        if (closed) {
            channel.close();
        }
    }
}
