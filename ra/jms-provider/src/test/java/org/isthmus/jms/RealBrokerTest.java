package org.isthmus.jms;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerClients;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** One embedded broker for all the tests of a class, reached as the factory without arguments reaches it. */
abstract class RealBrokerTest extends JmsTest {
    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static BrokerClient client;

    @BeforeAll
    static void startBroker() throws IOException {
        broker = EmbeddedBroker.acquire(
                new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of("num.partitions", "1")));
        client = BrokerClients.connect(List.of(broker.endpoint()), ClientConfig.defaults("test"));
    }

    @AfterAll
    static void stopBroker() {
        client.close();
        broker.close();
    }

    @Override
    BrokerLink.Dialer dialer() {
        return Dialers.embedded(data, null, null);
    }

    static String bootstrapServers() {
        return broker.listeners().get(0).toString();
    }

    static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(SOON, TimeUnit.MILLISECONDS);
    }

    static void create(IsthmusTopic topic, int partitions) throws Exception {
        create(new NewTopic(topic.getName(), partitions, Map.of()));
    }

    static void create(NewTopic topic) throws Exception {
        await(client.createTopic(topic));
    }

    static List<LogRecord> records(IsthmusTopic topic, int partition) throws Exception {
        var place = new TopicPartition(topic.getName(), partition);
        long end = await(client.offsets(Map.of(place, new OffsetSpec.Latest()))).get(place);
        var records = new ArrayList<LogRecord>();
        try (var stream = client.read(Map.of(place, 0L))) {
            while (records.size() < end) {
                await(stream.poll(Duration.ofSeconds(1))).forEach(it -> records.add(it.record()));
            }
        }
        return records;
    }
}
