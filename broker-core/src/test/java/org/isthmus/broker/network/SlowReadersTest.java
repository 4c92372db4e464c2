package org.isthmus.broker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.isthmus.broker.common.TlsSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many clients that ask and ask and never read an answer: what the broker keeps for each has a bound. */
@Timeout(60)
class SlowReadersTest {
    private static final int REQUESTS = 400;
    private static final int ANSWER_BYTES = 32 << 10;
    private static final int MAX_PENDING = 64 << 10;

    private final ByteBuffer answer = ByteBuffer.allocate(ANSWER_BYTES).asReadOnlyBuffer();
    private final Queue<Connection> accepted = new ConcurrentLinkedQueue<>();
    private Transport server;
    private Transport client;

    @BeforeEach
    void open() {
        server = Transport.open(new TransportConfig(1, 1 << 20, MAX_PENDING));
        client = Transport.open(new TransportConfig(1, 1 << 20, MAX_PENDING));
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void thousandClientsInTheSameProcess() throws Exception {
        askWithoutReading(new Endpoint.InVm("slow"), null, server, null, 1000);

        assertThat(accepted).allSatisfy(connection -> assertIsBounded(((InVmConnection) connection)::queuedBytes));
    }

    /** Fewer, because the system takes some megabytes for each before its socket is full. */
    @Test
    void clientsThatHaveSockets() throws Exception {
        askWithoutReading(new Endpoint.Tcp("127.0.0.1", 0), null, client, null, 8);

        assertThat(accepted).allSatisfy(connection -> assertIsBounded(((OnOtherLoop) connection)::queuedBytes));
    }

    @Test
    void clientsThatSpeakTls(@TempDir Path directory) throws Exception {
        var authority = CertificateAuthority.in(directory, "authority");
        askWithoutReading(
                new Endpoint.Tcp("127.0.0.1", 0, true),
                Tls.ofListener(TlsSettings.of(authority.identity("127.0.0.1"))),
                client,
                Tls.ofClient(TlsSettings.of(authority.trust())),
                8);

        assertThat(accepted).allSatisfy(connection -> assertIsBounded(((OnOtherLoop) connection)::queuedBytes));
    }

    /** The system may take more when it was full once; a connection stays full while half of its bound is left, and fills up again below. */
    private static void assertIsBounded(LongSupplier queuedBytes) {
        long queued;
        do {
            queued = queuedBytes.getAsLong();
            assertThat(queued).isLessThanOrEqualTo((long) MAX_PENDING + ANSWER_BYTES + Integer.BYTES);
        } while (queued <= MAX_PENDING / 2);
    }

    private void askWithoutReading(Endpoint endpoint, Tls listening, Transport from, Tls connecting, int clients)
            throws Exception {
        var full = new CountDownLatch(clients);
        var bound = server.bind(endpoint, listening, connection -> accept(connection, full))
                .toCompletableFuture()
                .join();
        for (var i = 0; i < clients; i++) {
            var connection = from.connect(bound, from.loop(), connecting, opened -> {
                        opened.setReading(false);
                        return new Answering(opened, () -> {});
                    })
                    .toCompletableFuture()
                    .join();
            for (var request = 0; request < REQUESTS; request++) {
                connection.send(frame(ByteBuffer.allocate(1)));
            }
        }
        assertThat(full.await(50, TimeUnit.SECONDS))
                .as("left: " + full.getCount())
                .isTrue();
        assertThat(accepted).hasSize(clients);
    }

    private ConnectionHandler accept(Connection connection, CountDownLatch full) {
        accepted.add(connection);
        return new Answering(connection, full::countDown);
    }

    private static Frame frame(ByteBuffer content) {
        return new Frame(List.of(new Frame.Bytes(content)));
    }

    /** Answers whatever comes, and tells when its connection is full for the first time. */
    private final class Answering implements ConnectionHandler {
        private final Connection connection;
        private final Runnable onFull;
        private final AtomicBoolean wasFull = new AtomicBoolean();

        Answering(Connection connection, Runnable onFull) {
            this.connection = connection;
            this.onFull = onFull;
        }

        @Override
        public void received(ReceivedFrame received) {
            received.release();
            connection.send(frame(answer.duplicate()));
        }

        @Override
        public void writable(boolean writable) {
            if (!writable && wasFull.compareAndSet(false, true)) {
                onFull.run();
            }
        }

        @Override
        public void closed() {}
    }
}
