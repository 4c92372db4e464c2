package org.isthmus.jms;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * One embedded broker for all the tests of a class, reached as the factory without arguments reaches it. Its topics have one partition; what else it
 * is started with says the class by {@link With}.
 */
abstract class RealBrokerTest extends JmsTest {
    /** Settings, each as {@code name=value}. */
    @Retention(RetentionPolicy.RUNTIME)
    @interface With {
        String[] value();
    }

    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static BrokerClient client;

    @BeforeAll
    static void startBroker(TestInfo test) throws IOException {
        var settings = new HashMap<>(Map.of("num.partitions", "1"));
        var with = test.getTestClass().orElseThrow().getAnnotation(With.class);
        for (var setting : with == null ? new String[0] : with.value()) {
            var equals = setting.indexOf('=');
            settings.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), settings));
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

    static long offset(TopicPartition place, OffsetSpec which) throws Exception {
        return await(client.offsets(Map.of(place, which))).get(place);
    }

    static List<LogRecord> records(IsthmusTopic topic, int partition) throws Exception {
        var place = new TopicPartition(topic.getName(), partition);
        var end = offset(place, new OffsetSpec.Latest());
        var records = new ArrayList<LogRecord>();
        try (var stream = client.read(Map.of(place, 0L))) {
            while (records.size() < end) {
                await(stream.poll(Duration.ofSeconds(1))).forEach(it -> records.add(it.record()));
            }
        }
        return records;
    }
}
