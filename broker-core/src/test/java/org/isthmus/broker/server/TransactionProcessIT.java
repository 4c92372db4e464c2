package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.Transaction;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerClients;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers in processes of their own, and a client that moves records from one queue to another, each in a transaction: whichever broker
 * is killed, the one that leads a queue with what its groups know or the one that coordinates, each record is moved once.
 */
@Timeout(300)
class TransactionProcessIT {
    private static final TopicPartition IN = new TopicPartition("in", 0);
    private static final TopicPartition OUT = new TopicPartition("out", 0);
    private static final int BETWEEN_FAULTS = 20;

    private final Semaphore moved = new Semaphore(0);
    private TestingServer zooKeeper;
    private ProcessCluster cluster;
    private int sent;
    private volatile boolean enough;

    @TempDir
    Path data;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingServer(true);
        cluster = new ProcessCluster(
                zooKeeper.getConnectString() + "/transactions",
                "zookeeper.session.timeout.ms=2000",
                "default.replication.factor=3",
                "transaction.state.log.replication.factor=3",
                "offsets.topic.replication.factor=3",
                "min.insync.replicas=2");
        for (var id = 1; id <= 3; id++) {
            cluster.start(id, data.resolve("broker-" + id));
        }
        cluster.awaitEachOther();
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
        zooKeeper.close();
    }

    @Test
    void eachRecordIsMovedOnceWhicheverBrokerIsKilled() throws Exception {
        try (var client = BrokerClients.connect(endpoints(cluster.bootstrap()), ClientConfig.defaults("mover"))) {
            get(client.createTopic(new NewTopic(IN.topic(), 1, Map.of())));
            get(client.createTopic(new NewTopic(OUT.topic(), 1, Map.of())));
            var moving = new Thread(() -> move(client), "moving");
            moving.start();

            for (var id = 1; id <= 3; id++) {
                moveMore(client);
                // The one that was killed before is back, or this would be one too many.
                cluster.awaitAllInSync();
                sendMore(client);
                cluster.kill(id);
                moveMore(client);
                cluster.start(id);
            }

            var found = readCommitted(cluster.bootstrap(), sent);
            enough = true;
            moving.join();
            assertThat(found)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, sent).boxed().toList());
        }
    }

    private void moveMore(BrokerClient client) throws InterruptedException {
        moved.drainPermits();
        sendMore(client);
        assertThat(moved.tryAcquire(BETWEEN_FAULTS, 60, TimeUnit.SECONDS))
                .as("moved on after the last fault")
                .isTrue();
    }

    /** Some more than are waited for, since whoever moves one is not always told. */
    private void sendMore(BrokerClient client) {
        var sending = IntStream.range(sent, sent + 2 * BETWEEN_FAULTS)
                .mapToObj(number -> client.send(IN, record(number), Acks.ALL))
                .toList();
        sent += sending.size();
        sending.forEach(TransactionProcessIT::get);
    }

    /** Goes on whatever fails: a transaction whose end is unknown has moved its record, or the record comes again. */
    private void move(BrokerClient client) {
        ShareStream in = null;
        while (!enough) {
            Transaction transaction = null;
            try {
                if (in == null) {
                    in = client.openShare("jms-queue/" + IN.topic(), IN.topic(), ShareOptions.QUEUE);
                }
                var got = get(in.poll(1, Duration.ofMillis(200)));
                if (got.isEmpty()) {
                    continue;
                }
                transaction = client.begin(Duration.ofMinutes(1));
                var sent = transaction.send(
                        OUT, new NewRecord(0, null, got.get(0).record().value(), List.of()));
                var acknowledged = transaction.acknowledge(
                        in, got.get(0), got.get(0).record().offset());
                get(sent);
                get(acknowledged);
                get(transaction.commit());
                moved.release();
            } catch (BrokerException lost) {
                rollBack(transaction);
                in = left(in);
            }
        }
    }

    private static void rollBack(@Nullable Transaction transaction) {
        if (transaction != null) {
            transaction.rollback().exceptionally(failure -> null);
        }
    }

    private static @Nullable ShareStream left(@Nullable ShareStream stream) {
        if (stream != null) {
            stream.leave().exceptionally(failure -> null);
        }
        return null;
    }

    /** As many as were sent, and what comes within a moment after that. */
    private static List<Integer> readCommitted(String bootstrap, int count) {
        var config = Map.<String, Object>of(
                "bootstrap.servers", bootstrap, "auto.offset.reset", "earliest", "isolation.level", "read_committed");
        var found = new ArrayList<Integer>();
        try (var consumer = new KafkaConsumer<>(config, new IntegerDeserializer(), new IntegerDeserializer())) {
            consumer.assign(List.of(new org.apache.kafka.common.TopicPartition(OUT.topic(), 0)));
            while (found.size() < count) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> found.add(record.value()));
            }
            consumer.poll(Duration.ofSeconds(1)).forEach(record -> found.add(record.value()));
        }
        return found;
    }

    private static List<Endpoint> endpoints(String bootstrap) {
        return Stream.of(bootstrap.split(",", -1))
                .<Endpoint>map(HostAndPort::parse)
                .toList();
    }

    private static NewRecord record(int number) {
        return new NewRecord(
                0, null, ByteBuffer.allocate(Integer.BYTES).putInt(number).array(), List.of());
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BrokerException cause ? cause : e;
        }
    }
}
