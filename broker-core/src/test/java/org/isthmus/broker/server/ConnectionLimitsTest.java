package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How many clients get in, and how long a silent one may stay. */
@Timeout(30)
class ConnectionLimitsTest {
    private static final short VERSION = 0;

    @TempDir
    Path data;

    private EmbeddedBroker broker;
    private Endpoint.Tcp address;

    private void start(Map<String, String> settings) throws Exception {
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), settings));
        address = broker.listeners().get(0);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void oneClientMoreFromTheSameAddressIsTurnedAwayUntilAnotherLeaves() throws Exception {
        start(Map.of("max.connections.per.ip", "2"));
        oneMoreThanTwoIsTurnedAway();
    }

    @Test
    void oneClientMoreThanTheBrokerTakesIsTurnedAwayUntilAnotherLeaves() throws Exception {
        start(Map.of("max.connections", "2"));
        oneMoreThanTwoIsTurnedAway();
    }

    @Test
    void limitThatIsSetLaterTurnsNewClientsAwayAndLeavesTheOthers() throws Exception {
        start(Map.of());
        try (var admin = Admin.create(Map.of("bootstrap.servers", address.toString()))) {
            limit(admin, new AlterConfigOp(new ConfigEntry("max.connections", "0"), AlterConfigOp.OpType.SET));
            while (isServed()) {
                // The limit is on its way to the listeners.
                assertThat(admin.listTopics().names().get()).isEmpty();
            }

            limit(admin, new AlterConfigOp(new ConfigEntry("max.connections", ""), AlterConfigOp.OpType.DELETE));

            while (!isServed()) {
                assertThat(admin.listTopics().names().get()).isEmpty();
            }
        }
    }

    private static void limit(Admin admin, AlterConfigOp change) throws Exception {
        var broker = new ConfigResource(ConfigResource.Type.BROKER, "0");
        admin.incrementalAlterConfigs(Map.of(broker, List.of(change))).all().get();
    }

    private void oneMoreThanTwoIsTurnedAway() throws IOException {
        try (var first = new Wire(address)) {
            var second = new Wire(address);
            ask(first);
            ask(second);
            try (var third = new Wire(address)) {
                assertThatThrownBy(() -> ask(third)).isInstanceOf(IOException.class);
            }
            ask(first);

            second.close();

            // The broker hears of the end when it hears of it; who comes before is turned away.
            while (!isServed()) {
                ask(first);
            }
        }
    }

    private boolean isServed() {
        try (var another = new Wire(address)) {
            ask(another);
            return true;
        } catch (IOException turnedAway) {
            return false;
        }
    }

    @Test
    void silentClientIsLetGoButNotOneThatWaitsForAnAnswer() throws Exception {
        start(Map.of("connections.max.idle.ms", "1000"));
        try (var maker = new Wire(address)) {
            maker.ask(
                    (short) 4,
                    new MetadataRequestData()
                            .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName("quiet"))));
        }
        try (var silent = new Wire(address);
                var waiting = new Wire(address)) {
            // At once, since it counts as silent too until it waits.
            waiting.send((short) 4, 9, longPoll(3_000));

            assertThatThrownBy(silent::receiveFrame).isInstanceOf(IOException.class);
            var answer = (FetchResponseData) waiting.receive((short) 1, (short) 4);

            assertThat(answer.responses().get(0).partitions().get(0).errorCode())
                    .isZero();
            assertThatThrownBy(waiting::receiveFrame).isInstanceOf(IOException.class);
        }
    }

    private static FetchRequestData longPoll(int waitMs) {
        return new FetchRequestData()
                .setReplicaId(-1)
                .setMaxWaitMs(waitMs)
                .setMinBytes(1)
                .setMaxBytes(1000)
                .setTopics(List.of(new FetchRequestData.FetchTopic()
                        .setTopic("quiet")
                        .setPartitions(List.of(new FetchRequestData.FetchPartition()
                                .setPartition(0)
                                .setFetchOffset(0)
                                .setPartitionMaxBytes(1000)))));
    }

    private static void ask(Wire wire) throws IOException {
        wire.ask(VERSION, new ApiVersionsRequestData());
    }
}
