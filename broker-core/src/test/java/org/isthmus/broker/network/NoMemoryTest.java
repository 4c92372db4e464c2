package org.isthmus.broker.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection whose answer finds no memory ends, and keeps nothing of what it was to send. */
@Timeout(60)
class NoMemoryTest {
    /** Scarce with the first byte. */
    private final HeldMemory held = new HeldMemory(0);

    private final AtomicInteger released = new AtomicInteger();

    @Test
    void whatIsSentIsHeldNoMore() throws Exception {
        sendAndAwaitEnd(Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void whatFindsNoMemoryIsHeldNoMore(int buffers) throws Exception {
        sendAndAwaitEnd(buffers);
    }

    /** Of two frames of two buffers each, with a range of a file between these. */
    private void sendAndAwaitEnd(int buffersThatFindMemory) throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var endpoint = new Endpoint.Tcp("127.0.0.1", server.getLocalPort());
            var connected = new CompletableFuture<Connection>();
            var channel = new Bootstrap()
                    .group(group)
                    .channelFactory(OwnSocketChannel::new)
                    .option(ChannelOption.ALLOCATOR, new Scarce(buffersThatFindMemory))
                    .handler(new ChannelInitializer<OwnSocketChannel>() {
                        @Override
                        protected void initChannel(OwnSocketChannel made) {
                            made.pipeline()
                                    .addLast(new TcpConnection(
                                            made, endpoint, TransportConfig.DEFAULT, held, connection -> {
                                                connected.complete(connection);
                                                return new RecordingHandler();
                                            }));
                        }
                    })
                    .connect(server.getInetAddress(), server.getLocalPort())
                    .sync()
                    .channel();
            var connection = connected.get(30, TimeUnit.SECONDS);

            channel.eventLoop()
                    .submit(() -> {
                        connection.send(frame());
                        connection.send(frame());
                    })
                    .sync();
            if (buffersThatFindMemory == Integer.MAX_VALUE) {
                channel.eventLoop().submit(() -> {}).sync();
                connection.close();
            }

            channel.closeFuture().sync();
            channel.eventLoop().submit(() -> {}).sync();
            assertThat(held.isScarce()).isFalse();
            assertThat(released).hasValue(2);
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private Frame frame() {
        var file = new MemoryFile(new byte[100]);
        return new Frame(List.of(
                new Frame.Bytes(ByteBuffer.allocate(10)),
                new Frame.FileRange(file, 0, 100, released::incrementAndGet),
                new Frame.Bytes(ByteBuffer.allocate(20))));
    }

    /** Has memory for so many buffers. */
    private static final class Scarce extends AbstractByteBufAllocator {
        private int left;

        private Scarce(int buffers) {
            left = buffers;
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (left-- <= 0) {
                throw new OutOfMemoryError("none is left for this test");
            }
            return UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }
}
