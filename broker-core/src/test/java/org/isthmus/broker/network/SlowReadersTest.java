package org.isthmus.broker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thousand clients that ask and ask and never read an answer: what the broker keeps for each has a bound. */
@Timeout(60)
class SlowReadersTest {
    private static final int CLIENTS = 1000;
    private static final int REQUESTS = 400;
    private static final int ANSWER_BYTES = 32 << 10;
    private static final int MAX_PENDING = 64 << 10;

    private final Queue<TcpConnection> accepted = new ConcurrentLinkedQueue<>();
    private final CountDownLatch full = new CountDownLatch(CLIENTS);
    private final CountDownLatch gone = new CountDownLatch(CLIENTS);
    private final ByteBuffer answer = ByteBuffer.allocate(ANSWER_BYTES).asReadOnlyBuffer();

    @Test
    void nobodyHasMoreQueuedThanTheLimitAndAnAnswer() throws Exception {
        try (var server = Transport.open(new TransportConfig(2, 1 << 20, MAX_PENDING))) {
            var bound = (Endpoint.Tcp) server.bind(new Endpoint.Tcp("127.0.0.1", 0), this::accept)
                    .toCompletableFuture()
                    .join();
            var clients = new ArrayList<SocketChannel>();
            try {
                for (var i = 0; i < CLIENTS; i++) {
                    clients.add(askWithoutReading(bound));
                }
                assertThat(full.await(50, TimeUnit.SECONDS)).isTrue();

                assertThat(accepted).hasSize(CLIENTS).allSatisfy(connection -> assertThat(connection.queuedBytes())
                        .isLessThanOrEqualTo(MAX_PENDING + ANSWER_BYTES + Integer.BYTES));
            } finally {
                for (var client : clients) {
                    client.close();
                }
            }
            assertThat(gone.await(50, TimeUnit.SECONDS)).isTrue();
        }
    }

    private SocketChannel askWithoutReading(Endpoint.Tcp address) throws Exception {
        var client = SocketChannel.open();
        // Little room at the client, so that it fills soon; the requests themselves are small and all fit into the way
        // there.
        client.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        client.connect(new InetSocketAddress(address.host(), address.port()));
        var requests = ByteBuffer.allocate(REQUESTS * (Integer.BYTES + 1));
        for (var i = 0; i < REQUESTS; i++) {
            requests.putInt(1).put((byte) i);
        }
        requests.flip();
        while (requests.hasRemaining()) {
            client.write(requests);
        }
        return client;
    }

    private ConnectionHandler accept(Connection connection) {
        accepted.add((TcpConnection) connection);
        return new ConnectionHandler() {
            private final AtomicBoolean wasFull = new AtomicBoolean();

            @Override
            public void received(ReceivedFrame frame) {
                frame.release();
                connection.send(new Frame(List.of(new Frame.Bytes(answer.duplicate()))));
            }

            @Override
            public void writable(boolean writable) {
                if (!writable && wasFull.compareAndSet(false, true)) {
                    full.countDown();
                }
            }

            @Override
            public void closed() {
                gone.countDown();
            }
        };
    }
}
