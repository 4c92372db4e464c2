package org.isthmus.broker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.isthmus.broker.common.TlsSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of endpoint under the same rules. */
class TransportTest {
    private static final int MAX_FRAME = 1 << 20;
    private static final int MAX_PENDING = 256 << 10;
    private static final List<String> LEAKS = new ArrayList<>();
    private static final Handler LEAK_LOG = new Handler() {
        @Override
        public void publish(LogRecord record) {
            LEAKS.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private static Tls listening;
    private static Tls connecting;

    private Transport server;
    private Transport client;
    private final RecordingHandler atServer = new RecordingHandler();
    private final RecordingHandler atClient = new RecordingHandler();
    private final BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();

    @BeforeAll
    static void certify(@TempDir Path directory) throws Exception {
        var authority = CertificateAuthority.in(directory, "authority");
        listening = Tls.ofListener(TlsSettings.of(authority.identity("127.0.0.1")));
        connecting = Tls.ofClient(TlsSettings.of(authority.trust()));
    }

    @BeforeAll
    static void watchLeaks() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        Logger.getLogger(ResourceLeakDetector.class.getName()).addHandler(LEAK_LOG);
    }

    @AfterAll
    static void noLeaks() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
        Logger.getLogger(ResourceLeakDetector.class.getName()).removeHandler(LEAK_LOG);
        assertThat(LEAKS).isEmpty();
    }

    @BeforeEach
    void open() {
        server = Transport.open(new TransportConfig(1, MAX_FRAME, MAX_PENDING));
        client = Transport.open(new TransportConfig(1, MAX_FRAME, MAX_PENDING));
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        // Leaks are reported when buffers are collected and the next one is made.
        System.gc();
        ByteBufAllocator.DEFAULT.buffer(1).release();
    }

    static Endpoint endpoint(String kind) {
        return kind.equals("in-vm")
                ? new Endpoint.InVm(UUID.randomUUID().toString())
                : new Endpoint.Tcp("127.0.0.1", 0, kind.equals("tls"));
    }

    private Endpoint bind(String kind) throws Exception {
        return await(server.bind(endpoint(kind), listening, connection -> {
            accepted.add(connection);
            return atServer;
        }));
    }

    private Connection connect(Endpoint endpoint) throws Exception {
        return await(client.connect(endpoint, client.clientLoop(), connecting, connection -> atClient));
    }

    private Connection accepted() throws InterruptedException {
        return accepted.poll(10, TimeUnit.SECONDS);
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "in-vm"})
    void framesArriveWholeAndInOrderBothWays(String kind) throws Exception {
        var connection = connect(bind(kind));
        for (int i = 0; i < 1_000; i++) {
            connection.send(RecordingHandler.frame("question " + i));
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(atServer.nextText()).isEqualTo("question " + i);
        }
        accepted().send(RecordingHandler.frame("answer"));
        assertThat(atClient.nextText()).isEqualTo("answer");
        if (!kind.equals("in-vm")) {
            assertThat(atServer.threads).allMatch("isthmus-io-1"::equals);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "in-vm"})
    void fileRangesTravelInTheirPlaceAndAreReleasedOnce(String kind) throws Exception {
        connect(bind(kind));
        var file = new MemoryFile("0123456789".getBytes(StandardCharsets.UTF_8));
        var released = new AtomicInteger();
        var sender = accepted();
        sender.send(new Frame(List.of(
                bytes("a"),
                new Frame.FileRange(file, 3, 4, released::incrementAndGet),
                bytes("b"),
                bytes("c"),
                new Frame.FileRange(file, 0, 1, released::incrementAndGet))));
        assertThat(atClient.nextText()).isEqualTo("a3456bc0");
        sender.send(RecordingHandler.frame("next"));
        assertThat(atClient.nextText()).isEqualTo("next");
        assertThat(released).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "in-vm"})
    void framesThatAreNeverSentAreReleasedOnce(String kind) throws Exception {
        var connection = connect(bind(kind));
        var far = accepted();
        connection.setReading(false);
        var file = new MemoryFile(new byte[MAX_FRAME]);
        var released = new AtomicInteger();
        for (int i = 0; i < 50; i++) {
            far.send(new Frame(List.of(new Frame.FileRange(file, 0, MAX_FRAME, released::incrementAndGet))));
        }
        assertThat(atServer.writable.poll(10, TimeUnit.SECONDS)).isFalse();
        far.close();
        atServer.awaitClosed();
        far.send(new Frame(List.of(new Frame.FileRange(file, 0, 1, released::incrementAndGet))));
        client.close();
        server.close();
        assertThat(released).hasValue(51);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "in-vm"})
    void aFileThatEndsTooEarlyClosesTheConnection(String kind) throws Exception {
        connect(bind(kind));
        var released = new CountDownLatch(1);
        accepted()
                .send(new Frame(
                        List.of(new Frame.FileRange(new MemoryFile(new byte[10]), 5, 100, released::countDown))));
        atClient.awaitClosed();
        assertThat(released.await(10, TimeUnit.SECONDS)).isTrue();
    }

    /** Files cannot go through TLS without a copy, so what is read of them and not yet taken has to have a bound. */
    @Test
    void longRangesAreReadAsTheyAreTaken() throws Exception {
        var connection = connect(bind("tls"));
        connection.setReading(false);
        var far = accepted();
        var file = new CountedFile(new MemoryFile(new byte[MAX_FRAME]), new AtomicLong());
        int frames = 64;
        for (int i = 0; i < frames; i++) {
            far.send(new Frame(List.of(new Frame.FileRange(file, 0, MAX_FRAME, () -> {}))));
        }
        // Behind the sending of all of them: what is read at once has been.
        var looked = new CountDownLatch(1);
        far.perform(() -> far.perform(looked::countDown));
        assertThat(looked.await(10, TimeUnit.SECONDS)).isTrue();

        // The system takes some megabytes before its sockets are full.
        assertThat(file.bytesRead()).hasValueLessThan(frames * (long) MAX_FRAME / 2);

        connection.setReading(true);
        for (int i = 0; i < frames; i++) {
            assertThat(atClient.nextText()).hasSize(MAX_FRAME);
        }
        assertThat(file.bytesRead()).hasValue(frames * (long) MAX_FRAME);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "in-vm"})
    void whoeverIsNotReadFromIsNotRead(String kind) throws Exception {
        // The server answers each question with 64 KiB; the client asks on and on, and never takes an answer.
        var asked = new AtomicInteger();
        var full = new CountDownLatch(1);
        var endpoint = await(server.bind(endpoint(kind), listening, connection -> new ConnectionHandler() {
            @Override
            public void received(ReceivedFrame frame) {
                frame.release();
                asked.incrementAndGet();
                connection.send(new Frame(List.of(new Frame.Bytes(ByteBuffer.allocate(64 << 10)))));
            }

            @Override
            public void writable(boolean writable) {
                full.countDown();
            }

            @Override
            public void closed() {}
        }));
        var connection = connect(endpoint);
        connection.setReading(false);
        for (int i = 0; i < 2_000; i++) {
            connection.send(RecordingHandler.frame("question"));
        }
        assertThat(full.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(asked.get()).isLessThan(1_000);

        connection.setReading(true);
        for (int i = 0; i < 2_000; i++) {
            assertThat(atClient.nextText()).hasSize(64 << 10);
        }
        assertThat(asked).hasValue(2_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "in-vm"})
    void pausedReceiverGetsNothingUntilItGoesOn(String kind) throws Exception {
        var connection = connect(bind(kind));
        var far = accepted();
        far.setReading(false);
        var paused = new CountDownLatch(1);
        far.perform(paused::countDown);
        paused.await();
        // A second connection on the same loop shows that the loop has seen what came before.
        connection.send(RecordingHandler.frame("early"));
        var other = new RecordingHandler();
        await(client.connect(far.endpoint(), client.loop(), connecting, opened -> other));
        accepted().send(RecordingHandler.frame("sign of life"));
        assertThat(other.nextText()).isEqualTo("sign of life");
        assertThat(atServer.texts).isEmpty();
        far.setReading(true);
        assertThat(atServer.nextText()).isEqualTo("early");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls"})
    void whoeverDoesNotKeepUpIsNotReadForMore(String kind) throws Exception {
        var connection = connect(bind(kind));
        var far = accepted();
        var goesOn = new CountDownLatch(1);
        var busy = keepBusy(far, () -> awaitQuietly(goesOn));
        int sent;
        try {
            sent = sendUntilHeldBack(connection);
            assertThat(atServer.texts).isEmpty();
        } finally {
            goesOn.countDown();
        }
        for (int i = 0; i < sent; i++) {
            assertThat(atServer.nextText()).hasSize(64 << 10);
        }
        busy.join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls"})
    void whatCameBeforeALongAnswerIsTakenOnceThatHasLeft(String kind) throws Exception {
        var connection = connect(bind(kind));
        var far = accepted();
        connection.setReading(false);
        var goesOn = new CountDownLatch(1);
        var busy = keepBusy(far, () -> {
            awaitQuietly(goesOn);
            for (int i = 0; i < 256; i++) {
                far.send(RecordingHandler.frame("x".repeat(64 << 10)));
            }
        });
        int sent;
        try {
            sent = sendUntilHeldBack(connection);
        } finally {
            goesOn.countDown();
        }
        busy.join();
        connection.setReading(true);
        for (int i = 0; i < 256; i++) {
            assertThat(atClient.nextText()).hasSize(64 << 10);
        }
        for (int i = 0; i < sent; i++) {
            assertThat(atServer.nextText()).hasSize(64 << 10);
        }
    }

    /** Has another thread do this on the loop of the connection, where it has begun when this returns. */
    private static Thread keepBusy(Connection far, Runnable work) throws InterruptedException {
        var begun = new CountDownLatch(1);
        var busy = new Thread(() -> far.perform(() -> {
            begun.countDown();
            work.run();
        }));
        busy.start();
        begun.await();
        return busy;
    }

    /** How many frames of 64 KiB went until the transport said that it is enough. */
    private int sendUntilHeldBack(Connection connection) {
        int sent = 0;
        while (atClient.writable.isEmpty() && sent < 10_000) {
            connection.send(RecordingHandler.frame("x".repeat(64 << 10)));
            sent++;
        }
        assertThat(atClient.writable)
                .as("told of by the transport after %d", sent)
                .isNotEmpty();
        return sent;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls"})
    void whatIsSentInOneTurnComesInItsOrderWithWhatFollows(String kind) throws Exception {
        connect(bind(kind));
        var far = accepted();
        var large = "l".repeat(100 << 10);
        far.perform(() -> {
            for (int i = 0; i < 100; i++) {
                far.send(RecordingHandler.frame("small " + i));
            }
            far.send(RecordingHandler.frame(large));
            far.send(RecordingHandler.frame("last"));
            far.close();
        });
        for (int i = 0; i < 100; i++) {
            assertThat(atClient.nextText()).isEqualTo("small " + i);
        }
        assertThat(atClient.nextText()).isEqualTo(large);
        assertThat(atClient.nextText()).isEqualTo("last");
        atClient.awaitClosed();
    }

    /** Else what is sent in one turn would not leave together. */
    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "in-vm"})
    void whoConnectsGetsTheConnectionThatItsHandlerWasOpenedWith(String kind) throws Exception {
        var opened = new CompletableFuture<Connection>();
        var connected = await(client.connect(bind(kind), client.clientLoop(), connecting, connection -> {
            opened.complete(connection);
            return atClient;
        }));
        assertThat(connected).isSameAs(await(opened));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "in-vm"})
    void closingOneSideClosesTheOtherBehindWhatWasSent(String kind) throws Exception {
        var connection = connect(bind(kind));
        connection.send(RecordingHandler.frame("last words"));
        connection.close();
        connection.close();
        assertThat(atServer.nextText()).isEqualTo("last words");
        atServer.awaitClosed();
        atClient.awaitClosed();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "in-vm"})
    void closingATransportClosesItsConnectionsAndFreesItsEndpoint(String kind) throws Exception {
        var endpoint = bind(kind);
        connect(endpoint);
        accepted();
        server.close();
        atServer.awaitClosed();
        atClient.awaitClosed();
        assertThatThrownBy(() -> connect(endpoint))
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("cannot connect to " + endpoint);
        server = Transport.open(new TransportConfig(1, MAX_FRAME, MAX_PENDING));
        assertThat(await(server.bind(endpoint, listening, connection -> atServer)))
                .isEqualTo(endpoint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "in-vm"})
    void bindingTwiceFailsByName(String kind) throws Exception {
        var endpoint = bind(kind);
        assertThatThrownBy(() -> await(client.bind(endpoint, listening, connection -> atServer)))
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on " + endpoint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "in-vm"})
    void aHandlerThatThrowsLosesItsConnectionOnly(String kind) throws Exception {
        var failing = new AtomicInteger();
        var endpoint = await(server.bind(endpoint(kind), listening, connection -> new ConnectionHandler() {
            @Override
            public void received(ReceivedFrame frame) {
                frame.release();
                if (failing.getAndIncrement() == 0) {
                    throw new IllegalStateException("deliberate");
                }
                connection.send(RecordingHandler.frame("well"));
            }

            @Override
            public void writable(boolean writable) {}

            @Override
            public void closed() {}
        }));
        connect(endpoint).send(RecordingHandler.frame("x"));
        atClient.awaitClosed();
        connect(endpoint).send(RecordingHandler.frame("y"));
        assertThat(atClient.nextText()).isEqualTo("well");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "in-vm"})
    void aClientThatThrowsLosesItsConnection(String kind) throws Exception {
        var failing = new ConnectionHandler() {
            @Override
            public void received(ReceivedFrame frame) {
                frame.release();
                throw new IllegalStateException("deliberate");
            }

            @Override
            public void writable(boolean writable) {}

            @Override
            public void closed() {
                atClient.closed();
            }
        };
        await(client.connect(bind(kind), client.clientLoop(), connecting, connection -> failing));
        accepted().send(RecordingHandler.frame("x"));
        atClient.awaitClosed();
        atServer.awaitClosed();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, MAX_FRAME + 1})
    void aHostileLengthClosesTheConnectionAtOnce(int length) throws Exception {
        var endpoint = (Endpoint.Tcp) bind("tcp");
        try (var socket = new Socket(endpoint.host(), endpoint.port())) {
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(4).putInt(0, length).array());
            atServer.awaitClosed();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        connect(endpoint).send(RecordingHandler.frame("the next one is served"));
        assertThat(atServer.nextText()).isEqualTo("the next one is served");
    }

    @Test
    void aFrameMayComeByteByByte() throws Exception {
        var endpoint = (Endpoint.Tcp) bind("tcp");
        try (var socket = new Socket(endpoint.host(), endpoint.port())) {
            socket.setTcpNoDelay(true);
            var content = "slowly".getBytes(StandardCharsets.UTF_8);
            var wire = ByteBuffer.allocate(4 + content.length)
                    .putInt(content.length)
                    .put(content)
                    .array();
            for (byte each : wire) {
                socket.getOutputStream().write(each);
                socket.getOutputStream().flush();
            }
            assertThat(atServer.nextText()).isEqualTo("slowly");
        }
        atServer.awaitClosed();
    }

    /** Part of a frame fills the socket, again and again, while others have theirs to send. */
    @Test
    void whatTheSocketDoesNotTakeAtOnceFollows() throws Exception {
        var connection = connect(bind("tcp"));
        var far = accepted();
        var senders = new ArrayList<Thread>();
        for (int t = 0; t < 3; t++) {
            var name = "sender" + t + " ";
            var sender = new Thread(() -> {
                for (int i = 0; i < 2_000; i++) {
                    connection.send(RecordingHandler.frame(name + i + " " + "x".repeat(i % 5_000)));
                }
            });
            senders.add(sender);
            sender.start();
        }
        for (int i = 0; i < 50; i++) {
            far.setReading(i % 2 == 1);
        }
        far.setReading(true);
        var next = new int[3];
        for (int i = 0; i < 6_000; i++) {
            var text = atServer.nextText();
            int sender = text.charAt("sender".length()) - '0';
            int number = next[sender]++;
            assertThat(text).isEqualTo("sender" + sender + " " + number + " " + "x".repeat(number % 5_000));
        }
        for (var sender : senders) {
            sender.join();
        }
    }

    @Test
    void manySendersOfOneConnectionKeepTheirOwnOrder() throws Exception {
        var connection = connect(bind("in-vm"));
        var threads = IntStream.range(0, 4)
                .mapToObj(sender -> new Thread(() -> {
                    for (int i = 0; i < 500; i++) {
                        connection.send(RecordingHandler.frame(sender + ":" + i));
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        var next = new int[4];
        for (int i = 0; i < 2_000; i++) {
            var text = atServer.nextText().split(":");
            int sender = Integer.parseInt(text[0]);
            assertThat(Integer.parseInt(text[1])).isEqualTo(next[sender]++);
        }
        for (var thread : threads) {
            thread.join();
        }
    }

    @Test
    void inVmEndpointsSurviveTheWire() {
        var endpoint = new Endpoint.InVm("broker-1");
        assertThat(Endpoint.of(endpoint.host(), endpoint.port(), false)).isEqualTo(endpoint);
        assertThat(Endpoint.of("::1", 9092, false)).isEqualTo(new Endpoint.Tcp("::1", 9092));
    }

    private static Frame.Bytes bytes(String text) {
        return new Frame.Bytes(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
}
