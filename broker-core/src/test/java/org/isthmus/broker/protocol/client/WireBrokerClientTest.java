package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.PartitionTail;
import org.isthmus.broker.client.RecordStream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against a real broker, inside the JVM and over TCP. */
class WireBrokerClientTest {
    private static final TopicPartition PAGES_0 = new TopicPartition("pages", 0);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path data;

    private EmbeddedBroker broker;
    private BrokerClient client;

    @BeforeEach
    void start() throws IOException {
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
        client = BrokerClients.connect(List.of(broker.endpoint()), ClientConfig.defaults("test"));
    }

    @AfterEach
    void stop() {
        client.close();
        broker.close();
    }

    @Test
    void recordsOfOnePartitionAreReadInTheOrderOfTheirSends() {
        get(client.createTopic(new NewTopic("pages", 2, Map.of())));
        var sends = IntStream.range(0, 5_000)
                .mapToObj(i -> client.send(PAGES_0, record("v" + i), i % 7 == 0 ? Acks.LEADER : Acks.ALL))
                .toList();
        for (int i = 0; i < sends.size(); i++) {
            assertThat(get(sends.get(i))).isEqualTo(i);
        }
        try (var stream = client.read(Map.of(PAGES_0, 0L))) {
            var values = values(read(stream, 5_000));
            assertThat(values)
                    .isEqualTo(IntStream.range(0, 5_000).mapToObj(i -> "v" + i).toList());
        }
    }

    /** Several come to be in one batch, because they are sent faster than the disk has them. */
    @Test
    void batchThatIsTooLargeForItsTopicIsDivided() {
        get(client.createTopic(new NewTopic("pages", 1, Map.of("max.message.bytes", "3000"))));
        var page = "p".repeat(500);
        var sends = IntStream.range(0, 300)
                .mapToObj(i -> client.send(PAGES_0, record(page + i), Acks.ALL))
                .toList();
        sends.forEach(WireBrokerClientTest::get);
        try (var stream = client.read(Map.of(PAGES_0, 0L))) {
            assertThat(values(read(stream, 300)))
                    .isEqualTo(IntStream.range(0, 300).mapToObj(i -> page + i).toList());
        }
        assertThatThrownBy(() -> get(client.send(PAGES_0, record("p".repeat(3_000)), Acks.ALL)))
                .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.MESSAGE_TOO_LARGE));
    }

    @Test
    void aClientOverTcpSeesWhatAClientInTheJvmWrote() {
        get(client.createTopic(new NewTopic("pages", 1, Map.of())));
        get(client.send(PAGES_0, record("hello"), Acks.ALL));
        var remote = BrokerClients.connect(List.copyOf(broker.listeners()), ClientConfig.defaults("remote"));
        try (var stream = remote.read(Map.of(PAGES_0, 0L))) {
            assertThat(values(read(stream, 1))).containsExactly("hello");
        } finally {
            remote.close();
        }
    }

    @Test
    void aWaitingPollGetsTheNextRecordAndAnEmptyOneEndsInTime() {
        get(client.createTopic(new NewTopic("pages", 3, Map.of())));
        var everywhere = Map.of(PAGES_0, 0L, new TopicPartition("pages", 1), 0L, new TopicPartition("pages", 2), 0L);
        try (var stream = client.read(everywhere)) {
            assertThat(get(stream.poll(Duration.ofMillis(50)))).isEmpty();
            var waiting = stream.poll(PATIENCE);
            get(client.send(new TopicPartition("pages", 2), record("late"), Acks.ALL));
            assertThat(values(get(waiting))).containsExactly("late");
        }
    }

    @Test
    void seekReadsAgainFromAnOlderOffset() {
        get(client.createTopic(new NewTopic("pages", 1, Map.of())));
        for (int i = 0; i < 10; i++) {
            get(client.send(PAGES_0, record("v" + i), Acks.ALL));
        }
        try (var stream = client.read(Map.of(PAGES_0, 0L))) {
            read(stream, 10);
            stream.seek(PAGES_0, 7);
            assertThat(values(read(stream, 3))).containsExactly("v7", "v8", "v9");
        }
    }

    @Test
    void offsetsAreFoundByMeaning() {
        get(client.createTopic(new NewTopic("pages", 1, Map.of())));
        for (int i = 0; i < 3; i++) {
            get(client.send(PAGES_0, new NewRecord(1_000 + i, null, new byte[1], List.of()), Acks.ALL));
        }
        assertThat(offset(new OffsetSpec.Earliest())).isEqualTo(0);
        assertThat(offset(new OffsetSpec.Latest())).isEqualTo(3);
        assertThat(offset(new OffsetSpec.AtTimestamp(1_001))).isEqualTo(1);
        assertThat(offset(new OffsetSpec.AtTimestamp(9_999))).isEqualTo(3);
    }

    @Test
    void tailSaysWhatWasSent() {
        get(client.createTopic(new NewTopic("pages", 1, Map.of())));
        assertThat(tail()).isEqualTo(new PartitionTail(0, List.of(), 0));
        get(client.send(PAGES_0, record("now"), Acks.ALL));
        get(client.sendLater(PAGES_0, record("in an hour"), Acks.ALL, System.currentTimeMillis() + 3_600_000));
        assertThat(tail().end()).isEqualTo(1);
        assertThat(tail().waited()).isPositive();
    }

    private PartitionTail tail() {
        return get(client.tails(Set.of(PAGES_0))).get(PAGES_0);
    }

    private long offset(OffsetSpec spec) {
        return get(client.offsets(Map.of(PAGES_0, spec))).get(PAGES_0);
    }

    @Test
    void topicsAreMadeOnceAndFoundWhileTheyExist() {
        assertFails(client.topic("pages"), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        var created = get(client.createTopic(new NewTopic("pages", 4, Map.of())));
        assertThat(get(client.topic("pages"))).isEqualTo(created);
        assertThat(created.partitions()).isEqualTo(4);
        assertFails(client.createTopic(new NewTopic("pages", 4, Map.of())), ErrorCode.TOPIC_ALREADY_EXISTS);
        get(client.deleteTopic("pages"));
        assertFails(client.topic("pages"), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertFails(client.send(PAGES_0, record("x"), Acks.ALL), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void aStreamFailsWhenItsTopicIsDeleted() {
        get(client.createTopic(new NewTopic("pages", 1, Map.of())));
        try (var stream = client.read(Map.of(PAGES_0, 0L))) {
            var waiting = stream.poll(PATIENCE);
            get(client.deleteTopic("pages"));
            assertFails(waiting, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
    }

    @Test
    void readingBehindTheEndIsOutOfRange() {
        get(client.createTopic(new NewTopic("pages", 1, Map.of())));
        try (var stream = client.read(Map.of(PAGES_0, 100L))) {
            assertFails(stream.poll(PATIENCE), ErrorCode.OFFSET_OUT_OF_RANGE);
        }
    }

    @Test
    void closingTheClientFailsWhatWaits() {
        get(client.createTopic(new NewTopic("pages", 1, Map.of())));
        var waiting = client.read(Map.of(PAGES_0, 0L)).poll(PATIENCE);
        client.close();
        assertFails(waiting, ErrorCode.NETWORK_EXCEPTION);
    }

    /** The system takes connections to it and nobody says anything on them, as where a process stands still. */
    @Test
    @Timeout(60)
    void brokerThatSaysNothingIsGivenUpWhileThereIsTimeToAskAnother() throws IOException {
        var config = ClientConfig.defaults("patient").withRequestTimeout(Duration.ofSeconds(12));
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var patient = BrokerClients.connect(
                        List.of(
                                new Endpoint.Tcp("127.0.0.1", silent.getLocalPort()),
                                broker.listeners().get(0)),
                        config)) {
            assertThat(get(patient.createTopic(new NewTopic("pages", 1, Map.of())))
                            .partitions())
                    .isEqualTo(1);
        }
    }

    @Test
    @Timeout(60)
    void whatWentToNobodyIsTriedAsLongAsThereIsTimeAlsoWhereItMustNotBeSentTwice() throws IOException {
        var config = ClientConfig.defaults("patient").withRequestTimeout(Duration.ofSeconds(3));
        try (var unreachable = EmbeddedBroker.acquire(new BrokerConfig(
                        data.resolve("unreachable"),
                        List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                        Map.of("advertised.listeners", "PLAINTEXT://127.0.0.1:" + portOfNobody())));
                var patient = BrokerClients.connect(List.copyOf(unreachable.listeners()), config)) {
            get(patient.createTopic(new NewTopic("pages", 1, Map.of())));
            assertFails(
                    patient.sendLater(PAGES_0, record("later"), Acks.ALL, Long.MAX_VALUE), ErrorCode.REQUEST_TIMED_OUT);
        }
    }

    private static int portOfNobody() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyRecordIsWrittenOnceAlthoughConnectionsAreCut(long seed) throws IOException {
        try (var proxy = new CuttingProxy(seed);
                var cut = EmbeddedBroker.acquire(new BrokerConfig(
                        data.resolve("cut"),
                        List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                        Map.of("advertised.listeners", "PLAINTEXT://" + proxy.endpoint())))) {
            proxy.passTo(cut.listeners().get(0).port());
            var unlucky = BrokerClients.connect(List.of(proxy.endpoint()), ClientConfig.defaults("unlucky"));
            try {
                get(unlucky.createTopic(new NewTopic("pages", 1, Map.of())));
                var expected = IntStream.range(0, 4_000).mapToObj(i -> "v" + i).toList();
                var sends = new ArrayList<CompletionStage<Long>>();
                for (int i = 0; i < expected.size(); i++) {
                    sends.add(unlucky.send(PAGES_0, record(expected.get(i)), Acks.ALL));
                    if (i % 50 == 0) {
                        // Batches of some tens of records, so that cuts fall between many of them.
                        get(sends.get(i));
                    }
                }
                sends.forEach(WireBrokerClientTest::get);
                // What is fetched at once is more than a cut connection ever carries.
                proxy.heal();
                try (var stream = unlucky.read(Map.of(PAGES_0, 0L))) {
                    assertThat(values(read(stream, expected.size()))).isEqualTo(expected);
                    assertThat(get(unlucky.offsets(Map.of(PAGES_0, new OffsetSpec.Latest()))))
                            .containsEntry(PAGES_0, (long) expected.size());
                }
                assertThat(proxy.cuts()).isPositive();
            } finally {
                unlucky.close();
            }
        }
    }

    @Test
    @Timeout(60)
    void oneBatchIsOnItsWayWhileAnotherWaitsForTheDiskAndNoThird() throws Exception {
        try (var slow = new Slow(data)) {
            var sends = new ArrayList<CompletionStage<Long>>();
            sends.add(slow.client.send(PAGES_0, record("<first>"), Acks.ALL));
            slow.proxy.awaitHeard("<first>");
            // More than the first batch has, so that they go beside it.
            sends.add(slow.client.send(PAGES_0, record("<second>"), Acks.ALL));
            sends.add(slow.client.send(PAGES_0, record("<with it>"), Acks.ALL));
            slow.proxy.awaitHeard("<with it>");
            for (var value : List.of("<third>", "<fourth>", "<fifth>")) {
                sends.add(slow.client.send(PAGES_0, record(value), Acks.ALL));
            }
            // The client says something else behind them, so the third would have been said too.
            var asked = slow.client.topic("nowhere");
            slow.proxy.awaitHeard("nowhere");
            assertThat(slow.proxy.heard("<third>")).isFalse();

            slow.proxy.hold(false);

            assertThat(sends.stream().map(WireBrokerClientTest::get)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
            assertFails(asked, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
    }

    @Test
    @Timeout(60)
    void batchBehindOneThatIsRefusedIsWrittenAllTheSame() throws Exception {
        try (var slow = new Slow(data)) {
            var tooLarge = slow.client.send(PAGES_0, record("<large>" + "x".repeat(2_000)), Acks.ALL);
            slow.proxy.awaitHeard("<large>");
            var behind = slow.client.send(PAGES_0, record("<behind>"), Acks.ALL);
            var withIt = slow.client.send(PAGES_0, record("<with it>"), Acks.ALL);
            slow.proxy.awaitHeard("<with it>");
            var later = slow.client.send(PAGES_0, record("<later>"), Acks.ALL);

            slow.proxy.hold(false);

            assertFails(tooLarge, ErrorCode.MESSAGE_TOO_LARGE);
            assertThat(get(behind)).isEqualTo(1);
            assertThat(get(withIt)).isEqualTo(2);
            assertThat(get(later)).isEqualTo(3);
        }
    }

    /** A client whose first record was answered, and whose next answers are held. */
    private static final class Slow implements AutoCloseable {
        private final HoldingProxy proxy = new HoldingProxy();
        private final EmbeddedBroker broker;
        private final BrokerClient client;

        private Slow(Path data) throws IOException {
            broker = EmbeddedBroker.acquire(new BrokerConfig(
                    data.resolve("slow"),
                    List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                    Map.of("advertised.listeners", "PLAINTEXT://" + proxy.endpoint())));
            proxy.passTo(broker.listeners().get(0).port());
            client = BrokerClients.connect(List.of(proxy.endpoint()), ClientConfig.defaults("slow"));
            get(client.createTopic(new NewTopic("pages", 1, Map.of("max.message.bytes", "1000"))));
            get(client.send(PAGES_0, record("<zeroth>"), Acks.ALL));
            proxy.hold(true);
        }

        @Override
        public void close() throws IOException {
            proxy.close();
            client.close();
            broker.close();
        }
    }

    private static NewRecord record(String value) {
        return new NewRecord(System.currentTimeMillis(), null, value.getBytes(UTF_8), List.of());
    }

    private static List<FetchedRecord> read(RecordStream stream, int count) {
        var records = new ArrayList<FetchedRecord>();
        while (records.size() < count) {
            var polled = get(stream.poll(PATIENCE));
            assertThat(polled).as("after %d records", records.size()).isNotEmpty();
            records.addAll(polled);
        }
        return records;
    }

    private static List<String> values(List<FetchedRecord> records) {
        return records.stream()
                .flatMap(fetched -> Stream.ofNullable(fetched.record().value()))
                .map(value -> new String(value, UTF_8))
                .toList();
    }

    private static void assertFails(CompletionStage<?> stage, ErrorCode code) {
        assertThatThrownBy(() -> get(stage)).isInstanceOfSatisfying(BrokerException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new AssertionError(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}
