package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isthmus.broker.protocol.client.LoneSender.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Connection;
import org.isthmus.broker.network.ConnectionHandler;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Frame;
import org.isthmus.broker.network.ReceivedFrame;
import org.isthmus.broker.network.Tls;
import org.isthmus.broker.network.TlsRefusedException;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.runtime.EventLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A batch that is too large for its topic, with what goes on beside it: each record is in the log once, or its sender is told otherwise. */
@Timeout(60)
class DividedBatchTest {
    private static final TopicPartition PAGES = new TopicPartition("pages", 0);
    private static final short METADATA = 3;
    private static final short INIT_PRODUCER_ID = 22;
    private static final Map<String, String> NARROW = Map.of("max.message.bytes", "3000");

    @TempDir
    Path data;

    private final Interference interference = new Interference();
    private LoneSender lone;
    private BrokerClient undisturbed;

    @BeforeEach
    void start() throws Exception {
        lone = new LoneSender(data, PAGES, real -> new Interfered(real, interference), loop -> loop);
        undisturbed = lone.undisturbed();
    }

    @AfterEach
    void stop() {
        lone.close();
    }

    @Test
    void batchThatBeginsWhileTheOneBeforeItIsDividedIsNotTakenForAnEarlierOne() throws Exception {
        get(undisturbed.createTopic(new NewTopic("pages", 1, NARROW)));
        var texts = new ArrayList<>(List.of("first"));
        lone.send(texts);
        get(lone.answers().get(0));

        interference.holdMetadata();
        var isDivided = interference.next(INIT_PRODUCER_ID);
        var large = IntStream.range(0, 10).mapToObj(i -> "p".repeat(500) + i).toList();
        var sends = lone.sends(large);
        // More than those, so that they go beside them.
        var following = IntStream.range(0, 11).mapToObj(i -> "following" + i).toList();
        var last = lone.sends(following);
        lone.client().loop().execute(() -> {
            lone.add(sends);
            lone.cluster().forgetTopic("pages");
            lone.add(last);
        });
        assertThat(isDivided.await(20, TimeUnit.SECONDS)).isTrue();
        lone.client().loop().execute(interference::letMetadataGo);

        texts.addAll(large);
        texts.addAll(following);
        for (var i = 0; i < texts.size(); i++) {
            assertThat(get(lone.answers().get(i))).isEqualTo(i);
        }
        assertThat(log(texts.size())).isEqualTo(texts);
    }

    @Test
    void batchThatMayBeThereIsNotSentOnceMoreInParts() throws Exception {
        get(undisturbed.createTopic(new NewTopic("pages", 1, Map.of())));
        var large = IntStream.range(0, 10).mapToObj(i -> "p".repeat(500) + i).toList();
        var texts = new ArrayList<>(List.of("first"));
        lone.send(texts);
        get(lone.answers().get(0));

        interference.loseAnswers(true);
        lone.send(large);
        texts.addAll(large);
        assertThat(log(texts.size())).isEqualTo(texts);
        narrow();
        interference.loseAnswers(false);

        assertThatThrownBy(() -> get(lone.answers().get(1))).hasMessageContaining("MESSAGE_TOO_LARGE");
        get(undisturbed.send(PAGES, LoneSender.record("behind"), Acks.ALL));
        texts.add("behind");
        assertThat(log(texts.size())).isEqualTo(texts);
    }

    private List<String> log(int count) {
        try (var stream = undisturbed.read(Map.of(PAGES, 0L))) {
            var read = new ArrayList<String>();
            while (read.size() < count) {
                get(stream.poll(Duration.ofSeconds(20)))
                        .forEach(record -> read.add(new String(record.record().value(), UTF_8)));
            }
            return read;
        }
    }

    private void narrow() throws Exception {
        var changes = NARROW.entrySet().stream()
                .map(setting -> new AlterConfigOp(
                        new ConfigEntry(setting.getKey(), setting.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        try (var admin = Admin.create(
                Map.of("bootstrap.servers", lone.broker().listeners().get(0).toString()))) {
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, "pages"), changes))
                    .all()
                    .get();
        }
    }

    /** What happens to a client's connections. */
    private static final class Interference {
        private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
        private volatile boolean holdsMetadata;
        private volatile boolean losesAnswers;
        private volatile short awaited = -1;
        private volatile CountDownLatch sent = new CountDownLatch(1);

        void holdMetadata() {
            holdsMetadata = true;
        }

        void letMetadataGo() {
            holdsMetadata = false;
            held.forEach(Runnable::run);
        }

        void loseAnswers(boolean lost) {
            losesAnswers = lost;
        }

        /** Counted down when a request of this API is sent. */
        CountDownLatch next(short api) {
            sent = new CountDownLatch(1);
            awaited = api;
            return sent;
        }

        private void send(Connection connection, Frame frame) {
            var api = ((Frame.Bytes) frame.parts().get(0)).buffer().getShort(0);
            if (holdsMetadata && api == METADATA) {
                held.add(() -> connection.send(frame));
                return;
            }
            connection.send(frame);
            if (api == awaited) {
                sent.countDown();
            }
        }
    }

    private record Interfered(Transport real, Interference interference) implements Transport {
        @Override
        public CompletionStage<Endpoint> bind(
                Endpoint endpoint, Tls tls, Function<Connection, ConnectionHandler> accept) {
            return real.bind(endpoint, tls, accept);
        }

        @Override
        public CompletionStage<Connection> connect(
                Endpoint endpoint, EventLoop owner, Tls tls, Function<Connection, ConnectionHandler> opened) {
            return real.connect(
                            endpoint,
                            owner,
                            tls,
                            connection -> new Losing(connection, opened.apply(connection), interference))
                    .thenApply(connection -> new Holding(connection, interference));
        }

        @Override
        public EventLoop loop() {
            return real.loop();
        }

        @Override
        public EventLoop clientLoop() {
            return real.clientLoop();
        }

        @Override
        public void limitClients(int most, int mostPerAddress) {
            real.limitClients(most, mostPerAddress);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private record Losing(Connection connection, ConnectionHandler handler, Interference interference)
            implements ConnectionHandler {
        @Override
        public void received(ReceivedFrame frame) {
            if (interference.losesAnswers) {
                frame.release();
                connection.close();
            } else {
                handler.received(frame);
            }
        }

        @Override
        public void writable(boolean writable) {
            handler.writable(writable);
        }

        @Override
        public void closed() {
            handler.closed();
        }
    }

    private record Holding(Connection connection, Interference interference) implements Connection {
        @Override
        public void send(Frame frame) {
            interference.send(connection, frame);
        }

        @Override
        public void setReading(boolean reading) {
            connection.setReading(reading);
        }

        @Override
        public void close() {
            connection.close();
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

        @Override
        public void perform(Runnable task) {
            connection.perform(task);
        }

        @Override
        public boolean inLoop() {
            return connection.inLoop();
        }
    }
}
